"""The files that people curate, read into rows: documents, segments, entities, facts, alignments, retired ids."""
