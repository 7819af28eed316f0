"""Outside ontologies and tables: what a dataset uses of them, cut into slices that travel with it.

It reads full sources that lie in a folder, never the network, and knows nothing of the dataset but the text of its
files and ``ontology/sources.toml``.
"""

from publisher.imports.cut import Cut, Cutting, Library, cut_slices
from publisher.imports.sources import Source, Sources, read_sources

__all__ = ["Cut", "Cutting", "Library", "Source", "Sources", "cut_slices", "read_sources"]
