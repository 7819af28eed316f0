"""An immutable, checksummed directory of a dataset's quads, dumps and self-description."""
