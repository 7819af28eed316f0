"""A dataset about birds and three outside sources of it, small enough to read."""

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

OBO = """format-version: 1.4
data-version: 2026-01-01

[Term]
id: BIRD:1
name: bird
synonym: "feathered \\"animal\\"" EXACT []

[Term]
id: BIRD:2
name: owl
def: "A sentence that belongs to its author." [AUTHOR:1]
alt_id: BIRD:22
synonym: "night bird" BROAD [SRC:1]
synonym: not quoted at all
xref: WIKI:Owl "owl"
xref: OTHER:9
is_a: BIRD:1 {source="table"} ! bird
relationship: part_of BIRD:5 ! dawn chorus
relationship: eats BIRD:6 ! mouse
property_value: skos:exactMatch WIKI:Owl

[Term]
id: BIRD:3
name: barn owl
is_a: BIRD:2 ! owl

[Term]
id: BIRD:4
name: obsolete screech
is_obsolete: true
replaced_by: BIRD:3
consider: BIRD:2

[Term]
id: BIRD:5
name: dawn chorus

[Term]
id: BIRD:6
name: mouse

[Term]
id: BIRD:7
name: unused kite
is_a: BIRD:1
"""

OWL = """@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix obo: <http://purl.obolibrary.org/obo/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix p: <https://place.example/> .
p:Place a owl:Class ; rdfs:label "place"@en, "lieu"@fr ; skos:definition "Not to be taken." .
p:Wood a owl:Class ; rdfs:label "wood" ; skos:altLabel "forest"@en ;
  rdfs:subClassOf p:Place, [ a owl:Restriction ; owl:onProperty obo:BFO_0000050 ; owl:someValuesFrom p:Country ] .
p:Country a owl:Class ; rdfs:label "country" .
p:Grove a owl:Class ; rdfs:label "grove" ; owl:deprecated true ; obo:IAO_0100001 p:Wood .
p:related a owl:ObjectProperty ; rdfs:label "related to" .
p:near a owl:DatatypeProperty ; rdfs:label "near" ; rdfs:subPropertyOf p:related .
p:area a owl:DatatypeProperty ; rdfs:label "area" ; rdfs:range xsd:decimal .
"""

TSV = """id\tsymbol\tother\tgroup\tfull
R:10\tTAW\tTawny|tawny owl\t7\tTawny owl (Strix (aluco)) (EC 1.1) (Brown owl)
R:11\tSNO\t\t7\tSnowy owl
R:12\tEAG\tEagle owl\t\tEagle owl
"""

GROUPS = """{"7": {"label": "typical owls", "deprecated": false, "up": {"8": 1, "9": 2}},
 "8": {"label": "owls", "deprecated": false}, "9": {"label": "birds", "deprecated": true}}
"""

SOURCES = """base = "https://birds.example/slices#"
language = "en"
[prefixes]
BIRD = "http://purl.obolibrary.org/obo/BIRD_"
WIKI = "https://wiki.example/"
ring = "https://ring.example/r/"
p = "https://place.example/"
ex = "https://birds.example/vocab#"
[sources.birds]
title = "Birds"
file = "birds.obo.gz"
sha256 = "{birds}"
version = "2026-01-01"
home = "https://birds.example/onto"
licence = "https://creativecommons.org/licenses/by/4.0/"
format = "obo"
namespaces = ["http://purl.obolibrary.org/obo/BIRD_"]
xrefs = ["WIKI"]
relations = {{ eats = "ex:eats" }}
kinds = {{ "BIRD:1" = ["ex:Bird"] }}
[sources.places]
title = "Places"
file = "places.ttl"
sha256 = "{places}"
version = "2"
home = "https://place.example/onto"
rights = "Ask first."
format = "turtle"
namespaces = ["https://place.example/"]
object_properties_below = ["p:related"]
[sources.rings]
title = "Rings"
files = {{ "rings.tsv" = "{rings}" }}
version = "2025"
home = "https://ring.example/"
format = "tsv"
namespaces = ["https://ring.example/r/"]
[sources.rings.table]
id = {{ column = "id", match = "^R:(\\\\d+)$", iri = "https://ring.example/r/{{id}}" }}
label = "symbol"
synonyms = [
    {{ column = "other", separator = "|" }},
    {{ column = "full", brackets = true, scope = "related" }},
]
links = [{{ column = "group", iri = "https://ring.example/g/{{id}}", property = "skos:broader", follow = true }}]
[sources.groups]
title = "Groups"
file = "groups.json"
sha256 = "{groups}"
version = "2025"
home = "https://ring.example/"
format = "json"
namespaces = ["https://ring.example/g/"]
[sources.groups.table]
id = {{ column = "@key", iri = "https://ring.example/g/{{id}}" }}
label = "label"
parents = [{{ column = "up", iri = "https://ring.example/g/{{id}}" }}]
obsolete = "deprecated"
"""

MANIFEST = """[dataset]
name = "birds"
title = "Birds"
description = "Birds seen."
base = "https://birds.example/"
version = "2026-01-01"
licence = "https://creativecommons.org/publicdomain/zero/1.0/"
creators = [{ name = "A watcher" }]
[prefixes]
BIRD = "http://purl.obolibrary.org/obo/BIRD_"
ring = "https://ring.example/r/"
p = "https://place.example/"
ex = "https://birds.example/vocab#"
"""

ENTITIES = """entities:
- {id: BIRD:3, label: barn owl, type: ex:Bird}
- {id: "ring:10", label: TAW, type: ex:Ring}
- {id: p:Wood, label: wood, type: ex:Place}
"""

ONTOLOGY = """@prefix ex: <https://birds.example/vocab#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
ex:Bird a owl:Class ; rdfs:label "bird"@en .
ex:Owl a owl:Class ; rdfs:subClassOf ex:Bird ; rdfs:label "owl"@en .
ex:Ring a owl:Class ; rdfs:label "ring"@en .
ex:Place a owl:Class ; rdfs:label "place"@en .
"""


@dataclass(frozen=True, slots=True)
class Aviary:
    """A dataset's directory and the folder that holds its sources."""

    root: Path
    folder: Path

    def write(self, path: str, text: str) -> None:
        """Write a file of the dataset."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def declare(self, **contents: str) -> None:
        """Write the sources, the given ones with other contents, and declare their checksums."""
        texts = {"birds": OBO, "places": OWL, "rings": TSV, "groups": GROUPS, **contents}
        names = {"birds": "birds.obo.gz", "places": "places.ttl", "rings": "rings.tsv", "groups": "groups.json"}
        sums = {}
        for name, text in texts.items():
            data = text.encode()
            data = gzip.compress(data, mtime=0) if names[name].endswith(".gz") else data
            (self.folder / names[name]).write_bytes(data)
            sums[name] = hashlib.sha256(data).hexdigest()
        self.write("ontology/sources.toml", SOURCES.format(**sums))

    def slice(self, name: str) -> str:
        """Give the text of a slice."""
        return (self.root / "ontology" / "imports" / f"{name}.ttl").read_text(encoding="utf-8")


@pytest.fixture(name="aviary")
def _aviary(tmp_path: Path) -> Aviary:
    aviary = Aviary(tmp_path / "birds", tmp_path / "sources")
    aviary.folder.mkdir()
    aviary.write("dataset.toml", MANIFEST)
    aviary.write("seeds/entities.yaml", ENTITIES)
    aviary.write("ontology/birds.ttl", ONTOLOGY)
    aviary.declare()
    return aviary


@pytest.fixture(name="written")
def _written(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "mappings.sssom.tsv"
        path.write_text(text, encoding="utf-8")
        return path

    return write
