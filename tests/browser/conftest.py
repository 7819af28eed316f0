"""Two sites behind real servers, and a browser that reaches nothing else and forgives no error on a page."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIGHTS = ROOT / "tests" / "datasets" / "lighthouses"
AXE = ROOT / "editor" / "node_modules" / "axe-core" / "axe.min.js"
BUNDLE = ROOT / "publisher" / "web" / "static" / "editor.bundle.js"
PATIENCE = 300
ENDED = re.compile(r"in [\d.]+ m?s\.$")  # what the query page says of a run that ended: a slow one is told in seconds
MISSED = "Failed to load resource: the server responded with a status of 4"


class Opens(Protocol):
    """Opens a page of a browser context of its own: ``width``, ``theme``, ``scripts`` are the context's."""

    def __call__(
        self, address: str, *, width: int = ..., theme: str = ..., scripts: bool = ..., plain: bool = ...
    ) -> Any:
        """Give the page at an address; ``plain`` as if the editor had not been built."""


def _missing() -> str:
    """Give the part of the set-up that is missing, and how to get it; nothing where all is there."""
    if shutil.which("chromium") is None:
        return "Chromium is missing: apt-get install chromium"
    if not BUNDLE.is_file() or not AXE.is_file():
        return "the query editor is not built: make editor (it needs Node)"
    return "" if find_spec("playwright") else "Playwright is missing: make test installs it"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where a part is missing, skip all in one loud line; with CI=true let them fail."""
    ours = [item for item in items if Path(__file__).parent in item.path.parents]
    missing = _missing()
    if missing and ours and os.environ.get("CI") != "true":
        reason = f"none of the {len(ours)} browser tests was run, {missing}"
        ours[0].add_marker(pytest.mark.skip(reason=reason))
        config.hook.pytest_deselected(items=ours[1:])
        items[:] = [item for item in items if item not in ours[1:]]


@contextmanager
def _served(*arguments: str, log: Path) -> Iterator[str]:
    """Serve with the command line on a free port of the loopback, and give the address."""
    command = [sys.executable, "-m", "publisher", "serve", "--port", "0", *arguments]
    with (
        log.open("w", encoding="utf-8") as out,
        subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT) as server,
    ):
        try:
            yield _address(server, log)
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()


def _address(server: subprocess.Popen[bytes], log: Path) -> str:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and server.poll() is None:
        found = re.search(r"http://127\.0\.0\.1:\d+", log.read_text(encoding="utf-8"))
        if found:
            return found[0]
        time.sleep(0.1)
    return pytest.fail(f"the server did not start:\n{log.read_text(encoding='utf-8')}")


@pytest.fixture(name="chromium", scope="session")
def _chromium() -> Iterator[Any]:
    missing = _missing()
    if missing:
        pytest.fail(missing)
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - where it is missing, the tests say so first

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(name="sites", scope="session")
def _sites(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Build and serve both datasets, at the same time."""
    del chromium  # where it is missing, nothing is built
    folder = tmp_path_factory.mktemp("sites")
    text = Path(os.environ.get("EXPORTIN_SHARED", ROOT.parent / "shared")) / "documents"
    with_text = ["--documents", str(text)] if text.is_dir() else []
    of_lights = [str(LIGHTS), "--documents", str(LIGHTS / "documents"), "--releases", str(folder / "lights")]
    ours = [str(ROOT), *with_text, "--releases", str(folder / "ours")]
    with _together(of_lights, ours, folder=folder) as addresses:
        yield {"lights": addresses[0], "ours": addresses[1]}


@contextmanager
def _together(*sites: list[str], folder: Path) -> Iterator[list[str]]:
    """Start the servers one beside the other: the second builds while the first does."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - only here

    served: list[AbstractContextManager[str]] = [
        _served(*site, log=folder / f"{at}.log") for at, site in enumerate(sites)
    ]
    with ThreadPoolExecutor(len(served)) as threads:
        addresses = list(threads.map(lambda one: one.__enter__(), served))
    try:
        yield addresses
    finally:
        for one in served:
            one.__exit__(None, None, None)


@pytest.fixture(name="lights")
def _lights(sites: dict[str, str]) -> str:
    return sites["lights"]


@pytest.fixture(name="ours")
def _ours(sites: dict[str, str]) -> str:
    return sites["ours"]


@pytest.fixture(name="opens")
def _opens(chromium: Any, tmp_path: Path) -> Iterator[Opens]:
    """Give the opener of pages; in the end no page may have logged an error or asked for anything off the loopback."""
    contexts, wrong = [], []

    def opens(
        address: str, *, width: int = 1280, theme: str = "light", scripts: bool = True, plain: bool = False
    ) -> Any:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=theme,
            java_script_enabled=scripts,
            permissions=["clipboard-read", "clipboard-write"],
        )
        contexts.append(context)
        context.set_default_timeout(15_000)
        if plain:
            context.route("**/sparql", _without_bundle)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda told: wrong.append(told.text) if _is_wrong(told) else None)
        page.on("request", lambda asked: wrong.append(asked.url) if _is_outside(asked.url) else None)
        page.goto(address)
        return page

    yield opens
    for context in contexts:
        context.close()
    assert [] == wrong


def asking_for_an_image(route: Any) -> None:
    """Let a request go as one of a reader who would rather have an image than a page."""
    route.continue_(headers={**route.request.headers, "accept": "image/png, text/html;q=0.1"})


def _without_bundle(route: Any) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, body=answer.text().replace("data-bundle=", "data-none="))


def _is_wrong(told: Any) -> bool:
    return told.type in ("error", "warning") and not told.text.startswith(MISSED)


def _is_outside(address: str) -> bool:
    return not address.startswith(("http://127.0.0.1:", "data:", "blob:"))
