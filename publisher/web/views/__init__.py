"""The pages: of the dataset, of every thing, of what it is made of, and what machines find by themselves."""
