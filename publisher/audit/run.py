"""Running the probes, one after the other, each to its end whatever the site does."""

import time
from collections.abc import Callable, Sequence
from itertools import groupby

from publisher.audit.probe import Outcome, Probe, Result, shown
from publisher.audit.probes import PROBES
from publisher.audit.report import Report
from publisher.audit.site import Lacking, Site, start
from publisher.audit.wire import Client
from publisher.errors import ExportinError, UsageError


def audit(
    url: str,
    *,
    iris: Sequence[str] = (),
    rate: float = 5.0,
    seconds: float = 20.0,
    allow_private: bool = False,
    probes: Sequence[Probe] = PROBES,
    progress: Callable[[str], None] = lambda _: None,
) -> Report:
    """Ask a site everything and give the report.

    ``rate`` is in requests a second, ``seconds`` the longest that one request may take. Raises UsageError for an
    address that is not of the web, AuditFailed where the site does not answer or is in a private network.
    """
    if not (rate > 0 and seconds > 0):
        raise UsageError("the rate and the seconds are numbers above 0", fix="leave them out for 5 a second and 20 s")
    began = time.monotonic()
    client = Client(rate=rate, seconds=seconds)
    site = start(url, client, iris=tuple(iris), allow_private=allow_private)
    results = []
    for group, of_group in groupby(probes, key=lambda probe: probe.group):
        progress(f"asking {site.root}: {group}")
        results += [tried(probe, site) for probe in of_group]
    return Report(site.root, tuple(results), client.asked, time.monotonic() - began)


def tried(probe: Probe, site: Site) -> Result:
    """Try one probe; no answer, or one that cannot be read, is a failure of the probe."""
    began = time.monotonic()
    try:
        seen = probe.look(site)
        outcome, text, url = (Outcome.PASSED if seen.fine else Outcome.FAILED), seen.text, seen.url
    except Lacking as error:
        outcome, text, url = Outcome.SKIPPED, f"{error.message}; {error.fix}", site.root
    except ExportinError as error:
        place = f", line {error.where.line}" if error.where and error.where.line else ""
        outcome, text = Outcome.FAILED, error.message + place
        url = error.where.file if error.where else site.root
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        outcome, text, url = Outcome.FAILED, f"an answer that cannot be read: {error}", site.root
    return Result(probe, outcome, shown(text), shown(url), time.monotonic() - began)
