"""The description of a thing without a server: what the command line shows."""

from publisher.entities.page.describe import describe
from publisher.entities.reader import Reader, term
from publisher.errors import UsageError
from publisher.rdf.media import GRAPHS, by_alias
from publisher.release.read import Release
from publisher.settings import Settings
from publisher.store.open import open_store


def describe_here(release: Release, thing: str, form: str, settings: Settings) -> bytes:
    """Describe a thing of a release, named by IRI or CURIE, in a syntax (a media type or its short name).

    Raises UsageError for a name that is neither, a syntax that is unknown, and a thing that the release does not know.
    """
    media = by_alias(form, GRAPHS)
    if media is None:
        names = ", ".join(each.aliases[0] for each in GRAPHS)
        raise UsageError(f"there is no RDF syntax {form!r}", fix=f"choose one of {names}")
    iri = release.prefixes.expand(thing)
    if iri is None:
        raise UsageError(f"{thing!r} is neither an IRI nor a CURIE with a prefix of the dataset", code="usage.iri")
    store = open_store(release, settings=settings, prefixes=release.prefixes, base=release.base, isolated=False)
    try:
        reader = Reader(store, release)
        if not reader.holds("known", thing=term(iri)):
            raise UsageError(f"the release {release.version} says nothing of <{iri}>", code="usage.unknown-thing")
        return describe(reader, iri, media, document=f"{iri.partition('#')[0]}.{media.suffix}")
    finally:
        store.close()
