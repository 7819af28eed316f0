"""No page has a fault that axe-core can find, by day or by night."""

from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import asking_for_an_image

pytestmark = pytest.mark.browser
AXE = Path(__file__).resolve().parents[2] / "editor" / "node_modules" / "axe-core" / "axe.min.js"
QUERY = "/sparql?query=SELECT%20*%20WHERE%20%7B%20%3Fs%20a%20%3Fc%20%7D%20LIMIT%2020"
LIGHTS = (
    "/", "/thing/LX0000001", "/claim/LC0000001", "/claim/LC0000003", "/witness/LW0000001",
    "/passage?evidence=https%3A%2F%2Fexample.org%2Flights%2Fwitness%2FLW0000001", "/source/P1",
    "/entity/coast:0000002", "/vocab", "/graph/facts", "/search?q=light", "/search?q=nosuchthing", "/search", "/browse",
    "/browse/class?iri=https%3A%2F%2Fexample.org%2Flights%2Fvocab%23Lighthouse", "/browse/tree", "/mappings", "/schema",
    "/docs", "/dumps/", "/dumps/2026-03-01/", "/thing/LX0000008", "/claim/LC0000013", "/validation", "/changes",
    "/examples", "/sparql", QUERY, "/sparql?query=ASK%20%7B%7D", "/sparql?query=SELECT", "/nothing",
    "/problems/query-syntax",
)  # fmt: skip
OURS = (
    "/",
    "/entity/uniprot:O14980",
    "/fact/NTLF0000001",
    "/evidence/NTLE0000015",
    "/source/S000",
    "/reference/S001-4",
    "/graph/facts",
    "/dataset",
    "/entity/MONDO:0018874",
    "/entity/ntl:Protein",
    "/entity/ntl:exportsFromNucleus",
    "/vocab",
    "/schema",
    "/examples",
    "/dumps/",
    "/validation",
    "/search?q=xpo1",
    "/browse",
    "/browse/tree",
    "/mappings",
    QUERY,
)


def _faults(page: Any, rules: str = "") -> list[str]:
    """Give what axe-core finds: rule, meaning, and the elements."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(f"axe.run(document, {{resultTypes: ['violations']{rules}}})")
    return [
        f"{rule['id']}: {rule['help']}: {node['target']} {node['html'][:160]}"
        for rule in found["violations"]
        for node in rule["nodes"][:5]
    ]


def _by_day_and_by_night(page: Any) -> list[str]:
    """Give what every rule finds by day, and the rules of colour by night, on a small screen."""
    page.wait_for_load_state("load")
    if page.locator("form.editor").count():
        page.locator(".cm-content").wait_for()
    found = _faults(page)
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 360, "height": 900})
    page.wait_for_timeout(150)  # colours change within that time
    night = _faults(page, ", runOnly: ['color-contrast', 'scrollable-region-focusable', 'link-in-text-block']")
    return [*found, *(f"by night: {fault}" for fault in night)]


@pytest.mark.parametrize("address", LIGHTS)
def test_a_page_of_the_engine_s_dataset_has_no_fault(opens: Any, lights: str, address: str) -> None:
    """Every kind of page, with little on it."""
    assert [] == _by_day_and_by_night(opens(lights + address))


@pytest.mark.parametrize("address", OURS)
def test_a_page_of_our_dataset_has_no_fault(opens: Any, ours: str, address: str) -> None:
    """The pages with the most on them."""
    assert [] == _by_day_and_by_night(opens(ours + address))


@pytest.mark.parametrize(("site", "fact"), [("lights", "/claim/LC0000001"), ("ours", "/fact/NTLF0000001")])
def test_a_nanopublication_has_no_fault(opens: Any, sites: dict[str, str], site: str, fact: str) -> None:
    """The page that a fact leads to, and the page that lists the variants where one is asked for that is not there."""
    page = opens(sites[site] + fact)
    address = sites[site] + page.locator("a[href^='/np/RA']").first.get_attribute("href")

    for asked, status in ((address, 200), (f"{address}.ttl", 406)):
        page.emulate_media(color_scheme="light")
        assert page.goto(asked).status == status
        assert [] == _by_day_and_by_night(page)


def test_the_page_of_what_was_retired_has_no_fault(opens: Any, lights: str) -> None:
    """The tombstone is one of the pages above: it answers 410."""
    page = opens(lights)
    assert page.goto(f"{lights}/claim/LC0000013").status == 410
    assert "/claim/LC0000013" in LIGHTS


def test_what_there_is_instead_has_no_fault(opens: Any, lights: str) -> None:
    """A reader who would take a page, but asked for an image of what has neither, is told the forms there are."""
    page = opens(lights)
    page.route("**/void", asking_for_an_image)
    assert 406 == page.goto(f"{lights}/void").status

    assert [] == _by_day_and_by_night(page)


def test_the_query_page_has_no_fault_while_in_use(opens: Any, lights: str) -> None:
    """With completions open, with an error marked, with the raw answer shown."""
    page = opens(f"{lights}/sparql")
    page.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.type("SELECT * WHERE { ?s lv:de")
    page.locator(".cm-tooltip-autocomplete li").first.wait_for()
    page.wait_for_timeout(300)
    assert [] == _faults(page)

    page.keyboard.press("Escape")
    page.keyboard.press("Control+Enter")
    page.locator("#told.wrong").wait_for()
    assert [] == _faults(page)


def test_an_open_passage_has_no_fault(opens: Any, lights: str) -> None:
    """The words of the source stand in the page as a quotation."""
    page = opens(f"{lights}/claim/LC0000001")
    page.get_by_role("link", name="read it").first.click()
    page.locator("blockquote.passage").first.wait_for()

    assert [] == _by_day_and_by_night(page)
