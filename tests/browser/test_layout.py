"""Every kind of page at three widths, by day and by night: nothing is wider than the screen, nothing is cut off.

With ``EXPORTIN_PICTURES=folder`` each is also kept there as a picture, to be looked at.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.browser.conftest import asking_for_an_image

pytestmark = pytest.mark.browser
WIDTHS = (360, 800, 1440)
COUNT = """PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
SELECT ?relation (COUNT(?fact) AS ?facts) WHERE { ?fact rdf:predicate ?relation }
GROUP BY ?relation ORDER BY DESC(?facts)"""
PAGES = {
    "home": "/",
    "protein": "/entity/uniprot:O14980",
    "gene": "/entity/HGNC:12825",
    "disease": "/entity/MONDO:0018874",
    "process": "/entity/GO:0006611",
    "own-thing": "/entity/NTLX0000005",
    "fact": "/fact/NTLF0000001",
    "evidence": "/evidence/NTLE0000015",
    "passage": "/passage?evidence=https%3A%2F%2Fw3id.org%2Fntl%2Fevidence%2FNTLE0000015",
    "document": "/source/S000",
    "reference": "/reference/S001-4",
    "graph": "/graph/facts",
    "dataset": "/dataset",
    "class": "/entity/ntl:Protein",
    "property": "/entity/ntl:exportsFromNucleus",
    "outside-property": "/entity/RO:0002205",
    "ontology": "/vocab",
    "search": "/search?q=export",
    "search-misspelt": "/search?q=selinexer",
    "search-nothing": "/search?q=zzzzqqqq",
    "search-empty": "/search",
    "browse": "/browse",
    "browse-class": "/browse/class?iri=https%3A%2F%2Fw3id.org%2Fntl%2Fvocab%23Protein",
    "branches": "/browse/tree",
    "mappings": "/mappings",
    "validation": "/validation",
    "changes": "/changes",
    "examples": "/examples",
    "schema": "/schema",
    "docs": "/docs",
    "query": "/sparql",
    "rows": f"/sparql?query={quote(COUNT)}",
    "truth": "/sparql?query=ASK%20%7B%7D",
    "triples": f"/sparql?query={quote('DESCRIBE <http://purl.uniprot.org/uniprot/O14980>')}",
    "wrong-query": f"/sparql?query={quote('SELECT * WHERE { ?s ?p')}",
    "dumps": "/dumps/",
    "dumps-of-release": "/dumps/2026-11-28/",
    "not-known": "/entity/NTLX9999999",
    "not-an-iri": "/entity?iri=a%20b",
    "long-name": f"/{'x' * 1500}",
    "problem": "/problems/query-timeout",
}
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
CUT = """() => [...document.querySelectorAll("main :is(h1, h2, h3, p, li, td, dd, button, a)")].filter((part) => {
  const box = part.getBoundingClientRect();
  const scrolls = part.closest(".scroll, .picture, pre, .contents, .tabs .list, .examples ul, .hidden, .who, .cites");
  const out = box.width && (box.right > innerWidth + 1 || box.left < -1);
  return out && !scrolls && getComputedStyle(part).position !== "absolute";
}).map((part) => part.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_every_screen(opens: Any, ours: str, name: str) -> None:
    """No page scrolls sideways, and no part of it stands beyond the edge but inside a box that scrolls by itself."""
    _fits(opens(ours + PAGES[name]), name)


def test_a_nanopublication_fits_every_screen(opens: Any, ours: str) -> None:
    """Its address holds a hash, so it is reached from the page of its fact."""
    page = opens(ours + PAGES["fact"])
    page.locator("aside a", has_text="RA").click()
    page.locator("pre.rdf").wait_for()
    _fits(page, "nanopublication")


def test_a_tombstone_fits_every_screen(opens: Any, lights: str) -> None:
    """Our dataset has retired nothing yet; the second one has."""
    _fits(opens(f"{lights}/thing/LX0000008"), "gone")


def test_what_there_is_instead_fits_every_screen(opens: Any, ours: str) -> None:
    """A reader who would take a page, but asked for an image of what has neither, is told the forms there are."""
    page = opens(ours)
    page.route("**/void", asking_for_an_image)
    assert 406 == page.goto(f"{ours}/void").status
    _fits(page, "not-acceptable")


def _fits(page: Any, name: str) -> None:
    folder = os.environ.get("EXPORTIN_PICTURES")
    for theme in ("light", "dark") if folder else ("light",):
        page.emulate_media(color_scheme=theme)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert (0, []) == (page.evaluate(WIDER), page.evaluate(CUT)), width
            if folder:
                page.wait_for_timeout(200)  # colours change within that time
                page.screenshot(path=str(Path(folder) / f"{name}-{theme}-{width}.png"), full_page=True)
