"""One thing, read from a store, as a value: its description in RDF, its page, and finding it by name."""
