"""The picture of a thing's neighbourhood, panned and zoomed."""

from typing import Any

import pytest

pytestmark = pytest.mark.browser


def _box(page: Any) -> list[float]:
    return [float(number) for number in page.locator("svg.neighbourhood").get_attribute("viewBox").split()]


def _holds(whole: dict[str, float], box: dict[str, float]) -> bool:
    """Tell whether the middle of a name lies in the part of the picture that is shown."""
    x, y = box["x"] + box["width"] / 2 - whole["x"], box["y"] + box["height"] / 2 - whole["y"]
    return 5 < x < whole["width"] - 5 and 5 < y < whole["height"] - 5


@pytest.fixture(name="page")
def _page(opens: Any, lights: str) -> Any:
    page = opens(f"{lights}/thing/LX0000001")
    page.locator(".lens").wait_for()
    return page


def test_keys_zoom_and_pan_the_picture(page: Any) -> None:
    """Plus comes nearer, arrows move, nought shows the whole again."""
    whole = _box(page)
    page.locator("figure.picture").focus()
    page.keyboard.press("+")
    near = _box(page)
    page.keyboard.press("ArrowRight")

    assert near[2] < whole[2]
    assert near[0] < _box(page)[0]

    page.keyboard.press("0")
    assert whole == _box(page)


def test_buttons_zoom_the_picture_and_stop_at_its_bounds(page: Any) -> None:
    """The buttons do what the keys do; the whole picture is as far as it goes."""
    assert page.get_by_role("button", name="Zoom out").is_disabled()
    for _ in range(5):
        if page.get_by_role("button", name="Zoom in").is_enabled():
            page.get_by_role("button", name="Zoom in").click()

    assert page.get_by_role("button", name="Zoom in").is_disabled()
    page.get_by_role("button", name="Show the whole picture").click()
    assert page.get_by_role("button", name="Zoom out").is_disabled()


def test_dragging_moves_the_picture_and_follows_no_link(page: Any) -> None:
    """A drag that begins on a name is not a click on it; a click is."""
    page.get_by_role("button", name="Zoom in").click()
    before, address = _box(page), page.url
    page.locator("svg.neighbourhood").scroll_into_view_if_needed()
    whole = page.locator("svg.neighbourhood").bounding_box()
    names = [name.bounding_box() for name in page.locator("svg.neighbourhood a").all()]
    x, y = next((box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in names if _holds(whole, box))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y + 10, steps=5)
    page.mouse.up()

    assert before[0] < _box(page)[0]
    assert address == page.url

    page.get_by_role("button", name="Show the whole picture").click()
    with page.expect_navigation():
        page.locator("svg.neighbourhood a").first.click()


def test_the_wheel_scrolls_the_page_and_zooms_with_control(page: Any) -> None:
    """The picture takes no scrolling away from the page."""
    whole = _box(page)
    page.locator("svg.neighbourhood").hover()
    page.mouse.wheel(0, 50)
    assert whole == _box(page)

    page.keyboard.down("Control")
    page.mouse.wheel(0, -100)
    page.keyboard.up("Control")
    page.wait_for_function("document.querySelector('svg.neighbourhood').classList.contains('near')")
    assert _box(page)[2] < whole[2]
