"""The reference pages say what the code has: every setting, command, finding code and error code."""

import re
from pathlib import Path

import click
import pytest

from publisher import errors
from publisher.cli import cli
from publisher.settings import SETTINGS

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference"


def _page(name: str) -> str:
    return (REFERENCE / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_is_documented_with_its_default(setting: object) -> None:
    """The settings page has a row for the setting with its default and help."""
    row = f"| `{setting.name}` | `{setting.default}` | {setting.help} |"

    assert row in _page("settings.md")


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_command_is_documented_and_has_help(name: str) -> None:
    """The commands page has a heading for the command, and every option of it is named there."""
    command = cli.commands[name]
    section = re.split(r"^## ", _page("commands.md"), flags=re.MULTILINE)
    body = next((part for part in section if part.startswith(f"`exportin {name}`")), "")
    options = [opt for param in command.params if isinstance(param, click.Option) for opt in param.opts]

    assert command.help
    assert [] == [opt for opt in options if opt not in body]
    assert body


def test_every_error_code_is_documented() -> None:
    """The errors page names the code of every exception."""
    codes = {
        value.code
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, errors.ExportinError) and value is not errors.ExportinError
    }

    assert set() == {code for code in codes if f"`{code}`" not in _page("errors.md")}


def test_every_finding_code_is_documented() -> None:
    """The findings page names each code that the engine gives to a finding."""
    source = Path(errors.__file__).parent
    used = set()
    for path in [*source.rglob("*.py")]:
        if path.parent.name in {"dataset", "validation", "imports"}:
            used |= set(re.findall(r'"((?:[a-z]+)\.[a-z]+(?:-[a-z]+)*)"', path.read_text(encoding="utf-8")))
    families = {
        "manifest",
        "yaml",
        "fact",
        "entity",
        "passage",
        "evidence",
        "alignment",
        "shape",
        "owl",
        "house",
        "reasoning",
        "segment",
        "document",
        "sssom",
        "ontology",
        "id",
    }

    assert set() == {
        code for code in used if code.split(".")[0] in families and f"`{code}`" not in _page("findings.md")
    }


def test_every_slice_has_its_licence_listed(root: Path) -> None:
    """LICENSE-DATA names each slice of an outside ontology with the licence that stands in the slice."""
    listed = (root / "LICENSE-DATA").read_text(encoding="utf-8")
    missing = []
    for slice_ in sorted((root / "ontology" / "imports").glob("*.ttl")):
        stated = re.search(r'dcterms:(?:license|rights) (?:<([^>]+)>|"([^"]+)")', slice_.read_text(encoding="utf-8"))
        block = listed.partition(f"\n{slice_.name}\n")[2].split("\n", 2)[:2]
        if stated is None or (stated[1] or stated[2]) not in "\n".join(block):
            missing.append(slice_.name)

    assert [] == missing
