"""The audit of a linked-data site, ours or another's, by asking it as crawlers and FAIR assessors do.

Each probe is a plain function from a :class:`~publisher.audit.site.Site` to what was seen; :func:`audit` runs them all.
It refuses to judge the data, which is validation's work, and to send anything that could change the other side.
"""

from publisher.audit.probes import PROBES
from publisher.audit.report import FORMATS, Report
from publisher.audit.run import audit

__all__ = ["FORMATS", "PROBES", "Report", "audit"]
