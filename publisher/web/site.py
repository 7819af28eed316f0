"""What a running site is made of: a store, what the dataset says about itself, files to hand out, an index of names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from publisher.entities.lists.publications import Publications, publications_of
from publisher.entities.memory import Memory, forgetful
from publisher.entities.names.lookup import Lookup
from publisher.entities.reader import Reader, reader_of
from publisher.rdf.media import GRAPHS, RESULTS, Media
from publisher.release.content import Description, Retired
from publisher.release.record import File, Release
from publisher.settings import Settings
from publisher.store.port import Limits, Store
from publisher.web.passages import Texts
from publisher.web.paths import Paths

_ROWS = 1_000_000


@dataclass(frozen=True, slots=True)
class Example:
    """One example query: its name, what it answers, its words for finding it, and its text."""

    name: str
    summary: str
    tags: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Site:
    """A release (or plain RDF files) as it is served; made anew when another release becomes current.

    ``release`` is None where plain files are served; ``shelf`` is the folder of all releases, for older dumps.
    ``texts`` are the documents' own words, where they are at hand.
    ``union`` tells whether the default graph is the union of the named graphs (``union``) or not (``plain``).
    """

    store: Store
    about: Description
    settings: Settings
    release: Release | None = None
    shelf: Path | None = None
    lookup: Lookup | None = None
    examples: tuple[Example, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    union: str = "union"
    common: frozenset[str] = frozenset()
    texts: Texts | None = None
    publications: Publications | None = None
    memory: Memory = field(default_factory=forgetful)

    @property
    def paths(self) -> Paths:
        """Give the way between IRIs and addresses on this site."""
        return Paths(self.about.base, self.about.prefixes)

    @property
    def reader(self) -> Reader:
        """Give the reader of things, with the limits of this process."""
        return Reader(self.store, self.about, self.limits(None)._replace(rows=_ROWS), self.common, self.memory)

    @property
    def changed(self) -> datetime | None:
        """Give the moment of a release whose version is a date."""
        try:
            return datetime.strptime(self.about.version[:10], "%Y-%m-%d").replace(tzinfo=UTC)
        except ValueError:
            return None

    @property
    def files(self) -> Mapping[str, File]:
        """Give the files of the release by name."""
        return self.release.files if self.release else {}

    @property
    def retired(self) -> Mapping[str, Retired]:
        """Give what became of the things that are no more."""
        return self.release.retired if self.release else {}

    def limits(self, client: str | None, *, seconds: float | None = None, partial: bool = False) -> Limits:
        """Give what one query may cost: the settings, and the client's own wish where it asks for less."""
        longest = self.settings.number("query_seconds")
        return Limits(
            seconds=min(longest, seconds) if seconds else longest,
            rows=self.settings.count("max_rows"),
            bytes=self.settings.count("max_answer_mb") * 1024 * 1024,
            partial=partial,
            client=client,
        )

    def results(self) -> tuple[Media, ...]:
        """Give the media types of rows and truth values that the store can write, the preferred first."""
        return tuple(media for media in RESULTS if media in self.store.offered)

    def graphs(self) -> tuple[Media, ...]:
        """Give the media types of RDF that the store can write, the preferred first."""
        return tuple(media for media in GRAPHS if media in self.store.offered)


def site_of(
    release: Release, *, store: Store, settings: Settings, lookup: Lookup | None = None, texts: Texts | None = None
) -> Site:
    """Give the site of a release."""
    return Site(
        store=store,
        about=release,
        settings=settings,
        release=release,
        shelf=release.path.parent,
        lookup=lookup,
        examples=examples_in(release.queries),
        counts=release.counts,
        common=reader_of(store, release, Limits()).common,
        texts=texts,
        publications=publications_of(release),
        memory=Memory(),
    )


def examples_in(folder: Path) -> tuple[Example, ...]:
    """Give the example queries of a folder, by file name.

    Their headers are grlc's (``#+ summary:``, ``#+ tags:``), or plain remarks of the same form (``# title:``).
    """
    if not folder.is_dir():
        return ()
    return tuple(_example(path) for path in sorted(folder.glob("*.rq")))


def _example(path: Path) -> Example:
    text = path.read_text(encoding="utf-8")
    heads: dict[str, str] = {}
    tags: list[str] = []
    key = ""
    for line in text.splitlines():
        if not line.startswith("#"):
            if line.strip():
                break
            continue
        rest = line[1:].removeprefix("+").strip()
        if rest.startswith("- ") and key == "tags":
            tags.append(rest[2:].strip())
            continue
        key, _, value = rest.partition(":")
        heads[key.strip()] = value.strip()
    tags.extend(tag.strip() for tag in heads.get("tags", "").split(",") if tag.strip())
    body = "\n".join(line for line in text.splitlines() if not line.startswith("#+")).strip() + "\n"
    name = path.stem
    summary = heads.get("summary") or heads.get("title") or name.replace("-", " ").replace("_", " ")
    return Example(name, summary, tuple(tags), body)
