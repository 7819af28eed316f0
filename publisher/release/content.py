"""What goes into a release: plain values that a build fills.

It refuses to read a dataset: everything here is already expanded (full IRIs, rendered reports, checksums).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from publisher.rdf.prefixes import Prefixes

_REGISTRIES = {"https://orcid.org/": "Person", "https://ror.org/": "Organization"}


@dataclass(frozen=True, slots=True)
class Agent:
    """A person or an organisation: a name, and an IRI (ORCID, ROR, home page) where one is known.

    ``kind`` is ``person`` or ``organization`` where the dataset states it.
    """

    name: str
    iri: str | None = None
    kind: str | None = None

    @property
    def class_name(self) -> str | None:
        """Give the class of FOAF and schema.org, ``Person`` or ``Organization``: as stated, else by the registry."""
        if self.kind:
            return self.kind.capitalize()
        return next((name for start, name in _REGISTRIES.items() if (self.iri or "").startswith(start)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a dataset says about itself, in full IRIs; the single source of every description that is published.

    ``name`` is the stem of the dumps' file names, ``iri`` the dataset's IRI (``{base}dataset``), ``version`` a date or
    a number. ``prefixes`` keep their order. ``roles`` are name → IRI (``fact``, ``certainty`` …), ``certainty`` is the
    closed list in order and ``bare`` those that allow a bare triple. ``graphs`` are name → IRI of the graph, ``paths``
    name → path relative to the base, ``ids`` name → pattern of minted identifiers. ``vocabulary`` is the IRI of the
    dataset's own ontology document; ``examples`` are IRIs of example resources.
    """

    name: str
    title: str
    description: str
    base: str
    iri: str
    version: str
    licence: str
    language: str
    prefixes: Prefixes
    keywords: tuple[str, ...] = ()
    creators: tuple[Agent, ...] = ()
    publisher: Agent | None = None
    homepage: str | None = None
    examples: tuple[str, ...] = ()
    vocabulary: str | None = None
    roles: Mapping[str, str] = field(default_factory=dict)
    certainty: tuple[str, ...] = ()
    bare: tuple[str, ...] = ()
    graphs: Mapping[str, str] = field(default_factory=dict)
    ids: Mapping[str, str] = field(default_factory=dict)
    paths: Mapping[str, str] = field(default_factory=dict)
    previous: str | None = None

    @property
    def version_iri(self) -> str:
        """Give the IRI of this version of the dataset."""
        return f"{self.iri}/{self.version}"

    @property
    def description_graph(self) -> str:
        """Give the IRI of the graph that holds the description of the release."""
        return self.graphs.get("description", f"{self.base}graph/description")


@dataclass(frozen=True, slots=True)
class Input:
    """One file that the build read: its path relative to the dataset's root (``/`` between parts), checksum, size."""

    path: str
    sha256: str
    size: int = 0


@dataclass(frozen=True, slots=True)
class Retired:
    """A thing that was withdrawn or merged: its IRI, what it was, why, since when, and what stands in its place."""

    iri: str
    kind: str = ""
    was: str = ""
    reason: str = ""
    since: str = ""
    replaced_by: str | None = None
    merged_into: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A finished file to publish beside the dumps, such as ``mappings.sssom.tsv``, ``shapes.ttl`` or an edition.

    ``name`` is relative to the release and may hold folders. Exactly one of ``path`` and ``body`` is set.
    ``media`` is the media type of the content without compression, ``compression`` ``""``, ``gzip`` or ``zstd``:
    what the bytes already are. ``title`` says in a few words what the file is.
    """

    name: str
    media: str
    title: str = ""
    path: Path | None = None
    body: bytes | None = None
    compression: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """All that a release is made from.

    ``quads`` are files of canonical N-Quads lines in any order, repeats allowed, without blank nodes. ``reports`` are
    renderings of the validation report by suffix (``ttl``, ``json``, ``html``). ``queries`` are ``.rq`` files with
    grlc-style headers. ``engine`` names the program and its version (``exportin 1.0.0``) as well as the tools it used.
    """

    description: Description
    quads: tuple[Path, ...]
    inputs: tuple[Input, ...] = ()
    engine: Mapping[str, str] = field(default_factory=dict)
    reports: Mapping[str, bytes] = field(default_factory=dict)
    queries: tuple[Path, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    retired: tuple[Retired, ...] = ()
