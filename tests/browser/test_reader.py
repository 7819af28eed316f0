"""A reader of our data: finds a protein, reads who says what, follows it to the document, takes the data home."""

from typing import Any

import pytest

pytestmark = pytest.mark.browser
FOCUSED = """(() => {
  const box = document.activeElement.getBoundingClientRect();
  return [document.activeElement.outerHTML.slice(0, 80), box.width * box.height];
})()"""


def _found_by_typing(page: Any) -> None:
    """Type a name into the home page's search box, and take the first suggestion with the keyboard."""
    box = page.get_by_role("combobox", name="Search names and identifiers")
    box.press_sequentially("XPO1", delay=20)
    page.get_by_role("option", name="Exportin-1").wait_for()  # which only the whole name brings
    box.press("ArrowDown")
    with page.expect_navigation():
        box.press("Enter")


def test_xpo1_is_found_from_the_home_page_by_typing(opens: Any, ours: str) -> None:
    """Suggestions come while one types, and lead to a page with facts."""
    page = opens(ours)
    _found_by_typing(page)

    assert page.locator("h1").inner_text().startswith(("XPO1", "Exportin-1", "exportin 1"))
    assert 0 < page.locator("article.fact").count()


def test_a_late_answer_does_not_replace_what_is_chosen_from(opens: Any, ours: str) -> None:
    """Whoever has gone down into the suggestions gets what they chose, though those for one letter more come then."""
    page = opens(ours)
    held: list[Any] = []
    page.route("**/suggest?q=XPO1", lambda route: held.append(route))  # noqa: PLW0108 - it marks what it is given
    box = page.get_by_role("combobox", name="Search names and identifiers")
    with page.expect_request("**/suggest?q=XPO1"):
        box.press_sequentially("XPO1", delay=200)
    page.get_by_role("option", name="Exportins").wait_for()
    box.press("ArrowDown")
    chosen = page.locator("[role=option][aria-selected=true] a").get_attribute("href")
    with page.expect_response("**/suggest?q=XPO1"):
        held[0].continue_()
    with page.expect_navigation():
        box.press("Enter")

    assert page.url.endswith(chosen)


def test_a_fact_shows_its_evidence_and_leads_to_its_document(opens: Any, ours: str) -> None:
    """Beside the statement stands who says so and where; the document's page lists the fact too."""
    page = opens(f"{ours}/entity/uniprot:O14980")
    fact = page.locator("article.fact").first
    name = fact.locator("a.name").inner_text()
    evidence = fact.locator("li.evidence").first

    assert "characters" in evidence.inner_text()

    evidence.locator(".who a").first.click()
    page.wait_for_url("**/source/**")
    assert 0 < page.locator("article.fact").count()

    page.goto(f"{ours}/fact/{name}")
    assert page.locator("#iri").inner_text().endswith(f"/fact/{name}")


def test_the_passage_is_read_in_its_place_where_the_text_is_at_hand(opens: Any, lights: str) -> None:
    """One click opens the words that a fact rests on, another closes them; without a script they have a page."""
    page = opens(f"{lights}/claim/LC0000001")
    link = page.get_by_role("link", name="read it").first
    link.click()
    page.locator("blockquote.passage mark").first.wait_for()
    words = page.locator("blockquote.passage mark").first.inner_text()

    assert "Skårholm Light" in words
    link.click()
    assert 0 == page.locator("blockquote.passage:visible").count()

    other = opens(f"{lights}/claim/LC0000001", scripts=False)
    other.get_by_role("link", name="read it").first.click()
    assert words == other.locator("blockquote.passage mark").first.inner_text()


def test_the_data_of_a_page_is_downloaded_as_turtle(opens: Any, ours: str) -> None:
    """The page's Turtle is one click away and names the thing by its own IRI."""
    page = opens(f"{ours}/entity/uniprot:O14980")
    link = page.get_by_role("link", name="Turtle", exact=True)
    answer = page.request.get(ours + link.get_attribute("href"))

    assert answer.headers["content-type"].startswith("text/turtle")
    assert "O14980" in answer.text()


def test_everything_is_read_with_scripts_off(opens: Any, ours: str) -> None:
    """Search, a thing's facts with their evidence and picture, and a query with its rows need no script."""
    page = opens(ours, scripts=False)
    page.get_by_role("searchbox").fill("XPO1")
    page.get_by_role("button", name="Search").click()
    page.locator("ol.hits a").first.click()
    assert 0 < page.locator("article.fact li.evidence").count()

    page.goto(f"{ours}/entity/uniprot:O14980")
    assert page.locator("svg.neighbourhood").is_visible()

    page.goto(f"{ours}/sparql")
    page.get_by_label("SPARQL query").fill("SELECT ?s WHERE { ?s ?p ?o } LIMIT 3")
    page.get_by_role("button", name="Run the query").click()
    assert 3 == page.locator("table.rows tbody tr").count()
    assert page.get_by_role("link", name="CSV").is_visible()


def test_a_fact_is_reached_and_read_with_the_keyboard_alone(opens: Any, ours: str) -> None:
    """From the home page: the skip link, the search box, a suggestion; every stop of Tab is visible."""
    page = opens(ours)
    page.keyboard.press("Tab")
    assert "Skip to the content" == page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    for _ in range(5):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "q":
            break
    page.keyboard.type("XPO1")
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    hidden = []
    for _ in range(40):
        page.keyboard.press("Tab")
        box = page.evaluate(FOCUSED)
        if box[1] <= 1:
            hidden.append(box[0])
    assert [] == hidden


def test_a_problem_shows_what_was_sent_as_it_was_sent(opens: Any, lights: str) -> None:
    """The sentence begins with a capital where it begins with a word, never by changing the value that it quotes."""
    assert "'a b' is not an absolute IRI" == opens(f"{lights}/entity?iri=a%20b").locator(".lead").inner_text()
    assert opens(f"{lights}/entity/nosuchthing").locator(".lead").inner_text().startswith("The dataset says")
