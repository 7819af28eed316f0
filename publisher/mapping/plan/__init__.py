"""Values to SQL: one query for each triples map, and one that gives each line of all of them once."""
