"""The questions that ask other services too, run against stand-ins: their published schemas, on loopback.

Nothing is sent anywhere else. What the real services hold is not proved by this; that our half fits their schema is.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from publisher.build import Outcome
from publisher.rdf.media import JSON
from publisher.settings import settings_from
from publisher.store.open import open_store
from publisher.store.port import Limits, Store
from tests import oxigraph

_ROOT = Path(__file__).parents[2]
_ELSEWHERE = Path(__file__).parent / "elsewhere"
_SERVICE = re.compile(r"SERVICE <([^>]+)>")
_TEXTS = {
    path.stem: path.read_text("utf-8") for path in (_ROOT / "queries").glob("*.rq") if "SERVICE" in path.read_text()
}
_HOLDERS = {
    "https://sparql.uniprot.org/sparql": "uniprot",
    "https://www.bgee.org/sparql": "bgee",
    "https://sparql.rhea-db.org/sparql": "rhea",
    "https://query.wikidata.org/sparql": "wikidata",
    "https://sparql.wikipathways.org/sparql": "wikipathways",
}


@pytest.fixture(name="elsewhere", scope="module")
def _elsewhere() -> Iterator[str]:
    with oxigraph.running(*sorted(_ELSEWHERE.glob("*.ttl"))) as endpoint:
        yield endpoint


@pytest.fixture(name="store", scope="module")
def _store(ntl_outcome: Outcome, elsewhere: str) -> Iterator[Store]:
    """Open our release in worker processes that may ask the stand-in, and nobody else."""
    release = ntl_outcome.release
    assert release is not None
    settings = settings_from({}, {"service_allow": elsewhere, "workers": "1"})
    store = open_store(release, settings=settings, prefixes=release.prefixes, base=release.base)
    yield store
    store.close()


@pytest.mark.parametrize("question", sorted(_TEXTS))
def test_a_federated_question_has_its_answer(question: str, store: Store, elsewhere: str, ntl_outcome: Outcome) -> None:
    """With the address of the stand-in in place of the service's, the rows are those written beforehand."""
    lines = (_ELSEWHERE / "answers.tsv").read_text("utf-8").splitlines()[1:]
    wanted = [row for name, row in (line.split("\t") for line in lines) if name == question]
    text, replaced = _SERVICE.subn(f"SERVICE <{elsewhere}>", _TEXTS[question])
    answer = json.loads(store.query(text, JSON, limits=Limits()).read())
    compress = ntl_outcome.dataset.prefixes.compress
    rows = [[row.get(name, {}).get("value", "") for name in answer["head"]["vars"]]
            for row in answer["results"]["bindings"]]  # fmt: skip
    assert (1, sorted(wanted)) == (replaced, sorted(" ".join(compress(cell) or cell for cell in row) for row in rows))
    assert wanted


def test_every_service_has_a_stand_in() -> None:
    """Each service that a question names has a file here, and each file a service."""
    named = {address for text in _TEXTS.values() for address in _SERVICE.findall(text)}
    assert set(_HOLDERS) == named
    assert sorted(_HOLDERS.values()) == sorted(path.stem for path in _ELSEWHERE.glob("*.ttl"))
