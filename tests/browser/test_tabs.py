"""Several queries open at once: each in a tab, by mouse and by keyboard, and there again after the page was left."""

from typing import Any

import pytest

from tests.browser.conftest import ENDED

pytestmark = pytest.mark.browser
QUERY = "/sparql?query=ASK%20%7B%7D"


@pytest.fixture(name="page", params=[False, True], ids=["editor", "plain"])
def _page(opens: Any, lights: str, request: pytest.FixtureRequest) -> Any:
    page = opens(f"{lights}/sparql", plain=request.param)
    page.get_by_role("tab").first.wait_for()
    return page


def _tabs(page: Any) -> list[str]:
    return [tab.get_attribute("title") for tab in page.get_by_role("tab").all()]


def _shown(page: Any) -> str:
    return str(page.locator("textarea[name=query]").input_value())


def _example(page: Any, at: int) -> str:
    link = page.locator(".examples li a").nth(at)
    link.click()
    page.locator("#told", has_text=ENDED).wait_for()
    return str(link.text_content())


def test_each_example_opens_in_a_tab_and_keeps_its_answer(page: Any) -> None:
    """The untouched first query gives its place to an example; going back shows the first one's rows again."""
    names = [_example(page, 0), _example(page, 1)]
    assert names == _tabs(page)
    second = page.locator("#results").inner_text()

    page.get_by_role("tab").first.click()
    assert page.locator("#results").inner_text() != second
    assert page.locator(".examples [aria-current]").text_content() == names[0]

    page.locator(".examples li a").nth(1).click()
    assert names == _tabs(page)
    page.locator("#told", has_text=ENDED).wait_for()
    assert page.locator("#results").inner_text() == second


def test_tabs_are_moved_and_closed_by_keys(page: Any) -> None:
    """Arrows, Home and End show another query, Delete closes the one that is shown; one always stays."""
    names = [_example(page, 0), _example(page, 1)]
    page.get_by_role("tab", selected=True).focus()
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("tab", selected=True).get_attribute("title") == names[0]
    page.keyboard.press("End")
    assert page.get_by_role("tab", selected=True).get_attribute("title") == names[1]

    page.keyboard.press("Delete")
    assert names[:1] == _tabs(page)
    page.keyboard.press("Delete")
    assert _shown(page) == ""
    assert len(_tabs(page)) == 1
    assert page.evaluate("document.activeElement.getAttribute('role')") == "tab"
    assert page.get_by_role("button", name="Close this query").is_disabled()


def test_open_queries_are_there_again(page: Any, lights: str) -> None:
    """What was open in this browser is open when the page is opened again; a link with a query adds its own tab."""
    name = _example(page, 0)
    page.get_by_role("button", name="New query").click()
    page.keyboard.insert_text("# Mine\nASK { ?s ?p ?o }")
    page.goto(f"{lights}/sparql")
    page.get_by_role("tab").first.wait_for()
    assert [name, "Mine"] == _tabs(page)
    assert _shown(page) == "# Mine\nASK { ?s ?p ?o }"

    page.goto(lights + QUERY)
    page.get_by_role("tab").nth(2).wait_for()
    assert _shown(page) == "ASK {}"
    assert "Yes" in page.locator("#results").inner_text()


def test_what_the_browser_kept_is_not_trusted(page: Any, lights: str) -> None:
    """A store that another program filled is passed over where it holds no queries, and never run as markup."""
    for kept in ("{", '"text"', '[1, null, {"text": 3}]', '[{"text": "# <img src=x onerror=alert(1)>\\nASK {}"}]'):
        page.goto(f"{lights}/docs")  # its last tabs are kept when it is left
        page.evaluate("(kept) => localStorage.setItem('queries /sparql', kept)", kept)
        page.goto(f"{lights}/sparql")
        page.get_by_role("tab").first.wait_for()
    assert ["<img src=x onerror=alert(1)>"] == _tabs(page)
    assert page.locator(".tabs img").count() == 0


def test_a_running_query_is_left_with_its_tab(page: Any) -> None:
    """Another tab shows its own answer, not the one that comes late."""
    _example(page, 0)
    page.get_by_role("button", name="New query").click()
    page.keyboard.insert_text("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l } ORDER BY ?l")
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Stop").wait_for()
    page.get_by_role("tab").first.click()
    page.get_by_role("button", name="Run the query").wait_for()
    assert ENDED.search(page.locator("#told").inner_text())
