"""Finished documents on disk: made once, found by every process, never taken for another's."""

from dataclasses import replace
from pathlib import Path

from werkzeug.test import Client

from publisher.settings import settings_from
from publisher.web import create_app
from publisher.web.kept.memory import Kept
from publisher.web.kept.pages import Pages, kept_as
from publisher.web.kept.prepared import Prepared, pages_path, remove_others
from publisher.web.serving.preparing import prepare
from publisher.web.site import Site


def test_a_document_made_by_one_process_serves_all(site: Site, tmp_path: Path) -> None:
    """A second layer finds what the first one made, whatever the Accept header; the 303 and the page agree with it."""
    path = tmp_path / "pages.sqlite"
    first = Client(Pages(create_app(site), prepared=Prepared(path)))
    made = first.get("/thing/LX0000001.html")
    assert "X-Cache" not in made.headers
    broken = replace(site, about=replace(site.about, title="Not asked"))
    second = Client(Pages(create_app(broken), prepared=Prepared(path)))
    found = second.get("/thing/LX0000001.html", headers={"Accept": "image/png"})
    assert (found.status_code, found.headers["X-Cache"], found.data) == (200, "hit", made.data)
    assert second.get("/thing/LX0000001.html", headers={"If-None-Match": found.headers["ETag"]}).status_code == 304
    assert second.head("/thing/LX0000001.html").data == b""


def test_an_outside_thing_is_served_from_the_same_page(site: Site, tmp_path: Path) -> None:
    """The address without a suffix gives the finished document of the type that is asked for."""
    prepared = Prepared(tmp_path / "pages.sqlite")
    client = Client(Pages(create_app(site), prepared=prepared))
    made = client.get("/entity/coast:0000002.ttl")
    again = client.get("/entity/coast:0000002", headers={"Accept": "text/turtle"})
    assert (again.data, again.headers["ETag"]) == (made.data, made.headers["ETag"])


def test_only_documents_are_kept_on_disk(site: Site, tmp_path: Path) -> None:
    """Searches, pages by number, problems and redirects are not kept there: nobody can fill the disk with them."""
    prepared = Prepared(tmp_path / "pages.sqlite")
    client = Client(Pages(create_app(site), prepared=prepared))
    for address in ("/search?q=a", "/thing/LX0000001.html?page=2", "/thing/none.html", "/thing/LX0000008.html", "/"):
        client.get(address)
        assert kept_as(address) not in prepared.addresses()


def test_all_pages_are_made_ahead(site: Site, tmp_path: Path) -> None:
    """Every thing gets its page, its Turtle and its JSON-LD; a second run makes nothing."""
    prepared = Prepared(tmp_path / "pages.sqlite")
    assert prepare(site, prepared) > 20
    assert {kept_as(f"/claim/LC0000001.{suffix}") for suffix in ("html", "ttl", "jsonld")} <= prepared.addresses()
    assert prepare(site, prepared) == 0


def test_another_release_or_setting_has_another_file(site: Site, tmp_path: Path) -> None:
    """The name of the file changes with all that a page depends on; those of other bytes or programs are removed."""
    assert site.release is not None
    ours = pages_path(tmp_path, site.release, site.settings, with_texts=False)
    other = pages_path(tmp_path, replace(site.release, identity="1" * 64), site.settings, with_texts=False)
    beside = [
        pages_path(tmp_path, site.release, settings_from({}, {"inbound_limit": "7"}), with_texts=False),
        pages_path(tmp_path, site.release, site.settings, with_texts=True),
    ]
    assert len({ours, other, *beside}) == 4
    for path in (ours, other, *beside):
        path.touch()
    remove_others(ours)
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in (ours, *beside)}


def test_a_disk_that_cannot_be_written_changes_nothing(site: Site, tmp_path: Path) -> None:
    """Where nothing can be kept, or the file is no such file, pages are made all the same."""
    wrong = tmp_path / "pages.sqlite"
    wrong.write_bytes(b"this is no database, and long enough to be seen as none" * 40)
    for path in (tmp_path / "none" / "pages.sqlite", wrong):
        prepared = Prepared(path)
        prepared.put("/x", Kept("200 OK", (), b"", ""))
        assert prepared.get("/x") is None
        assert Client(Pages(create_app(site), prepared=prepared)).get("/thing/LX0000001.html").status_code == 200


def test_shares_fit_together_however_far_others_are(site: Site, tmp_path: Path) -> None:
    """What is there already changes nobody's share: two shares that are made one after the other are all there is."""
    prepared = Prepared(tmp_path / "pages.sqlite")
    assert prepare(site, prepared, share=(0, 2)) > 10
    assert prepare(site, prepared, share=(1, 2)) > 10
    assert prepare(site, prepared) == 0
