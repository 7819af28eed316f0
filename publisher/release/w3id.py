"""Names that last: the rules by which a redirect service such as w3id.org leads a dataset's base to where it is served.

An ``.htaccess`` for Apache sends every path below the base on with its query string, once and with 302, so that the
site itself answers by Accept: two hops at most for any IRI. Beside it stand a page about the name and a record of the
dataset's prefix as the registries of prefixes want it. It refuses a target that is no web address.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from publisher.errors import UsageError, Where
from publisher.release.content import Description

_ADDRESS = re.compile(r"https?://[A-Za-z0-9.\-]+(:\d{1,5})?(/[A-Za-z0-9._~/\-]*)?\Z")
_ID = re.compile(r"%0?(\d*)d")


def write_w3id(about: Description, target: str, folder: Path, *, contact: str = "") -> tuple[Path, ...]:
    """Write ``.htaccess``, ``README.md`` and ``prefix.json`` into a folder, and give their paths.

    ``target`` is the address of the site; ``contact`` who answers for the name. Raises UsageError where the target is
    no web address or the base no address below a redirect service.
    """
    files = {
        ".htaccess": htaccess(about, target),
        "README.md": _page(about, target, contact),
        "prefix.json": json.dumps(prefix_record(about), ensure_ascii=False, indent=1) + "\n",
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"cannot write the redirect rules: {error.strerror}", where=Where(str(folder)), fix="name another folder"
        ) from None
    return tuple(folder / name for name in files)


def htaccess(about: Description, target: str) -> str:
    """Give the rules for Apache's mod_rewrite, for the folder that the base's path names."""
    if not _ADDRESS.match(target):
        raise UsageError(
            f"{target[:200]!r} is no web address", fix="give the address of the site, such as https://data.example.org"
        )
    place = _place(about)
    end = target.rstrip("/")
    return f"""# {_line(about.title)}: {about.base}
# Every name below {place} leads to the site, which answers by Accept.
Options +FollowSymLinks
RewriteEngine on
RewriteBase {place}
RewriteRule ^$ {end}/ [R=302,L]
RewriteRule ^(.+)$ {end}/$1 [R=302,L]
"""


def prefix_record(about: Description) -> Mapping[str, Any]:
    """Give the record of the dataset's main prefix: pattern, example and address format, as Bioregistry has them."""
    kind, path = next(((name, about.paths[name]) for name in ("fact", "entity") if name in about.paths), ("", ""))
    namespace = f"{about.base}{path}"
    number = about.ids.get(kind, "")
    pattern = _ID.sub(lambda match: rf"\d{{{match[1]}}}" if match[1] else r"\d+", re.escape(number).replace(r"\%", "%"))
    own = next((prefix for prefix, space in about.prefixes if space == namespace), about.name)
    return {
        own: {
            "name": about.title,
            "description": about.description,
            "homepage": about.homepage or about.base,
            "license": about.licence,
            "keywords": list(about.keywords),
            "pattern": f"^{pattern}$" if pattern else r"^\S+$",
            "example": _ID.sub(lambda match: "1".zfill(int(match[1] or 1)), number) or "1",
            "uri_format": f"{namespace}$1",
            "preferred_prefix": own,
            "contributors": [{"name": agent.name, "url": agent.iri} for agent in about.creators],
        }
    }


def _place(about: Description) -> str:
    parts = urlsplit(about.base)
    if (
        parts.scheme not in ("http", "https")
        or not about.base.endswith("/")
        or not re.fullmatch(r"[\w./\-~]+", parts.path)
    ):
        raise UsageError(
            f"the base {about.base!r} is no address that ends with a slash", fix="set base in dataset.toml"
        )
    return parts.path


def _page(about: Description, target: str, contact: str) -> str:
    who = contact or ", ".join(agent.name for agent in about.creators) or "not named"
    return (
        f"# {_line(about.title)}\n\n{_line(about.description)}\n\n"
        f"- Names: `{about.base}…`\n- Served at: {target}\n- Contact: {_line(who)}\n- Licence: {about.licence}\n"
    )


def _line(text: str) -> str:
    return " ".join(text.split())
