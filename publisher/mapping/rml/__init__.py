"""Mapping documents to values: R2RML, RML-Core and the older RML, read alike and checked without data."""
