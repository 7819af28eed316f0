"""The same records in other forms: nanopublications, RDF 1.2, KGX and a spreadsheet, each with its way back.

An edition is a file of a release; it is never loaded into the store.
"""
