import shutil
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.dataset import open_dataset
from publisher.errors import DatasetUnreadable

SOURCE = Path(__file__).resolve().parents[1] / "datasets" / "minimal"
FILES = sorted(path.relative_to(SOURCE) for path in SOURCE.rglob("*") if path.is_file())
SLIPS = ["", "\t", ":", "{}", "[]", "\n", "- ", '"', "#", "~", "&a ", "!!x ", "%d", "null", "1e999", "-1", "\x00", "é"]


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(FILES), st.floats(0, 1), st.integers(0, 6), st.sampled_from(SLIPS))
def test_no_slip_of_a_curator_is_a_traceback(file: Path, place: float, lost: int, slip: str) -> None:
    """Whatever is typed or deleted anywhere gives findings with a place and a message, or an error that says where."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(shutil.copytree(SOURCE, Path(folder) / "kites"))
        content = (root / file).read_bytes()
        at = int(place * len(content))
        (root / file).write_bytes(content[:at] + slip.encode() + content[at + lost :])
        try:
            findings = open_dataset(root).findings
        except DatasetUnreadable as error:
            assert error.where
        else:
            assert all(finding.where and finding.message for finding in findings)
