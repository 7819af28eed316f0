"""When two names are the same name written otherwise: folding, word forms, and how far a misprint may go.

The rules are those of writing in general: case, accents, hyphens, Greek letters, British and American spelling,
plurals, the order of words. It refuses to take a number for a misprint of another: digits must agree.
"""

import functools
import re
import unicodedata

_WORD = re.compile(r"\d+|[^\W\d_]+")
_VOWELS = re.compile(r"ae|oe")
_SPELLINGS = ((re.compile(r"our\b"), "or"), (re.compile(r"is(ation|e|ed|ing)\b"), r"iz\1"))
_SMALL = frozenset({"of", "the", "and", "an", "in", "to", "for", "with", "by", "type"})
_GREEK = {
    chr(code): unicodedata.name(chr(code)).rpartition(" ")[2].lower()
    for code in range(0x3B1, 0x3CA)
    if unicodedata.name(chr(code), "").startswith("GREEK SMALL LETTER") and code != 0x3C2  # noqa: PLR2004 - final sigma
}
_ROMAN = re.compile(r"^[ivx]{1,4}$")
_PLURAL = 3
_SHORT = 5
_LONG = 8
_EDITS = 2
_WORD_LETTERS, _WORD_LETTERS_IN_LONG_NAME, _NAME_LETTERS = 5, 3, 10


def fold(text: str) -> str:
    """Give a text without case, accents and doubled blanks, for comparing names."""
    text = text.replace("\0", " ")
    if text.isascii():
        return " ".join(text.lower().split())
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(letter for letter in plain if not unicodedata.combining(letter)).split())


@functools.lru_cache(maxsize=64)
def words(text: str) -> tuple[str, ...]:
    r"""Give the words and numbers of a name in one form each.

    >>> words("Tumour-suppressors \N{GREEK SMALL LETTER ALPHA}2")
    ('tumor', 'suppressor', 'alpha', '2')
    """
    return tuple(_form(word) for word in _plain(text))


def joined(text: str) -> str:
    """Give a name as one word: what stays when hyphens and blanks are left out; two numbers stay apart."""
    found = ""
    for word in words(text):
        found += f"_{word}" if found[-1:].isdigit() and word[0].isdigit() else word
    return found


def bag(text: str) -> str:
    """Give the words of a name in alphabetical order, without the small ones; empty for a single word."""
    found = sorted(word for word in words(text) if word not in _SMALL)
    return " ".join(found) if len(found) > 1 else ""


def likeness(one: str, other: str) -> float:
    """Give how alike two names are, word by word, between 0 and 1; 0 where a misprint cannot explain the difference.

    A misprint is looked for in a word of five letters or more, or in a shorter one of a long name.

    >>> likeness("KPT-330", "KPT-335")
    0.0
    """
    ours, theirs = words(one), words(other)
    if not ours or len(ours) != len(theirs):
        whole = joined(one), joined(other)
        return _alike(*whole) if min(map(len, whole)) >= _LONG and _digits(whole[0]) == _digits(whole[1]) else 0.0
    letters = [len(word) for word in ours]
    same = sum(length for length, *pair in zip(letters, ours, theirs, strict=True) if pair[0] == pair[1])
    shortest = _WORD_LETTERS if same < _NAME_LETTERS else _WORD_LETTERS_IN_LONG_NAME
    forms, plain = zip(ours, theirs, strict=True), zip(_plain(one), _plain(other), strict=True)
    shares = [
        max(_alike(*folded, shortest=shortest), _alike(*written, shortest=shortest))
        for folded, written in zip(forms, plain, strict=True)
    ]
    if min(shares) == 0 or sum(share < 1 for share in shares) > _EDITS:
        return 0.0
    return sum(share * length for share, length in zip(shares, letters, strict=True)) / sum(letters)


def _plain(text: str) -> list[str]:
    folded = fold(text)
    return _WORD.findall(folded if folded.isascii() else "".join(_greek(letter) for letter in folded))


def _greek(letter: str) -> str:
    name = _GREEK.get(letter)
    return f" {name} " if name else letter


@functools.lru_cache(maxsize=1 << 16)
def _form(word: str) -> str:
    word = _VOWELS.sub("e", word)
    for pattern, spelling in _SPELLINGS:
        word = pattern.sub(spelling, word) if len(word) > _SHORT else word
    plural = len(word) > _PLURAL and word.endswith("s") and not word.endswith(("ss", "us", "is"))
    return word[:-1] if plural else word


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())


def _alike(one: str, other: str, *, shortest: int = 5) -> float:
    if one == other:
        return 1.0
    shorter, longer = min(len(one), len(other)), max(len(one), len(other))
    if longer < shortest or one[0].isdigit() or _ROMAN.match(one) or _ROMAN.match(other):
        return 0.0
    allowed = _EDITS if shorter > _LONG else 1
    if longer - shorter > allowed:
        return 0.0
    edits = _edits(one, other)
    return 1 - edits / longer if edits <= allowed else 0.0


def _edits(one: str, other: str) -> int:
    """Count insertions, deletions, changes and swaps of neighbours (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for number, letter in enumerate(one, 1):
        last, before, row = before, row, [number]
        for place, theirs in enumerate(other, 1):
            best = min(before[place] + 1, row[-1] + 1, before[place - 1] + (letter != theirs))
            if number > 1 and place > 1 and letter == other[place - 2] and theirs == one[number - 2]:
                best = min(best, last[place - 2] + 1)
            row.append(best)
    return row[-1]
