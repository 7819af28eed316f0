"""Where a term of a quad stands in a dataset's files: in the tables of its seeds, in a file of RDF, in its ontology."""

from publisher.validation.places.rows import Places, places_of, rows_of, where_of

__all__ = ["Places", "places_of", "rows_of", "where_of"]
