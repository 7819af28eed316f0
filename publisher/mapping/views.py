"""Logical views (RML-LV) as queries: fields become columns, iterators become rows."""

from publisher.mapping.plan import Relation
from publisher.mapping.values import TriplesMap, ViewSource


def view_query(source: ViewSource, on: Relation, parents: list[Relation], each: TriplesMap) -> str:
    """Give the query of a view over its relation, with the relations of its joins in their order."""
    raise NotImplementedError
