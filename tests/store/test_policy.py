"""What a read-only service allows, decided on tokens."""

import pytest

from publisher.errors import QueryRefused, QueryRejected
from publisher.rdf.prefixes import Prefixes
from publisher.rdf.query import read
from publisher.settings import settings_from
from publisher.store.policy import Policy, policy_from

NAMED = "https://sparql.example.org/sparql"
POLICY = Policy(Prefixes({"e": "http://e/"}), (NAMED, "http://127.0.0.1:3030/ds"))


@pytest.mark.parametrize("target", [NAMED, "http://127.0.0.1:3030/ds"])
def test_service_may_name_what_is_on_the_list(target: str) -> None:
    """An endpoint on the list is allowed, an address of this machine as well as any other."""
    POLICY.check(read(f"ASK {{ SERVICE SILENT <{target}> {{}} }}"))


@pytest.mark.parametrize(
    "target",
    [
        "<https://sparql.example.org/sparql/>",
        "<https://sparql.example.org/sparql?x>",
        "<https://sparql.example.org/sparql@127.0.0.1/>",
        "<https://sparql.example.org:443/sparql>",
        "<http://sparql.example.org/sparql>",
        "<http://localhost:3030/ds>",
        "<http://127.1:3030/ds>",
        "<http://2130706433:3030/ds>",
        "<http://0x7f000001:3030/ds>",
        "<http://[::1]:3030/ds>",
        "<http://[::ffff:127.0.0.1]:3030/ds>",
        "<http://0:3030/ds>",
        "<http://169.254.169.254/>",
        "<http://10.0.0.1/>",
        "<file:///etc/passwd>",
        "<>",
        "?target",
    ],
)
def test_service_may_name_nothing_else(target: str) -> None:
    """Any other spelling, of a listed endpoint too, is refused with the list's name."""
    with pytest.raises(QueryRefused, match="service_allow") as caught:
        POLICY.check(read(f"ASK {{ SERVICE {target} {{}} }}"))
    assert caught.value.reason == "query.service-refused"


def test_an_undeclared_prefix_is_told_before_the_engine_stumbles() -> None:
    """The place and the line to add are told."""
    with pytest.raises(QueryRejected, match="PREFIX e: <http://e/>") as caught:
        POLICY.check(read("ASK {\n e:a ?p ?o }"))
    assert caught.value.position is not None
    assert (caught.value.position.line, caught.value.position.column) == (2, 2)


def test_the_settings_name_the_list() -> None:
    """The setting service_allow is a list of endpoints separated by blanks."""
    settings = settings_from({}, {"service_allow": "http://a/  http://b/"})
    assert policy_from(settings, Prefixes({})).services == ("http://a/", "http://b/")
