"""What a probe is, and what comes of it."""

import enum
import re
from collections.abc import Callable
from dataclasses import dataclass

from publisher.audit.site import Site

_LONGEST = 400
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]+")


class Outcome(enum.Enum):
    """What came of a probe; skipped where there was nothing to try it on."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a probe saw: whether it is what was wanted, in words, and at which URL."""

    fine: bool
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Probe:
    """One question to a site: ``name`` is stable; ``wanted`` says what is right, ``fix`` what to do where it is not."""

    name: str
    wanted: str
    fix: str
    look: Callable[[Site], Seen]

    @property
    def group(self) -> str:
        """Give what it is about: the part of the name before the dot."""
        return self.name.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one probe, ready to be shown: ``seen`` has no characters that a terminal or XML would mind."""

    probe: Probe
    outcome: Outcome
    seen: str
    url: str
    seconds: float


def shown(text: str) -> str:
    """Give the words of another site as one line that is safe to show."""
    line = _UNPRINTABLE.sub(" ", text).strip()
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
