"""The probes, by subject: each is a plain function from a site to what it saw, with a name, a wish and a next step."""

from publisher.audit.probe import Probe
from publisher.audit.probes import crawling, dereferencing, describing, downloading, querying, signposting

PROBES: tuple[Probe, ...] = (
    *crawling.PROBES,
    *dereferencing.PROBES,
    *querying.PROBES,
    *describing.PROBES,
    *downloading.PROBES,
    *signposting.PROBES,
)
