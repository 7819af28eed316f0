"""The guide to mappings is followed: each file written, each command typed, each line of an answer compared."""

import os
import re
import subprocess
import sys
from pathlib import Path

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "map.md"
_STEP = re.compile(
    r"<!-- file: (?P<file>\S+) -->\n```\w+\n(?P<text>.*?)```"
    r"|```console(?: status=(?P<status>\d))?\n\$ (?P<command>[^\n]*)\n(?P<lines>.*?)```",
    re.DOTALL,
)


def test_the_guide_holds_step_by_step(tmp_path: Path) -> None:
    """Every file of the guide maps as it says, its tests pass, and its mistake gives its message."""
    bin_ = Path(sys.executable).parent
    environment = os.environ | {"PATH": f"{bin_}:/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    steps = list(_STEP.finditer(GUIDE.read_text(encoding="utf-8")))
    assert [bool(step["file"]) for step in steps] == [True, True, False, True, False, False]
    for step in steps:
        if step["file"]:
            (tmp_path / step["file"]).write_text(step["text"], encoding="utf-8")
            continue
        run = subprocess.run(
            ["bash", "-c", step["command"]], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        shown = run.stdout + run.stderr
        assert (run.returncode, step["command"]) == (int(step["status"] or 0), step["command"]), shown
        assert [line for line in step["lines"].splitlines() if line not in shown] == [], shown
