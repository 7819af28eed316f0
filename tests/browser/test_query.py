"""The query page in a browser: run, edit, complete, correct, copy, and go back."""

import json
import re
import shutil
import subprocess
import sys
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser.conftest import ENDED

pytestmark = pytest.mark.browser
ONE = "SELECT ?thing WHERE { ?thing a <https://example.org/lights/vocab#Lighthouse> } ORDER BY ?thing LIMIT 1"


@pytest.fixture(name="page")
def _page(opens: Any, lights: str) -> Any:
    page = opens(f"{lights}/sparql")
    page.locator(".cm-content").wait_for()
    return page


def _write(page: Any, text: str) -> None:
    page.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)
    page.keyboard.press("Escape")


def _run(page: Any) -> None:
    """Run what is written, and wait until the page says how it ended."""
    page.keyboard.press("Control+Enter")
    page.locator("#results:not([aria-busy])").wait_for(state="attached")
    page.locator("#told", has_text=ENDED).or_(page.locator("#told.wrong")).first.wait_for()


def test_an_example_is_run_edited_and_run_again(page: Any) -> None:
    """A click on an example puts it into the editor and shows its rows; what is changed is what is asked next."""
    page.locator(".examples a", has_text="built").click()
    page.locator("#told", has_text=ENDED).wait_for()
    before = page.locator("table.rows tbody tr").count()
    assert 1 <= before

    page.locator(".cm-content").click()
    page.keyboard.press("Control+End")
    page.keyboard.type("LIMIT 0")
    _run(page)

    assert 0 == page.locator("table.rows tbody tr").count()
    page.wait_for_url("**LIMIT%200*")


def test_a_slow_answer_is_told_in_seconds(page: Any) -> None:
    """An answer that took more than a second is shown as any other, and its time is not told in thousands."""

    def held(route: Any) -> None:
        answer = route.fetch()
        time.sleep(1.1)
        route.fulfill(response=answer)

    page.route("**/sparql?query=*", held)
    _write(page, ONE)
    _run(page)

    assert re.search(r"^1 row, in [1-9]\.\d s\.$", page.locator("#told").inner_text())
    assert 1 == page.locator("table.rows tbody tr").count()


def test_an_example_clicked_while_another_runs_takes_its_place(page: Any) -> None:
    """The run that was begun is left, and the example clicked last is run."""
    links = page.locator(".examples li a")
    links.evaluate_all("([first, second]) => { first.click(); second.click(); }")
    page.locator("#told", has_text=ENDED).wait_for()

    assert links.nth(1).get_attribute("aria-current") == "true"
    assert parse_qs(urlsplit(links.nth(1).get_attribute("href")).query) == parse_qs(urlsplit(page.url).query)


def test_examples_are_narrowed_down_by_words(page: Any) -> None:
    """Only the examples that hold all the words stay in the list."""
    every = page.locator(".examples li").count()
    page.get_by_label("Narrow the examples down").fill("stone")

    assert 0 < page.locator(".examples li:visible").count() < every


def test_an_error_is_underlined_where_it_is(page: Any) -> None:
    """The mark begins in the line of the problem, the message says the place, and correcting it takes both away."""
    _write(page, "SELECT * WHERE {\n  ?s ?p nonsense\n}")
    _run(page)

    assert page.locator("#told").inner_text().startswith("Line 2, column")
    assert "nonsense" == page.locator(".cm-lintRange-error").inner_text()

    _write(page, "SELECT * WHERE {\n  ?s ?p ?o\n} LIMIT 2")
    _run(page)
    assert 2 == page.locator("table.rows tbody tr").count()
    assert 0 == page.locator(".cm-lintRange-error").count()


def test_properties_and_their_prefixes_are_completed_from_the_data(page: Any) -> None:
    """The words of a property's name bring its CURIE, and the prefix is declared with it."""
    _write(page, "SELECT * WHERE {\n  ?thing ")
    page.keyboard.type("designed")
    page.locator(".cm-tooltip-autocomplete li", has_text="lv:designedBy").click()
    page.keyboard.type(" ?who }")
    page.keyboard.press("Escape")
    text = page.locator("#query").input_value()

    assert text.startswith("PREFIX lv: <https://example.org/lights/vocab#>\nSELECT")
    assert "?thing lv:designedBy ?who" in text


def test_things_are_completed_by_their_names(page: Any) -> None:
    """Part of a thing's name brings its identifier."""
    _write(page, "SELECT * WHERE { ?claim ?about ")
    page.keyboard.type("Varnes")
    page.locator(".cm-tooltip-autocomplete li", has_text="Varnes Light").first.wait_for()
    page.wait_for_timeout(100)
    page.keyboard.press("Enter")

    assert "?about lx:LX0000002" in page.locator("#query").input_value()


def test_known_prefixes_need_not_be_declared(page: Any) -> None:
    """What the dataset calls a prefix is declared when the query runs."""
    _write(page, 'SELECT * WHERE { ?s lv:firstLit ?when . FILTER (?when != "a:b # c") } # no:prefix\n')
    _run(page)

    assert 0 < page.locator("table.rows tbody tr").count()
    assert page.locator("#query").input_value().startswith("PREFIX lv: <https://example.org/lights/vocab#>\nSELECT")


def test_a_permalink_opens_the_same_rows_and_back_goes_back(page: Any, opens: Any) -> None:
    """The address after a run shows the same to another reader, and the browser's own way back works."""
    _write(page, ONE)
    _run(page)
    rows = page.locator("table.rows tbody").inner_text()
    other = opens(page.url)
    assert rows == other.locator("table.rows tbody").inner_text()

    _write(page, ONE.replace("LIMIT 1", "LIMIT 2"))
    _run(page)
    assert 2 == page.locator("table.rows tbody tr").count()
    page.go_back()
    page.locator("table.rows tbody tr").nth(1).wait_for(state="detached")
    assert rows == page.locator("table.rows tbody").inner_text()


def test_the_raw_answer_is_the_engine_s_own(page: Any) -> None:
    """The raw view is SPARQL JSON, and takes the table's place."""
    _write(page, ONE)
    _run(page)
    page.get_by_role("button", name="Raw answer").click()
    page.locator("#results > pre").wait_for()

    assert ["thing"] == json.loads(page.locator("#results > pre").inner_text())["head"]["vars"]
    assert not page.locator("table.rows").is_visible()


def test_a_graph_is_shown_as_turtle(page: Any) -> None:
    """CONSTRUCT has no table, but text, and downloads in the syntaxes of RDF."""
    _write(page, "CONSTRUCT { ?s a ?c } WHERE { ?s a ?c } LIMIT 3")
    _run(page)

    assert "<http" in page.locator("#results pre").inner_text() or " a " in page.locator("#results pre").inner_text()
    assert page.get_by_role("link", name="N-Triples").is_visible()


@pytest.mark.parametrize("name", ["curl", "Python", "R"])
def test_the_query_is_copied_as_a_program_that_runs(page: Any, name: str) -> None:
    """What lands in the clipboard brings the same row, quotes and backslashes included."""
    _write(page, ONE.replace("WHERE {", 'WHERE { FILTER ("it\'s" != \'"""\\\\$HOME\')'))
    _run(page)
    page.get_by_role("button", name=name, exact=True).click()
    page.get_by_role("button", name="Copied").wait_for()
    text = page.evaluate("navigator.clipboard.readText()")
    commands = {"curl": ["bash", "-c", text], "Python": [sys.executable, "-c", text], "R": ["Rscript", "-e", text]}
    if shutil.which(commands[name][0]) is None:
        assert "LX0000001" in text or ONE[:20] in text
        return
    done = subprocess.run(commands[name], capture_output=True, text=True, timeout=30, check=False)

    assert "https://example.org/lights/thing/LX0000001" in done.stdout, done.stderr


def test_long_queries_are_sent_by_post(page: Any) -> None:
    """A query too long for an address is asked all the same."""
    _write(page, f"{ONE}\n# {'long ' * 4000}")
    _run(page)

    assert 1 == page.locator("table.rows tbody tr").count()


def test_markup_in_the_data_is_shown_and_not_run(page: Any) -> None:
    """A literal that holds a script is text in the table."""
    _write(page, 'SELECT ("<img src=x onerror=alert(1)><script>alert(2)</script>" AS ?x) WHERE {}')
    _run(page)

    assert "<img src=x onerror=alert(1)><script>alert(2)</script>" == page.locator("table.rows tbody td").inner_text()


_WRAPPED = r"""editor => {
  const broken = [];
  let seen = 0;
  for (const line of editor.querySelectorAll(".cm-line")) {
    const texts = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      for (const found of texts.currentNode.data.matchAll(/[?]\w+/g)) {
        const range = document.createRange();
        range.setStart(texts.currentNode, found.index);
        range.setEnd(texts.currentNode, found.index + found[0].length);
        seen += 1;
        if (new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size > 1) broken.push(found[0]);
      }
    }
  }
  return [broken, seen];
}"""


def test_a_narrow_screen_breaks_no_variable(page: Any) -> None:
    """On a phone long lines wrap between words: no line ends with the question mark of a variable, nor hangs over."""
    page.set_viewport_size({"width": 360, "height": 740})
    lines = [f"  ?s{'s' * number} ?property ?value FILTER(STRSTARTS(STR(?property),?one))" for number in range(16)]
    iri = f"  ?s ?p <https://example.org/{'long/' * 20}> ."
    _write(page, "\n".join(["SELECT * WHERE {", *lines, iri, "}"]))
    broken, seen = page.locator(".cm-content").evaluate(_WRAPPED)
    assert (broken, seen >= 40) == ([], True)
    assert page.locator(".cm-scroller").evaluate("scroller => scroller.scrollWidth - scroller.clientWidth") == 0


def test_tab_leaves_the_editor(page: Any) -> None:
    """The editor is no trap for those who move by keyboard."""
    page.locator(".cm-content").click()
    page.keyboard.press("Tab")

    assert "Run the query" == page.evaluate("document.activeElement.textContent")


def test_counts_carry_bars_and_years_do_not(page: Any) -> None:
    """Numbers of which one is twice another are drawn; numbers near each other only stand right."""
    _write(page, "SELECT * WHERE { VALUES (?name ?count ?year) { (1 12 1871) (2 4 1902) } }")
    _run(page)
    shares = page.locator("table.rows td").evaluate_all(
        "cells => cells.map((cell) => cell.style.getPropertyValue('--share').slice(0, 5))"
    )
    names = page.locator("table.rows th").all_inner_texts()

    assert {"count": ["100%", "33.33"], "name": ["50%", "100%"], "year": ["", ""]} == {
        name: [shares[at], shares[at + len(names)]] for at, name in enumerate(names)
    }


def test_the_plain_form_runs_in_place_and_selects_what_is_wrong(opens: Any, lights: str) -> None:
    """Where the editor was not built, the text area does its work."""
    page = opens(f"{lights}/sparql", plain=True)
    area = page.get_by_label("SPARQL query")
    area.fill(ONE)
    area.press("Control+Enter")
    page.locator("table.rows").wait_for()
    assert 0 == page.locator(".cm-content").count()

    area.fill("SELECT * WHERE {\n  ?s FILTR ?o }")
    page.get_by_role("button", name="Run the query").click()
    page.locator("#told.wrong").wait_for()
    assert "true" == area.get_attribute("aria-invalid")
    assert 18 <= area.evaluate("area => area.selectionStart")


def test_a_link_to_a_broken_query_shows_the_error_where_it_is(opens: Any, lights: str) -> None:
    """The page of the problem holds the query, marked, ready to be mended and run in its place."""
    page = opens(f"{lights}/sparql?query=SELECT%20%3Fs%20WHERE%20%7B%20%3Fs%20a%20")
    page.locator(".cm-lintRange-error").first.wait_for()
    _write(page, ONE)
    _run(page)
    assert 1 == page.locator("table.rows tbody tr").count()
