"""A client of the Reconciliation Service API from PyPI, in an environment of its own, matches names at our service."""

import json
import subprocess
from collections.abc import Iterator

import pytest

from tests.conftest import missing
from tests.oxigraph import CLIENTS
from tests.serving import Served, serving

E = "http://example.org/"
DATA = f"""@prefix e: <{E}> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
e:Vessel a rdfs:Class ; rdfs:label "vessel" .
e:Cargo a rdfs:Class ; rdfs:label "cargo" .
e:wren a e:Vessel ; rdfs:label "Wren" ; e:carries e:salt .
e:wren2 a e:Vessel ; rdfs:label "Wren" ; e:carries e:coal .
e:salt a e:Cargo ; rdfs:label "salt" .
e:coal a e:Cargo ; rdfs:label "coal" .
"""
ASKING = """
import json, sys
from py_reconciliation_service_api import build_reconciliation_service
from py_reconciliation_service_api.models.reconciliation import ReconciliationQuery

service = build_reconciliation_service(sys.argv[1])
found = service.reconcile_batch([ReconciliationQuery(**item) for item in json.loads(sys.argv[2])])
print(json.dumps([[(item.id, item.match) for item in row.result] for row in found]))
"""


@pytest.fixture(name="served", scope="module")
def _served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data = tmp_path_factory.mktemp("reconciling") / "ships.ttl"
    data.write_text(DATA, encoding="utf-8")
    with serving(data, "--base-iri", E) as served:
        yield served


def test_py_reconciliation_service_api_matches_names(served: Served) -> None:
    """The client reads our manifest and gets its answers: alone, by type, by a property, misprinted, and not at all."""
    python = CLIENTS / "python"
    if not python.exists() or not list(CLIENTS.parent.glob("lib/*/site-packages/py_reconciliation_service_api")):
        missing("py-reconciliation-service-api is missing: see tests/clients/python, or set EXPORTIN_CLIENTS")
    asked = [
        {"query": "Salt"},
        {"query": "Wren"},
        {"query": "Wren", "type": f"{E}Cargo"},
        {"query": "Wren", "properties": [{"pid": f"{E}carries", "v": {"id": f"{E}coal"}}], "limit": 1},
        {"query": "http://example.org/coal"},
        {"query": "zzzz"},
    ]
    done = subprocess.run([python, "-c", ASKING, f"{served.root}/reconcile", json.dumps(asked)],
                          capture_output=True, timeout=60, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    salt, wrens, none, by_property, by_iri, nothing = json.loads(done.stdout)
    assert salt == [[f"{E}salt", True]]
    assert sorted(wrens) == [[f"{E}wren", False], [f"{E}wren2", False]]
    assert [row[0] for row in by_property] == [f"{E}wren2"]
    assert by_iri == [[f"{E}coal", True]]
    assert (none, nothing) == ([], [])
