"""Near misses: the known word that someone most likely meant.

It refuses to correct anything: it only suggests.
"""

import difflib
from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Give the known word nearest to the one that was written, or None where none is near.

    >>> nearest("licnece", ["title", "licence"])
    'licence'
    """
    folded: dict[str, str] = {}
    for candidate in known:
        folded.setdefault(candidate.casefold(), candidate)
    found = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.7)
    return folded[found[0]] if found else None


def suggestion(word: str, known: Iterable[str], *, otherwise: str) -> str:
    """Give the next step for a word that is not known: the nearest known word, or what else to do.

    >>> suggestion("titel", ["title"], otherwise="choose another")
    'did you mean title?'
    """
    near = nearest(word, known)
    return f"did you mean {near}?" if near else otherwise
