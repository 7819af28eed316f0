"""The query engine behind one small port, embedded or remote."""
