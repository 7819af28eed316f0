"""The same records in other forms: nanopublications, RDF 1.2, KGX and a spreadsheet, each with its way back.

An edition is a file of a release; it is never loaded into the store.
"""

from publisher.editions.csv_reading import from_csv
from publisher.editions.records import Records
from publisher.editions.write import write_editions

__all__ = ["Records", "from_csv", "write_editions"]
