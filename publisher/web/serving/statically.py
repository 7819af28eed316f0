"""The whole site as files: the application asked path by path, as a browser would, and each answer written down.

It refuses to choose what belongs to the site: whatever a page leads to is asked for.
"""

from pathlib import Path

from publisher.release.read import Release
from publisher.release.shelf import Progress, silent
from publisher.release.static import Exported, Page, export_static
from publisher.settings import Settings
from publisher.web import create_app
from publisher.web.serving.opening import Sources, open_sources


def export_site(release: Release, directory: Path, settings: Settings, *, progress: Progress = silent) -> Exported:
    """Write the site of a release into an empty or new folder and give what was written.

    Raises UsageError where the folder holds files already.
    """
    site = open_sources(Sources((release.path,), settings)).in_this_process()
    client = create_app(site).test_client()

    def get(path: str) -> Page:
        answer = client.get(path, headers={"Accept": "text/html"})
        return Page(answer.status_code, {name.lower(): value for name, value in answer.headers}, answer.data)

    try:
        return export_static(release, get, directory, progress=progress)
    finally:
        site.store.close()
