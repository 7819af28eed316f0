"""Lists over a whole dataset: classes, relations, documents, the ontology's terms, alignments, publications."""
