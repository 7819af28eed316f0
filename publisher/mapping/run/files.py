"""Files of rows: found below a root or beside the mapping, unpacked and decoded into what the engine reads."""

import codecs
import gzip
import io
import json
import lzma
import shutil
import tarfile
import zipfile
from pathlib import Path
from typing import IO, cast

import pyarrow as pa
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from publisher.errors import MappingFailed
from publisher.mapping.rml.values import FileSource, TriplesMap
from publisher.mapping.run import faults

_ENCODINGS = {"utf-8": "utf-8-sig", "utf8": "utf-8-sig", "utf-16": "utf-16", "utf16": "utf-16"}


def readable(source: FileSource, each: TriplesMap, root: Path | None, folder: Path) -> Path:
    """Give a plain UTF-8 file for a source, made in ``folder`` where the source is packed or in another encoding.

    Raises MappingFailed for a file that is missing, cannot be unpacked, or is not in the encoding it names.
    """
    path = _find(source, each, root)
    if path.suffix.lower() in (".yaml", ".yml"):
        return _from_yaml(path, source, each, folder)
    encoding = source.encoding.lower()
    plain = encoding in ("utf-8", "utf8")
    if source.compression is None and plain:
        return path
    made = folder / f"{len(list(folder.iterdir()))}-{Path(source.path).stem}{_inner_suffix(source)}"
    try:
        with _unpacked(path, source.compression) as packed, made.open("w", encoding="utf-8", newline="") as out:
            _decode(packed, out, _ENCODINGS.get(encoding, encoding))
    except (
        OSError,
        EOFError,
        UnicodeError,
        LookupError,
        zipfile.BadZipFile,
        tarfile.TarError,
        lzma.LZMAError,
    ) as error:
        raise MappingFailed(
            f"triples map {each.name}: {source.path} cannot be unpacked or decoded as {source.encoding}: {error}",
            where=each.where,
            fix="mend the file, or the encoding and compression that its source declares",
            code="mapping.source",
        ) from None
    return made


def _find(source: FileSource, each: TriplesMap, root: Path | None) -> Path:
    if source.path.partition("://")[0] in ("http", "https", "ftp"):
        raise MappingFailed(
            f"triples map {each.name}: {source.path} is on the web, and a mapping reads no network",
            where=each.where,
            fix="fetch it first and name the file",
            code="mapping.unsupported",
        )
    beside = Path(each.where.file).parent
    roots = [beside, root] if source.beside_mapping else [root, beside]
    folders = [folder for folder in roots if folder is not None]
    name = source.path.removeprefix("./")
    for folder in folders:
        if (folder / name).is_file():
            return folder / name
    known = [path.name for folder in folders[:1] if folder.is_dir() for path in folder.iterdir() if path.is_file()]
    raise faults.missing("file", source.path, known, each.where, each.name)


def _from_yaml(path: Path, source: FileSource, each: TriplesMap, folder: Path) -> Path:
    """Write a YAML file as JSON, which it is a way to write; dates become text."""
    made = folder / f"{len(list(folder.iterdir()))}-{path.stem}.json"
    try:
        content = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except (MarkedYAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}" if mark is not None else ""
        raise MappingFailed(
            f"triples map {each.name}: {source.path}{place} is not valid YAML: {getattr(error, 'problem', error)}",
            where=each.where,
            fix="mend the file at that place",
            code="mapping.source",
        ) from None
    made.write_text(json.dumps(content, default=str, ensure_ascii=False), encoding="utf-8")
    return made


def _inner_suffix(source: FileSource) -> str:
    suffixes = [suffix for suffix in Path(source.path).suffixes if suffix not in (".gz", ".zip", ".tar", ".xz", ".zst")]
    return suffixes[-1] if suffixes else ""


def _unpacked(path: Path, compression: str | None) -> IO[bytes]:
    if compression is None:
        return path.open("rb")
    if compression == "gzip":
        return cast("IO[bytes]", gzip.open(path, "rb"))
    if compression == "xz":
        return lzma.open(path, "rb")
    if compression == "zip":
        archive = zipfile.ZipFile(path)
        return archive.open(archive.namelist()[0])
    if compression == "zstd":
        return cast("IO[bytes]", pa.CompressedInputStream(pa.OSFile(str(path)), "zstd"))
    with tarfile.open(path, "r:*") as tar:
        member = next((each for each in tar if each.isfile()), None)
        if member is None:
            raise EOFError("the archive holds no file")
        taken = tar.extractfile(member)
        if taken is None:
            raise EOFError("the archive holds no file")
        return io.BytesIO(taken.read())


def _decode(packed: IO[bytes], out: IO[str], encoding: str) -> None:
    reader = codecs.getreader(encoding)(packed)
    shutil.copyfileobj(reader, out, 1 << 20)
