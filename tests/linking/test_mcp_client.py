"""The tools over standard input and output, asked by the client of the protocol's own package where it is installed."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from publisher.release.record import Release

SERVER = """
import sys
from pathlib import Path
from publisher.mcp import serve
from publisher.settings import settings_from
serve(Path(sys.argv[1]), settings=settings_from({"EXPORTIN_WORKERS": "1"}), lines=sys.stdin, out=sys.stdout)
"""


def test_the_package_of_the_protocol_speaks_with_us(lights: Release, root: Path) -> None:
    """A session of the package ``mcp`` is opened, the tools are listed, and one of them is called."""
    mcp = pytest.importorskip("mcp", reason="the package mcp is not installed: exportin[mcp]")
    from mcp.client.stdio import stdio_client  # noqa: PLC0415 - only where the package is installed

    async def talk() -> tuple[list[str], str]:
        environment = {**os.environ, "PYTHONPATH": str(root)}
        command = mcp.StdioServerParameters(
            command=sys.executable, args=["-c", SERVER, str(lights.path)], env=environment
        )
        async with stdio_client(command) as (reading, writing), mcp.ClientSession(reading, writing) as session:
            await session.initialize()
            tools = await session.list_tools()
            found = await session.call_tool("search", {"words": "granite"})
            return [tool.name for tool in tools.tools], found.content[0].text

    names, text = asyncio.run(talk())
    assert names == ["search", "describe", "fact", "query"]
    assert json.loads(text)["things"][0]["label"] == "granite"
