"""The SPARQL that reads things; ``$name`` is a term put in by ``publisher.entities.reader``."""
