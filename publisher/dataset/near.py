"""Near misses: the known word that someone most likely meant.

It refuses to correct anything: it only suggests.
"""

import difflib
from collections.abc import Iterable, Mapping

_TRIED = 50


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Give the known word nearest to the one that was written, or None where none is near.

    Among equals one with the same letters is nearer: two that changed places are the commonest slip in a number.

    >>> nearest("licnece", ["title", "licence"])
    'licence'
    >>> nearest("RO:0002494", ["RO:0002479", "RO:0002449"])
    'RO:0002449'
    """
    folded: dict[str, str] = {}
    for candidate in known:
        folded.setdefault(candidate.casefold(), candidate)
    given = word.casefold()
    found = difflib.get_close_matches(given, folded, n=_TRIED, cutoff=0.7)
    swapped = [each for each in found if sorted(each) == sorted(given)]
    return folded[(swapped or found)[0]] if found else None


def suggestion(word: str, known: Iterable[str], *, otherwise: str, labels: Mapping[str, str] | None = None) -> str:
    """Give the next step for a word that is not known: the nearest known word, or what else to do.

    ``labels`` says what the known words are called, where a word is an identifier that tells nothing by itself.

    >>> suggestion("titel", ["title"], otherwise="choose another")
    'did you mean title?'
    >>> suggestion("RO:0002494", ["RO:0002449"], otherwise="", labels={"RO:0002449": "inhibits"})
    'did you mean RO:0002449 (inhibits)?'
    """
    near = nearest(word, known)
    label = labels.get(near) if labels and near else None
    return f"did you mean {near}{f' ({label})' if label else ''}?" if near else otherwise
