"""Exportin: publish curated facts as linked data that people can trust, query and cite."""

__version__ = "0.1.0"
