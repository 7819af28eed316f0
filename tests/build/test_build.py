"""Program one from end to end, on the second dataset."""

import hashlib
import socket
from pathlib import Path

import pytest

from publisher import build

QUIET = build.Options(reasoner=False)


def _silent(_: str) -> None:
    """Tell nothing."""


def _bytes(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_a_dataset_that_conforms_becomes_the_current_release(dataset: Path) -> None:
    """The release is written under its version and the link leads to it."""
    outcome = build.build(dataset, QUIET, _silent)

    assert outcome.release is not None
    assert (dataset / "releases" / "current").resolve() == outcome.release.path
    assert outcome.release.counts["graph:facts"] > 0


def test_the_same_inputs_give_the_same_bytes(dataset: Path, tmp_path: Path) -> None:
    """Two builds into two folders agree in every byte of every file."""
    first = build.build(dataset, build.Options(reasoner=False, releases=tmp_path / "a"), _silent).release
    second = build.build(
        dataset, build.Options(documents=dataset / "documents", releases=tmp_path / "b"), _silent
    ).release

    assert first is not None
    assert second is not None
    assert _bytes(first.path) == _bytes(second.path)


def test_a_build_again_without_a_change_is_the_same_release(dataset: Path) -> None:
    """A version that is there with the same bytes is taken as it is."""
    first = build.build(dataset, QUIET, _silent).release
    second = build.build(dataset, QUIET, _silent).release

    assert first == second


def test_what_does_not_conform_is_not_released_and_the_old_release_stays(dataset: Path) -> None:
    """A finding that is a violation stops the release, names file and line, and leaves the current release whole."""
    before = build.build(dataset, QUIET, _silent).release
    assert before is not None
    kept = _bytes(before.path)
    facts = dataset / "seeds" / "facts" / "P1.yaml"
    text = facts.read_text(encoding="utf-8")
    subject = next(line for line in text.splitlines() if line.lstrip().startswith("subject:"))
    facts.write_text(text.replace(subject, "  subject: lx:LX0009999", 1), encoding="utf-8")

    outcome = build.build(dataset, build.Options(version="2099-01-01", reasoner=False), _silent)

    assert outcome.release is None
    found = outcome.report.findings[0]
    assert found.where is not None
    assert (found.where.file, found.where.line > 0) == ("seeds/facts/P1.yaml", True)
    assert _bytes(before.path) == kept
    assert (dataset / "releases" / "current").resolve() == before.path


def test_a_draft_of_a_changed_dataset_leaves_the_current_release_alone(dataset: Path) -> None:
    """A dataset that has changed since its release is built under a version of its own and not made current."""
    released = build.build(dataset, QUIET, _silent).release
    manifest = dataset / "dataset.toml"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace("invented", "imagined"), encoding="utf-8")

    outcome = build.draft(dataset, QUIET, _silent)

    assert released is not None
    assert outcome.release is not None
    assert outcome.release.version.startswith(f"{released.version}-draft.")
    assert outcome.served == outcome.release.path
    assert (dataset / "releases" / "current").resolve() == released.path


def test_a_draft_of_an_unchanged_dataset_is_its_release(dataset: Path) -> None:
    """Nothing is built again where nothing has changed; a server opens the link and so follows it."""
    build.build(dataset, QUIET, _silent)

    assert build.draft(dataset, QUIET, _silent).served == dataset / "releases" / "current"


def test_no_network_is_used_in_a_build(dataset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build opens no connection at all."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a build opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)

    assert build.check(dataset, QUIET, _silent).report.conforms
