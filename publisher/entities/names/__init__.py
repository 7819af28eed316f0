"""Finding things by what they are called: the index of names, look-up, and candidates for the names in a table."""
