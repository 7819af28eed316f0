"""How long look-up, suggest, search, match and a fragment's page take at the server, with 100 000 labels by default.

    python benchmarks/linking.py [LABELS]

It makes names, indexes them, and asks the application without a network and without its cache of pages; no numbers are
kept in the repository: they belong to a machine.
"""

import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

from flask.testing import FlaskClient

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from publisher.entities.names.lookup import Lookup, build_lookup
from publisher.rdf.names import STANDARD_PREFIXES
from publisher.rdf.prefixes import Prefixes
from publisher.release.content import Description
from publisher.settings import settings_from
from publisher.store.open import open_store
from publisher.web import create_app
from publisher.web.site import Site

BASE = "https://example.org/big/"
SYLLABLES = [first + vowel for first in "bcdfglmnprstvz" for vowel in ("a", "e", "i", "o", "u", "ai", "or")]
QUESTIONS = 400


def main() -> None:
    """Print a table of milliseconds: median, 95th of a hundred, the longest, and the 95th of the processor's time.

    The last counts what this thread worked and not how long others kept it waiting.
    """
    labels = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    chance = random.Random(7)  # noqa: S311 - names, not secrets
    words = ["".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))) for _ in range(labels // 12)]
    names = [" ".join(chance.choices(words, k=chance.randint(1, 3))) + f" {number % 97}" for number in range(labels)]
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        _write(place / "big.nq", names)
        client, took = _client(place)
        print(f"{labels} labels, {(place / 'labels.sqlite').stat().st_size / 1e6:.0f} MB, indexed in {took:.0f} s\n")
        print(f"{'asked':<44}{'median ms':>10}{'95 %':>8}{'max':>8}{'95 % cpu':>10}")
        for title, ask in _questions(client, names, chance).items():
            _measure(title, ask)
        client.application.extensions["store"].close()


def _write(path: Path, names: list[str]) -> None:
    with path.open("w", encoding="utf-8") as out:
        for number, name in enumerate(names):
            thing = f"<{BASE}thing/T{number:07}>"
            out.write(f'{thing} <http://www.w3.org/2000/01/rdf-schema#label> "{name}"@en .\n')
            out.write(f"{thing} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{BASE}vocab#Kind{number % 9}> .\n")


def _client(place: Path) -> tuple[FlaskClient, float]:
    prefixes = Prefixes({**STANDARD_PREFIXES, "big": f"{BASE}thing/"})
    about = Description(
        name="big", title="Big", description="", base=BASE, iri=f"{BASE}dataset", version="1", licence="",
        language="en", prefixes=prefixes,
    )  # fmt: skip
    settings = settings_from({"EXPORTIN_MAX_ROWS": "1000000"})
    store = open_store((place / "big.nq",), settings=settings, prefixes=prefixes, isolated=False)
    site = Site(store=store, about=about, settings=settings)
    begin = time.perf_counter()
    build_lookup(site.reader, place / "labels.sqlite")
    took = time.perf_counter() - begin
    app = create_app(Site(store=store, about=about, settings=settings, lookup=Lookup(place / "labels.sqlite")))
    app.extensions["store"] = store
    return app.test_client(), took


def _questions(client: FlaskClient, names: list[str], chance: random.Random) -> dict[str, Callable[[int], None]]:
    some = chance.choices(names, k=QUESTIONS)

    def get(path: str, **query: str) -> None:
        found = client.get(path, query_string=query, headers={"Accept": "application/json"})
        assert found.status_code == HTTPStatus.OK, found.text  # noqa: S101 - a benchmark of failures says nothing

    def match(text: str) -> None:
        found = client.post("/reconcile", data={"queries": json.dumps({"q": {"query": text}})})
        assert found.status_code == HTTPStatus.OK, found.text  # noqa: S101 - a benchmark of failures says nothing

    def swapped(name: str) -> str:
        at = chance.randrange(len(name) - 3)
        return name[:at] + name[at + 1] + name[at] + name[at + 2 :]

    kind = f"{BASE}vocab#Kind3"
    page = "/tpf?predicate=http://www.w3.org/2000/01/rdf-schema%23label&page={}"
    return {
        "look-up by CURIE": lambda at: get("/resolve", curie=f"BIG:T{at * 31:07}"),
        "suggest, one letter": lambda at: get("/suggest", q="bcdfglmnprstvz"[at % 14]),
        "suggest, two letters": lambda at: get("/suggest", q=some[at][:2]),
        "suggest, four letters": lambda at: get("/suggest", q=some[at][:4]),
        "suggest, a word and two letters, one type": lambda at: get("/suggest", q=some[at][:9], type=kind),
        "suggest, misspelt": lambda at: get("/suggest", q=swapped(some[at])),
        "search, a whole name": lambda at: get("/search", q=some[at]),
        "reconcile, a name": lambda at: match(some[at]),
        "reconcile, a misprint": lambda at: match(swapped(some[at])),
        "fragment, one page of all labels": lambda at: _ok(client, page.format(1 + at % 900)),
    }


def _ok(client: FlaskClient, path: str) -> None:
    found = client.get(path)
    assert found.status_code == HTTPStatus.OK, found.text  # noqa: S101 - a benchmark of failures says nothing


def _measure(title: str, ask: Callable[[int], None]) -> None:
    times, worked = [], []
    for at in range(QUESTIONS):
        begin, working = time.perf_counter(), time.thread_time()
        ask(at)
        times.append((time.perf_counter() - begin) * 1000)
        worked.append((time.thread_time() - working) * 1000)
    times.sort()
    worked.sort()
    late = int(QUESTIONS * 0.95)
    print(f"{title:<44}{statistics.median(times):>10.2f}{times[late]:>8.2f}{times[-1]:>8.2f}{worked[late]:>10.2f}")


if __name__ == "__main__":
    main()
