"""The values of ``dataset.toml``, each with its type checked where it is read, and the line of each key."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from publisher.dataset.manifest.keys import FILE, KEYS
from publisher.dataset.near import suggestion
from publisher.errors import Finding, Where
from publisher.rdf.prefixes import Prefixes


@dataclass(frozen=True, slots=True)
class Toml:
    """The parsed TOML, read value by value; ``source`` is the text, kept to find the line of a key."""

    source: str
    given: Mapping[str, object]
    findings: list[Finding] = field(default_factory=list)

    def table(self, section: str) -> Mapping[str, object]:
        """Give a section, named with dots; an empty one where it is not there."""
        table: object = self.given
        for part in section.split(".") if section else ():
            table = table.get(part, {}) if isinstance(table, dict) else {}
        return table if isinstance(table, dict) else {}

    def check_keys(self, section: str) -> None:
        """Report a section that is no table, and each key of it that is not known."""
        above, _, name = section.rpartition(".")
        given = self.table(above).get(name) if section else self.given
        if given is not None and not isinstance(given, dict):
            self.wrong_type(above, name, "a table", given)
        known = KEYS[section]
        for key in self.table(section) if known is not None else ():
            if known is not None and key not in known:
                shown = f"[{section}] has no key {key}" if section else f"dataset.toml has no section {key}"
                self.report(
                    *("unknown-key", section, key, shown),
                    value=key,
                    fix=suggestion(key, known, otherwise=f"remove it, or use one of: {', '.join(known)}"),
                )

    def text(self, section: str, key: str) -> str | None:
        """Give a text, None where the key is not there."""
        value = self.table(section).get(key)
        if value is None or isinstance(value, str):
            return value
        # A date written without quotes is what most people type first, and it means the same.
        if key == "version" and type(value).__name__ == "date":
            return str(value)
        self.wrong_type(section, key, "a text in quotes", value)
        return None

    def texts(self, section: str, key: str) -> tuple[str, ...]:
        """Give a list of texts, an empty one where the key is not there."""
        value = self.table(section).get(key, [])
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        self.wrong_type(section, key, "a list of texts", value)
        return ()

    def strings(self, section: str) -> dict[str, str]:
        """Give every text of a section by its key."""
        found = {}
        for key, value in self.table(section).items():
            if isinstance(value, str):
                found[key] = value
            else:
                self.wrong_type(section, key, "a text in quotes", value)
        return found

    def iris(self, section: str, prefixes: Prefixes, keys: Iterable[str]) -> dict[str, str]:
        """Give the IRIs of those keys that are there, in full."""
        found = {}
        for key in keys:
            text = self.text(section, key)
            if text is not None:
                found[key] = self._expand(section, key, text, prefixes)
        return found

    def expanded(self, section: str, key: str, prefixes: Prefixes) -> tuple[str, ...]:
        """Give a list of IRIs in full."""
        return tuple(self._expand(section, key, text, prefixes) for text in self.texts(section, key))

    def _expand(self, section: str, key: str, text: str, prefixes: Prefixes) -> str:
        iri = prefixes.expand(text)
        if iri is None:
            self.report(
                *("unknown-prefix", section, key, f"{text} has no prefix of [prefixes] and is no IRI"),
                value=text,
                fix=suggestion(
                    text.partition(":")[0], (name for name, _ in prefixes), otherwise="declare its prefix in [prefixes]"
                ),
            )
            return text
        return iri

    def wrong_type(self, section: str, key: str, wanted: str, value: object) -> None:
        """Report a value of another type than is wanted."""
        place = f"[{section}] {key}" if section else key
        self.report(
            *("wrong-type", section, key, f"{place} wants {wanted}"), value=str(value), fix=f"write {key} as {wanted}"
        )

    def report(
        self, code: str, section: str, key: str, message: str, *, value: str | None = None, fix: str | None = None
    ) -> None:
        """Report what is wrong with a key at its line, as ``manifest.<code>``."""
        self.findings.append(
            Finding(f"manifest.{code}", message, where=place_of(self.source, section, key), value=value, fix=fix)
        )


def place_of(text: str, section: str, key: str) -> Where:
    """Give where a key of a section stands in the text of a TOML file; the section's head where the key is missing.

    Dotted keys and quoted keys are found too; an inline table counts as its key.
    """
    current, head = "", Where(FILE, 1, 1)
    matches: Callable[[str], bool] = {key, f'"{key}"', f"'{key}'"}.__contains__
    for number, line in enumerate(text.splitlines(), start=1):
        opened = re.match(r"\s*\[\[?\s*([^\]]+?)\s*\]", line)
        if opened:
            current = opened[1].replace('"', "")
            if current == section:
                head = Where(FILE, number, 1)
            elif key and current == (f"{section}.{key}" if section else key):
                return Where(FILE, number, 1)
        assigned = re.match(r'\s*("[^"]*"|\'[^\']*\'|[\w.-]+)\s*=', line)
        if key and assigned and current == section and matches(assigned[1]):
            return Where(FILE, number, assigned.start(1) + 1)
    return head
