import pytest

from publisher.errors import ImportFailed
from publisher.imports import read_sources


def test_the_sources_of_this_dataset_are_read(root):
    """Our own sources.toml is valid, and every source has a checksum for each file."""
    sources = read_sources(root)
    assert all(len(sha256) == 64 for source in sources.all for sha256 in source.files.values())


@pytest.mark.parametrize(
    ("old", "new", "message", "line"),
    [
        ('version = "2"', 'versoin = "2"', "the key 'versoin' is not known", 25),
        ('format = "turtle"', 'format = "docx"', "'docx' is no format", 28),
        ('home = "https://place.example/onto"', 'home = "nowhere"', "'nowhere' is neither an IRI nor a CURIE", 26),
        ('"p:related"', '"q:related"', "'q:related' is neither an IRI nor a CURIE", 30),
        ('scope = "related"', 'scope = "cousin"', "'cousin' is no scope", 43),
        (r"^R:(\\d+)$", "^R:((", "cannot be read", 39),
        ('[sources.places]\ntitle = "Places"', "[sources.places", "cannot read the sources", 21),
    ],
)
def test_a_mistake_is_told_with_its_line(aviary, old, new, message, line):
    """Each mistake in sources.toml is an error with the line where it stands."""
    text = (aviary.root / "ontology" / "sources.toml").read_text(encoding="utf-8")
    assert old in text
    aviary.write("ontology/sources.toml", text.replace(old, new, 1))
    with pytest.raises(ImportFailed, match=message) as caught:
        read_sources(aviary.root)
    assert caught.value.where is not None
    assert (caught.value.where.file, caught.value.where.line) == ("ontology/sources.toml", line)


def test_a_dataset_without_sources_is_told_what_to_write(tmp_path):
    """A missing sources.toml names the file."""
    with pytest.raises(ImportFailed, match=r"ontology/sources\.toml is missing"):
        read_sources(tmp_path)
