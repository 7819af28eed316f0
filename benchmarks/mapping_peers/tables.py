"""Two generated sources with their mappings: one table of facts, and the joined tables of a public transport feed."""

import csv
from collections.abc import Iterable
from pathlib import Path

PREFIXES = """@prefix rr: <http://www.w3.org/ns/r2rml#> .
@prefix rml: <http://semweb.mmlab.be/ns/rml#> .
@prefix ql: <http://semweb.mmlab.be/ns/ql#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix v: <https://example.org/vocab#> .
@base <https://example.org/map> .
"""
FACTS = """
<#facts> a rr:TriplesMap ;
  rml:logicalSource [ rml:source "facts.csv" ; rml:referenceFormulation ql:CSV ] ;
  rr:subjectMap [ rr:template "https://example.org/fact/{id}" ; rr:class v:Fact ] ;
  rr:predicateObjectMap [ rr:predicate rdfs:label ; rr:objectMap [ rml:reference "label" ; rr:language "en" ] ] ;
  rr:predicateObjectMap [ rr:predicate v:subject ; rr:objectMap [ rml:reference "about" ; rr:termType rr:IRI ] ] ;
  rr:predicateObjectMap [ rr:predicate v:object ; rr:objectMap [ rr:template "https://example.org/thing/{thing}" ] ] ;
  rr:predicateObjectMap [ rr:predicate v:score ; rr:objectMap [ rml:reference "score" ; rr:datatype xsd:integer ] ] .
"""
# table, subject template, class, then (property, column, datatype or the table it leads to)
FEED = (
    ("agency", "agency/{agency}", "Agency", (("name", "name", None), ("url", "url", "IRI"))),
    ("routes", "route/{route}", "Route", (("name", "name", None), ("agency", "agency", "agency"))),
    ("services", "service/{service}", "Service", (("from", "start", "date"), ("to", "end", "date"))),
    ("stops", "stop/{stop}", "Stop", (("name", "name", None), ("lat", "lat", "decimal"), ("long", "lon", "decimal"))),
    (
        "trips",
        "trip/{trip}",
        "Trip",
        (("headsign", "headsign", None), ("route", "route", "routes"), ("service", "service", "services")),
    ),
    (
        "stop_times",
        "time/{trip}/{sequence}",
        "StopTime",
        (
            ("arrival", "arrival", None),
            ("sequence", "sequence", "integer"),
            ("trip", "trip", "trips"),
            ("stop", "stop", "stops"),
        ),
    ),
    (
        "shape_points",
        "shape/{shape}/{sequence}",
        "ShapePoint",
        (("lat", "lat", "decimal"), ("long", "lon", "decimal"), ("shape", "shape", None)),
    ),
    ("shape_points", "shape/{shape}", "Shape", ()),
)


def facts(folder: Path, rows: int) -> None:
    """Write one table of five columns: some names with blanks and quotes, things that repeat."""
    (folder / "mapping.ttl").write_text(PREFIXES + FACTS, encoding="utf-8")
    _table(
        folder / "facts.csv",
        ("id", "label", "about", "thing", "score"),
        (
            (
                f"F{number:07d}",
                f'the "fact" {number}' if number % 50 == 0 else f"fact number {number}",
                f"https://example.org/protein/P{number % 20_000:05d}",
                f"thing {number % 5_000}" if number % 10 == 0 else f"T{number % 5_000}",
                number % 1_000,
            )
            for number in range(rows)
        ),
    )


def feed(folder: Path, rows: int) -> None:
    """Write the tables of a feed with so many stop times: five joins, keys of two columns, subjects that repeat."""
    (folder / "mapping.ttl").write_text(PREFIXES + "".join(map(_rule, range(len(FEED)))), encoding="utf-8")
    trips = max(rows // 20, 1)
    few = range(10)
    _table(
        folder / "agency.csv",
        ("agency", "name", "url"),
        ((f"A{n}", f"Lines of the {n}th", f"https://a.example/{n}") for n in few),
    )
    _table(
        folder / "routes.csv", ("route", "name", "agency"), ((f"R{n}", f"Line {n}", f"A{n % 10}") for n in range(200))
    )
    _table(
        folder / "services.csv",
        ("service", "start", "end"),
        ((f"S{n}", "2026-01-01", "2026-12-31") for n in range(100)),
    )
    _table(
        folder / "stops.csv",
        ("stop", "name", "lat", "lon"),
        ((f"P{n}", f'Stop "{n}"', f"40.{n:05d}", f"-3.{n:05d}") for n in range(5_000)),
    )
    _table(
        folder / "trips.csv",
        ("trip", "headsign", "route", "service"),
        ((f"T{n}", f"To stop {n % 5_000}", f"R{n % 200}", f"S{n % 100}") for n in range(trips)),
    )
    _table(
        folder / "stop_times.csv",
        ("trip", "stop", "arrival", "sequence"),
        ((f"T{n % trips}", f"P{n % 5_000}", f"{n % 24:02d}:{n % 60:02d}:00", n // trips) for n in range(rows)),
    )
    _table(
        folder / "shape_points.csv",
        ("shape", "sequence", "lat", "lon"),
        ((f"H{n // 100}", n % 100, f"40.{n % 99_999:05d}", f"-3.{n % 99_999:05d}") for n in range(rows // 2)),
    )


def _table(path: Path, columns: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def _rule(number: int) -> str:
    table, template, name, values = FEED[number]
    source = f'rml:logicalSource [ rml:source "{table}.csv" ; rml:referenceFormulation ql:CSV ]'
    subject = f'rr:subjectMap [ rr:template "https://example.org/{template}" ; rr:class v:{name} ]'
    objects = "".join(
        f" ;\n  rr:predicateObjectMap [ rr:predicate v:{property_} ; rr:objectMap [ {_object(column, kind)} ] ]"
        for property_, column, kind in values
    )
    return f"<#m{number}> a rr:TriplesMap ; {source} ;\n  {subject}{objects} .\n"


def _object(column: str, kind: str | None) -> str:
    parents = [each[0] for each in FEED]
    if kind in parents:
        join = f'rr:joinCondition [ rr:child "{column}" ; rr:parent "{column}" ]'
        return f"rr:parentTriplesMap <#m{parents.index(kind)}> ; {join}"
    if kind == "IRI":
        return f'rml:reference "{column}" ; rr:termType rr:IRI'
    return f'rml:reference "{column}"' + (f" ; rr:datatype xsd:{kind}" if kind else "")
