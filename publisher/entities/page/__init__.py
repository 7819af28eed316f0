"""One thing: its page as a value, its facts with their evidence, and its description in RDF."""
