"""Morph-KGC in an environment of its own, below the user's cache folder: its pins go with none of ours."""

import os
import subprocess
import venv
from pathlib import Path

MORPH_KGC = ("morph-kgc==2.10.0", "duckdb==1.5.6", "sqlalchemy==2.0.44")


def python() -> str:
    """Give the Python that has Morph-KGC, installed when it is first asked for; raise CalledProcessError offline."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    place = cache / "exportin" / "-".join(MORPH_KGC).replace("==", "-")
    program = place / "bin" / "python"
    if not (place / "ready").is_file():
        venv.create(place, clear=True, with_pip=True)
        subprocess.run([str(program), "-m", "pip", "install", "--quiet", *MORPH_KGC], check=True)
        (place / "ready").touch()
    return str(program)
