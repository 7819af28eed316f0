"""The tools asked by the client of the protocol's own package, where it is installed: by the command line, by HTTP."""

import asyncio
import importlib.util
import json
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from publisher.release.record import Release
from tests.conftest import missing
from tests.serving import serving

Opened = Callable[[], AbstractAsyncContextManager[Any]]
LIGHT = "https://example.org/lights/thing/LX0000001"


def _talk(opened: Opened) -> tuple[list[str], list[str], bool]:
    """Open a session, list the tools, find a thing, describe it, read a fact and ask; give what was said."""
    import mcp  # noqa: PLC0415 - only where the package is installed

    async def talk() -> tuple[list[str], list[str], bool]:
        async with opened() as streams, mcp.ClientSession(streams[0], streams[1]) as session:
            await session.initialize()
            tools = [tool.name for tool in (await session.list_tools()).tools]
            search = await session.call_tool("search", {"words": "granite"})
            told = await session.call_tool("describe", {"thing": "lx:LX0000001"})
            claim = json.loads(told.content[0].text)["facts"][0]["iri"]
            fact = await session.call_tool("fact", {"fact": claim})
            rows = await session.call_tool("query", {"sparql": f"SELECT ?o {{ <{LIGHT}> a ?o }}"})
            refused = await session.call_tool("query", {"sparql": "DROP ALL"})
            return tools, [item.content[0].text for item in (search, told, fact, rows)], bool(refused.is_error)

    with ThreadPoolExecutor(1) as own:  # a browser that other tests opened runs a loop in this thread
        return own.submit(asyncio.run, talk()).result()


def _heard(opened: Opened) -> None:
    tools, (search, told, fact, rows), refused = _talk(opened)
    assert tools == ["search", "describe", "fact", "query"]
    assert json.loads(search)["things"][0]["label"] == "granite"
    assert json.loads(told)["iri"] == LIGHT
    assert json.loads(fact)["evidence"][0]["documents"]
    assert {"o": "https://example.org/lights/vocab#Lighthouse"} in json.loads(rows)["rows"]
    assert refused


@pytest.fixture(autouse=True)
def _package() -> None:
    if importlib.util.find_spec("mcp") is None:
        missing("the package mcp is not installed: pip install exportin[mcp]")


def test_the_package_speaks_with_the_command_line(lights: Release) -> None:
    """``exportin mcp`` on standard input and output holds a session with the package's client."""
    import mcp  # noqa: PLC0415 - only where the package is installed
    from mcp.client.stdio import stdio_client  # noqa: PLC0415

    lights.path.with_name("current").unlink(missing_ok=True)
    lights.path.with_name("current").symlink_to(lights.path.name)
    arguments = ["-m", "publisher", "mcp", "--releases", str(lights.path.parent)]
    command = mcp.StdioServerParameters(command=sys.executable, args=arguments, env=dict(os.environ))
    _heard(lambda: stdio_client(command))


def test_the_package_speaks_with_the_site(lights: Release) -> None:
    """``/mcp`` holds the same session by POST, without a stream."""
    from mcp.client.streamable_http import streamable_http_client  # noqa: PLC0415 - only where it is installed

    with serving(lights.path) as served:
        _heard(lambda: streamable_http_client(f"{served.root}/mcp"))
