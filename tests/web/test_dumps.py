"""Files to download: addresses, validators, ranges and digests."""

import pytest
from flask.testing import FlaskClient

FILE = "/dumps/2026-03-01/lights-2026-03-01.nt.gz"
DIGEST = "40aff2e9d2d8922e47afd4648e6967497158785fbd1da870e7110266bf944880"


def test_a_file_is_whole_and_for_ever(client: FlaskClient) -> None:
    """A dump carries its checksum as validator and digest, its type without Content-Encoding, and never changes."""
    found = client.get(FILE, buffered=True)
    assert (found.status_code, found.mimetype, len(found.data)) == (200, "application/gzip", 256)
    assert found.headers["ETag"] == f'"{DIGEST}"'
    assert found.headers["Repr-Digest"] == "sha-256=:QK/y6dLYki5Hr9RkjmlnSXFYeF+9Hahw5xECZr+USIA=:"
    assert "immutable" in found.headers["Cache-Control"]
    assert found.headers["Content-Disposition"] == "attachment; filename=lights-2026-03-01.nt.gz"
    assert "Content-Encoding" not in found.headers
    assert client.get(FILE, buffered=True, headers={"If-None-Match": f'"{DIGEST}"'}).status_code == 304
    assert client.head(FILE, buffered=True).content_length == 256


def test_a_part_of_a_file_is_given(client: FlaskClient) -> None:
    """Ranges are honoured, and one outside the file is refused."""
    found = client.get(FILE, buffered=True, headers={"Range": "bytes=10-13"})
    assert (found.status_code, found.data, found.headers["Content-Range"]) == (
        206,
        bytes([10, 11, 12, 13]),
        "bytes 10-13/256",
    )
    assert client.get(FILE, buffered=True, headers={"Range": "bytes=900-"}).status_code == 416


@pytest.mark.parametrize("name", ["lights.nt.gz", "lights-2026-03-01.nt.gz"])
def test_latest_leads_to_the_release(client: FlaskClient, name: str) -> None:
    """The newest release's file is found by a name that never changes."""
    found = client.get(f"/dumps/latest/{name}")
    assert (found.status_code, found.headers["Location"]) == (302, FILE)


@pytest.mark.parametrize(
    "path", ["/dumps/2026-03-01/none", "/dumps/1999/x", "/dumps/..%2f..%2f/etc/passwd", "/dumps/latest/no"]
)
def test_what_is_not_a_file_of_a_release_is_not_found(client: FlaskClient, path: str) -> None:
    """Nothing outside a release's record is handed out."""
    assert client.get(path).status_code == 404


def test_the_index_lists_files(client: FlaskClient) -> None:
    """The index is a page, and JSON for programs."""
    assert "lights-2026-03-01.nt.gz" in client.get("/dumps/").get_data(as_text=True)
    listed = client.get("/dumps/", headers={"Accept": "application/json"}).get_json()
    assert listed[0]["files"][0]["sha256"] == DIGEST


def test_the_index_is_rdf_where_rdf_is_asked_for(client: FlaskClient) -> None:
    """A machine gets the description of the version, about the page that it asked for."""
    found = client.get("/dumps/", headers={"Accept": "text/turtle"})

    assert (found.status_code, found.mimetype) == (200, "text/turtle")
    assert "Accept" in found.headers["Vary"]
    assert b"/dumps/" in found.data
