"""The engines: pyoxigraph in this process, and any SPARQL endpoint over HTTP."""
