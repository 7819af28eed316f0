"""A new dataset to edit: a small complete one, about bridges, with its own documents, mappings, shapes and queries.

It refuses to touch a directory that holds anything.
"""

import re
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from publisher.errors import UsageError

_NAME = "my-data"
_BASE = "https://example.org/my-data/"


def new(directory: Path, *, base: str | None = None) -> tuple[Path, ...]:
    """Write the example dataset into a new or empty directory and give the files written.

    The directory's name becomes the dataset's; ``base`` is where its IRIs begin, an example.org address if not given.
    Raises UsageError where the directory is not empty or cannot be written.
    """
    name = re.sub(r"[^a-z0-9]+", "-", directory.resolve().name.lower()).strip("-") or _NAME
    base = base or f"https://example.org/{name}/"
    if not (base.startswith(("http://", "https://")) and base.endswith("/")):
        raise UsageError(f"the base {base} is no http or https IRI that ends in a slash", code="new.wrong-base")
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise UsageError(f"{directory} is not empty", fix="name a directory that is new or empty", code="new.not-empty")
    try:
        return tuple(_copy(files("publisher.dataset") / "template", directory, name=name, base=base))
    except OSError as error:
        raise UsageError(
            f"cannot write {directory}: {error.strerror or error}",
            fix="choose another directory",
            code="new.unwritable",
        ) from None


def _copy(source: Traversable, target: Path, *, name: str, base: str) -> list[Path]:
    target.mkdir(parents=True, exist_ok=True)
    written = []
    for item in sorted(source.iterdir(), key=lambda item: item.name):
        if item.is_dir():
            written += _copy(item, target / item.name, name=name, base=base)
            continue
        content = item.read_bytes()
        # The text of a document is what its passages measure: it is copied as it is.
        if source.name != "documents":
            text = content.decode("utf-8").replace(_BASE, base).replace(f'name = "{_NAME}"', f'name = "{name}"')
            content = text.encode("utf-8")
        path = target / item.name
        path.write_bytes(content)
        written.append(path)
    return written
