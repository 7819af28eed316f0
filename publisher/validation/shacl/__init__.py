"""SHACL Core and SHACL-SPARQL: shapes compiled to checks over an indexed graph and to queries over a store."""
