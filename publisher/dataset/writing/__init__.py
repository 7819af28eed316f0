"""The one way in which curated YAML is written: order of keys, quotes, and where remarks go."""
