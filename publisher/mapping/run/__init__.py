"""SQL to quads: sources registered on an engine, queries run there, lines written whole or not at all."""
