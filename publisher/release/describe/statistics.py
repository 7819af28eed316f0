"""What a release holds, counted: for the whole, for each graph, class, property, datatype and target of links.

Every number is one that a SPARQL query over the release gives too. The description graph is left out of all of them,
because it holds the numbers. See VoID, sections 4.1 to 4.7, and the HCLS note, section 6.6.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from publisher.rdf.names import RDF, STANDARD_PREFIXES
from publisher.release.content import Description
from publisher.release.sort import Statements, statements

_TYPE = f"<{RDF}type>"
_OWN_GRAPHS = ("imports", "ontology", "inferred", "description", "examples")
_LINKSET = """SELECT s || ' ' || p || ' ' || o || ' .' AS line FROM links
    WHERE prefix = getvariable('target') ORDER BY line"""
_KIND = r"""CASE WHEN o NOT LIKE '"%' THEN NULL WHEN o LIKE '%"' THEN 'string'
    WHEN o LIKE '%>' THEN regexp_extract(o, '\^\^<([^>]*)>$', 1) ELSE 'langString' END"""
_WHOLE = {"string": f"{STANDARD_PREFIXES['xsd']}string", "langString": f"{RDF}langString"}
_DATATYPES = f"SELECT {_KIND} AS d, count(*) FROM u WHERE d IS NOT NULL GROUP BY d ORDER BY d"  # noqa: S608 - our text
_USED = f"""WITH shown AS (SELECT s, p, g, {_KIND} AS d FROM q WHERE g NOT IN (SELECT g FROM skipped)),
    kinds AS (SELECT s, g, o AS kind FROM q WHERE p = getvariable('type') AND g NOT IN (SELECT g FROM skipped))
    SELECT kind, p, list_sort(list(DISTINCT d) FILTER (d IS NOT NULL)) FROM shown JOIN kinds USING (s, g)
    WHERE p <> getvariable('type') GROUP BY kind, p ORDER BY kind, p"""  # noqa: S608 - our text


@dataclass(frozen=True, slots=True)
class Counts:
    """Of one set of triples: distinct triples, subjects, predicates, objects, typed subjects, classes, literals."""

    triples: int
    subjects: int
    properties: int
    objects: int
    entities: int
    classes: int
    literals: int


@dataclass(frozen=True, slots=True)
class Property:
    """One property: its triples, distinct subjects and distinct objects."""

    iri: str
    triples: int
    subjects: int
    objects: int


@dataclass(frozen=True, slots=True)
class Used:
    """A property that things of a class have in the graphs of curated data, and the datatypes of its literals."""

    of: str
    iri: str
    datatypes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Links:
    """Triples of one property whose object is in an outside namespace and whose subject is not."""

    prefix: str
    namespace: str
    predicate: str
    triples: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """All that is counted; ``graphs`` is the IRI of each graph → its counts; ``datatypes`` IRI → triples.

    ``graph_classes`` is the IRI of each graph of curated data → class → distinct things of it.
    """

    quads: int
    union: Counts
    graphs: Mapping[str, Counts]
    graph_classes: Mapping[str, Mapping[str, int]]
    classes: Mapping[str, int]
    properties: tuple[Property, ...]
    used: tuple[Used, ...]
    datatypes: Mapping[str, int]
    vocabularies: tuple[str, ...]
    links: tuple[Links, ...]
    linksets: Mapping[str, Path]


def count(path: Path, description: Description, work: Path) -> Statistics:
    """Count the sorted lines of a file, and write the triples of each linkset to a file in ``work``."""
    with statements(path) as table:
        _prepare(table, description)
        [(quads,)] = table.rows("SELECT count(*) FROM q WHERE g IS DISTINCT FROM getvariable('own')")
        return Statistics(
            quads=quads,
            union=_counts(table),
            graphs=_graphs(table),
            graph_classes=_graph_classes(table),
            classes={
                iri[1:-1]: number
                for iri, number in table.rows(
                    "SELECT o, count(*) FROM u WHERE p = getvariable('type') GROUP BY o ORDER BY o"
                )
            },
            properties=_properties(table),
            used=_used(table),
            datatypes=_datatypes(table),
            vocabularies=_vocabularies(table),
            links=_links(table),
            linksets=_linksets(table, work),
        )


def _prepare(table: Statements, description: Description) -> None:
    own = description.description_graph
    table.rows("SET VARIABLE type = ?", [_TYPE])
    table.rows("SET VARIABLE own = ?", [f"<{own}>"])
    table.rows("UPDATE q SET g = '' WHERE g IS NULL")
    table.rows("CREATE TABLE u AS SELECT DISTINCT s, p, o FROM q WHERE g <> getvariable('own')")
    table.table("namespaces", ("prefix", "namespace"), [(prefix, f"<{iri}") for prefix, iri in description.prefixes])
    outside = [
        (prefix, f"<{iri}")
        for prefix, iri in description.prefixes
        if prefix not in STANDARD_PREFIXES and not iri.startswith(description.base)
    ]
    table.table("targets", ("prefix", "namespace"), outside)
    skipped = [f"<{iri}>" for name, iri in description.graphs.items() if name in _OWN_GRAPHS]
    table.table("skipped", ("g",), [(graph,) for graph in skipped])
    table.rows("""CREATE TABLE links AS
        WITH candidates AS (
            SELECT DISTINCT s, p, o FROM q
            WHERE o LIKE '<%' AND p <> getvariable('type') AND g NOT IN (SELECT g FROM skipped)),
        matched AS (
            SELECT o, arg_max(prefix, length(namespace)) AS prefix, max(length(namespace)) AS size
            FROM (SELECT DISTINCT o FROM candidates) JOIN targets ON starts_with(o, namespace) GROUP BY o)
        SELECT s, p, o, prefix, left(o, size) AS namespace FROM candidates JOIN matched USING (o)
        WHERE NOT starts_with(s, left(o, size))""")


def _counts(table: Statements) -> Counts:
    [row] = table.rows("""SELECT count(*), count(DISTINCT s), count(DISTINCT p), count(DISTINCT o),
        count(DISTINCT s) FILTER (p = getvariable('type')), count(DISTINCT o) FILTER (p = getvariable('type')),
        count(DISTINCT o) FILTER (o LIKE '"%') FROM u""")
    return Counts(*row)


def _graphs(table: Statements) -> dict[str, Counts]:
    rows = table.rows("""SELECT g, count(*), count(DISTINCT s), count(DISTINCT p), count(DISTINCT o),
        count(DISTINCT s) FILTER (p = getvariable('type')), count(DISTINCT o) FILTER (p = getvariable('type')),
        count(DISTINCT o) FILTER (o LIKE '"%') FROM q
        WHERE g <> getvariable('own') AND g <> '' GROUP BY g ORDER BY g""")
    return {graph[1:-1]: Counts(*numbers) for graph, *numbers in rows}


def _properties(table: Statements) -> tuple[Property, ...]:
    rows = table.rows("SELECT p, count(*), count(DISTINCT s), count(DISTINCT o) FROM u GROUP BY p ORDER BY p")
    return tuple(Property(iri[1:-1], *numbers) for iri, *numbers in rows)


def _graph_classes(table: Statements) -> dict[str, dict[str, int]]:
    rows = table.rows("""SELECT g, o, count(*) FROM q
        WHERE p = getvariable('type') AND g <> '' AND g NOT IN (SELECT g FROM skipped) GROUP BY g, o ORDER BY g, o""")
    found: dict[str, dict[str, int]] = {}
    for graph, iri, number in rows:
        found.setdefault(graph[1:-1], {})[iri[1:-1]] = number
    return found


def _used(table: Statements) -> tuple[Used, ...]:
    rows = table.rows(_USED)
    return tuple(
        Used(owner[1:-1], iri[1:-1], tuple(_WHOLE.get(name, name) for name in datatypes or ()))
        for owner, iri, datatypes in rows
    )


def _datatypes(table: Statements) -> dict[str, int]:
    rows = table.rows(_DATATYPES)
    return {_WHOLE.get(name, name): number for name, number in rows}


def _vocabularies(table: Statements) -> tuple[str, ...]:
    rows = table.rows("""SELECT DISTINCT max_by(namespace, length(namespace))
        FROM (SELECT p AS term FROM u UNION SELECT o FROM u WHERE p = getvariable('type'))
        JOIN namespaces ON starts_with(term, namespace) GROUP BY term ORDER BY 1""")
    return tuple(namespace[1:] for (namespace,) in rows)


def _links(table: Statements) -> tuple[Links, ...]:
    rows = table.rows("""SELECT prefix, namespace, p, count(*) FROM links
        GROUP BY prefix, namespace, p ORDER BY namespace, prefix, p""")
    return tuple(Links(prefix, space[1:], predicate[1:-1], number) for prefix, space, predicate, number in rows)


def _linksets(table: Statements, work: Path) -> dict[str, Path]:
    paths = {}
    for number, (prefix,) in enumerate(table.rows("SELECT DISTINCT prefix FROM links ORDER BY prefix")):
        paths[prefix] = work / f"links-{number}.nt"
        table.rows("SET VARIABLE target = ?", [prefix])
        table.export(_LINKSET, paths[prefix])
    return paths
