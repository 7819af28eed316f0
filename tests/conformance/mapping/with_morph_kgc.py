"""The official cases through Morph-KGC: run with the Python of its own environment, cases in, outcomes out.

Reads ``[[name, mapping, folder, script], …]`` as JSON from standard input and writes ``{name: lines or text}``, a text
where it refuses a mapping: the reason. A database is SQLite, which it reads without a server; mappings are as they are,
only the address of the database is told beside them.
"""

import json
import logging
import os
import re
import sqlite3
import sys
import tempfile
from pathlib import Path

import morph_kgc  # type: ignore[import-not-found]

_CASCADE = re.compile(" cascade", re.IGNORECASE)  # SQLite does not know the word
_SETTINGS = "[CONFIGURATION]\noutput_format=N-QUADS\nlogging_level=CRITICAL\nnumber_of_processes=1\n"


def run(mapping: str, folder: str, script: str | None) -> list[str] | str:
    """Give the N-Quads lines of one case, or the reason where Morph-KGC gives none."""
    os.chdir(folder)
    with tempfile.TemporaryDirectory() as name:
        source = f"[source]\nmappings={mapping}\n"
        if script is not None:
            database = Path(name) / "case.sqlite"
            with sqlite3.connect(database) as connection:
                connection.executescript(_CASCADE.sub("", Path(script).read_text(encoding="utf-8")))
            source += f"db_url=sqlite:///{database}\n"
        try:
            made = morph_kgc.materialize_set(f"{_SETTINGS}{source}")
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it raises, the case is refused
            return f"{type(error).__name__}: {str(error)[:200]}"
    return [f"{line} ." for line in made]


def main() -> None:
    """Run every case and write what came."""
    logging.disable(logging.CRITICAL)
    outcomes: dict[str, list[str] | str] = {}
    answer, sys.stdout = sys.stdout, sys.stderr
    for name, mapping, folder, script in json.load(sys.stdin):
        try:
            outcomes[name] = run(mapping, folder, script)
        except sqlite3.Error as error:
            outcomes[name] = f"the script cannot be loaded: {error}"
    json.dump(outcomes, answer)


if __name__ == "__main__":
    main()
