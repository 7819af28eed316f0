"""Files to download: every release's dumps, with checksums, ranges, and addresses that never change."""

import base64
import mimetypes
from collections.abc import Mapping
from pathlib import Path

from flask import Blueprint, Response, jsonify, render_template, request, send_file

from publisher.entities.page.describe import describe
from publisher.errors import ReleaseError
from publisher.rdf.media import HTML, JSON
from publisher.release.read import open_release
from publisher.release.record import File, Release
from publisher.web import headers, problems
from publisher.web.headers import WebLink
from publisher.web.site import Site

_YEAR = 31_536_000
_ALWAYS = ("SHA256SUMS", "release.json")


def blueprint(site: Site) -> Blueprint:
    """Give the routes of a site's downloads."""
    views = Blueprint("dumps", __name__)

    @views.get("/dumps/")
    def index() -> Response:
        """List every release and its files; in RDF, describe the current version with its distributions."""
        releases = _releases(site)
        variants = (HTML, JSON, *(site.graphs() if site.release else ()))
        media = problems.variant(request, variants, lambda found: f"/dumps/?format={found.suffix}", default=HTML)
        if isinstance(media, problems.Problem):
            return problems.respond(media, request, base=site.about.base)
        if media is JSON:
            response = jsonify([_listed(release) for release in releases])
        elif media is HTML:
            body = render_template("dumps.html", releases=releases)
            response = Response(body, content_type=HTML.content_type)
        else:
            about = site.about.version_iri
            page = f"{site.about.base}dumps/"
            response = Response(describe(site.reader, about, media, document=page), content_type=media.content_type)
        return headers.cached(response, request, seconds=site.settings.count("page_seconds"))

    @views.get("/dumps/latest/<path:name>")
    def latest(name: str) -> Response:
        """Lead to a file of the current release, by its name with or without the version."""
        release = site.release
        if release is None:
            return _missing(site, name)
        found = _named(release, name)
        if found is None:
            return _missing(site, name)
        response = headers.redirected(f"{request.script_root}/dumps/{release.version}/{found}", 302)
        response.headers["Cache-Control"] = "no-cache"
        return response

    @views.get("/dumps/<version>/<path:name>")
    def file(version: str, name: str) -> Response:
        """Hand out one file of one release."""
        release = _release(site, version)
        if release is None or name not in {*release.files, *_ALWAYS}:
            return _missing(site, f"{version}/{name}")
        return _send(site, release, name)

    @views.get("/dumps/<version>/")
    def version(version: str) -> Response:
        """List the files of one release."""
        release = _release(site, version)
        if release is None:
            return _missing(site, version)
        response = Response(render_template("dumps.html", releases=[release]), content_type=HTML.content_type)
        return headers.cached(response, request, seconds=site.settings.count("page_seconds"))

    return views


def _releases(site: Site) -> list[Release]:
    if site.release is None or site.shelf is None:
        return []
    names = sorted(
        (path.name for path in site.shelf.iterdir() if path.is_dir() and not path.is_symlink()), reverse=True
    )
    found = [_release(site, name) for name in names if not name.startswith(".") and _shown(site, name)]
    return [release for release in found if release is not None]


def _shown(site: Site, name: str) -> bool:
    """Tell whether a release is listed: drafts are not, but for the one that is served."""
    return "-draft." not in name or name == site.about.version


def _release(site: Site, version: str) -> Release | None:
    if site.release is not None and version == site.release.version:
        return site.release
    if site.shelf is None or "/" in version or version.startswith(".") or not version.isprintable():
        return None
    try:
        found = open_release(site.shelf / version)
    except ReleaseError:
        return None
    return found if found.version == version else None


def _named(release: Release, name: str) -> str | None:
    """Give the file meant by a name without its version: ``ntl.ttl.gz`` for ``ntl-2026-11-20.ttl.gz``."""
    stem = f"{release.name}-{release.version}"
    for candidate in (name, name.replace(release.name, stem, 1)):
        if candidate in release.files or candidate in _ALWAYS:
            return candidate
    return None


def _send(site: Site, release: Release, name: str) -> Response:
    path = release.path / name
    known: File | None = release.files.get(name)
    if not path.is_file() or not path.resolve().is_relative_to(release.path.resolve()):
        return _missing(site, name)
    media = known.sent_as if known else _media(path)
    response = send_file(
        path, mimetype=media, as_attachment=media != "text/html", download_name=Path(name).name, conditional=True,
        etag=known.sha256 if known else True, last_modified=None, max_age=_YEAR,
    )  # fmt: skip
    if media.startswith("text/"):
        response.headers["Content-Type"] = f"{media}; charset=utf-8"
    response.headers.remove("Last-Modified")
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
    if known:
        response.headers["Repr-Digest"] = f"sha-256=:{base64.b64encode(bytes.fromhex(known.sha256)).decode()}:"
    described = f"{request.script_root}/dumps/{release.version}/void.ttl"
    links = [WebLink(described, "describedby", "text/turtle")] if "void.ttl" in release.files else []
    if release.licence:
        links.append(WebLink(release.licence, "license"))
    headers.link(response, links)
    return response


def _media(path: Path) -> str:
    return mimetypes.guess_type(path.name)[0] or "text/plain"


def _listed(release: Release) -> Mapping[str, object]:
    files = [
        {"name": file.name, "url": f"{request.script_root}/dumps/{release.version}/{file.name}", "size": file.size,
         "sha256": file.sha256, "mediaType": file.media, "compression": file.compression or None, "title": file.title}
        for file in release.files.values()
    ]  # fmt: skip
    return {"version": release.version, "title": release.title, "identity": release.identity, "files": files}


def _missing(site: Site, name: str) -> Response:
    detail = f"there is no file {name[:200]!r} to download; /dumps/ lists all"
    return problems.respond(problems.Problem("unknown-entity", detail), request, base=site.about.base)
