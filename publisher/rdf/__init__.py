"""RDF without opinions: prefixes, names, media types, quads, and the tokens of a query."""
