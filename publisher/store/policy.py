"""What a read-only service allows a query to be, decided on its tokens before any engine sees it.

It refuses updates, SERVICE to a target that is not named, nesting that would exhaust an engine's stack, and prefixes
that the query does not declare (no engine names the prefix that is missing).
"""

from dataclasses import dataclass

from publisher.errors import QueryRefused, QueryRejected
from publisher.rdf.prefixes import Prefixes
from publisher.rdf.query import DEEPEST, Form, Query, position, suggestion
from publisher.settings import Settings


@dataclass(frozen=True, slots=True)
class Policy:
    """What queries may do: ``services`` are the endpoints that SERVICE may name, spelled exactly as in the query.

    An address of this machine or of a private network is allowed only like any other: by being on the list.
    """

    prefixes: Prefixes
    services: tuple[str, ...] = ()

    def check(self, query: Query) -> None:
        """Raise QueryRejected or QueryRefused where the query may not run."""
        if not query.text.strip():
            raise QueryRejected("the query is empty", fix="send a query such as: ASK {}")
        if query.depth > DEEPEST:
            at = position(query.text, query.deepest)
            place = f"line {at.line}, column {at.column}"
            raise QueryRefused(
                f"the query nests deeper than {DEEPEST} levels at {place}",
                fix="write long lists of alternatives with VALUES or IN",
                code="query.too-deep",
            )
        if query.form is Form.UPDATE:
            raise QueryRefused(
                "this service is read-only and runs no update", fix="send a query", code="query.update-refused"
            )
        self._services(query)
        for missing in query.undeclared:
            name = missing.name or ""
            raise QueryRejected(
                f"the prefix {name}: is not declared in this query",
                position=missing.at,
                fix=suggestion(name, self.prefixes),
            )

    def _services(self, query: Query) -> None:
        for target in query.services:
            if target.name in self.services:
                continue
            shown = f"<{target.name}>" if target.name is not None else "a variable"
            raise QueryRefused(
                f"SERVICE {shown} at line {target.at.line}, column {target.at.column} is not on this service's list",
                fix=f"the setting service_allow names: {' '.join(self.services) or 'no endpoint'}",
                code="query.service-refused",
            )


def policy_from(settings: Settings, prefixes: Prefixes) -> Policy:
    """Give the policy that the settings describe."""
    return Policy(prefixes, tuple(settings.text("service_allow").split()))
