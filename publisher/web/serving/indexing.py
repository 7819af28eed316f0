"""Making ready what a server opens of a release, before it is served: the index, the names, and every page.

What is there already is kept. It refuses to fail where only the pages cannot be kept: they are made when asked for.
"""

from dataclasses import dataclass
from pathlib import Path

from publisher.release.record import Release
from publisher.settings import Settings
from publisher.web.kept.prepared import Prepared
from publisher.web.serving import preparing
from publisher.web.serving.opening import Sources, open_sources
from publisher.web.serving.preparing import Tell


@dataclass(frozen=True, slots=True)
class Indexed:
    """What came of it: how many finished documents there are, and how many could not be made, as on a full disk."""

    documents: int = 0
    missing: int = 0

    def __str__(self) -> str:
        """Give it in words."""
        if self.missing:
            return f"{self.missing} pages could not be made ahead (is the disk full?): they are made when asked for"
        return f"{self.documents} pages made ahead" if self.documents else "no pages made ahead"


def index(release: Release, *, settings: Settings, tell: Tell, texts: Path | None = None) -> Indexed:
    """Make the index, the names and the documents of a release; ``texts`` is the folder that the server will show.

    No documents are made where there are more things than the setting ``prepared_things`` allows.
    """
    tell(f"indexing release {release.version}")
    opened = open_sources(Sources((release.path,), settings, documents=texts, isolated=False))
    try:
        if opened.pages is None:
            return Indexed()
        making = preparing.begin(opened.in_this_process(), opened.pages, calm=False)
        try:
            missing = making.wait(tell)
        finally:
            making.end()
        prepared = Prepared(opened.pages)
        documents = prepared.count()
        prepared.close()
        return Indexed(documents, missing)
    finally:
        opened.close()
