"""From a path, or `-` for stdin, to bytes: decompressed, bounded, and said what they are by their content."""

from __future__ import annotations

import io
import lzma
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator
from gzip import BadGzipFile, GzipFile
from pathlib import Path
from typing import IO, Literal

from secretome_ml.core.errors import InputRefused, Problem

Kind = Literal["text", "xlsx", "parquet", "h5ad"]

MAX_BYTES = 2**30
MAX_LINE = 16 * 2**20
MAX_WORKBOOK = 2**27
# Tables shrink tenfold to fiftyfold; what grows more when it is unpacked was made to.
MAX_EXPANSION, EXPANSION_FROM = 200, 2**25
_CHUNK = 2**20
_FEATHER, _OLE, _ZSTD, _BZ2 = b"ARROW1", b"\xd0\xcf\x11\xe0", b"\x28\xb5\x2f\xfd", b"BZh"
NOT_OPENED = {
    _FEATHER: ("an Arrow IPC file", "Save it as Parquet."),
    _OLE: ("an old Excel file (.xls), or one with a password", "Save it as .xlsx without a password."),
    _ZSTD: ("compressed with zstd", "Decompress it, or compress it with gzip or xz."),
    _BZ2: ("compressed with bzip2", "Decompress it, or compress it with gzip or xz."),
    b"FCS2.": ("a flow cytometry file (FCS)", "Export the statistics of the gates as CSV."),
    b"FCS3.": ("a flow cytometry file (FCS)", "Export the statistics of the gates as CSV."),
    b"RDX2": ("an R workspace", "Write the table with write.csv."),
    b"RDX3": ("an R workspace", "Write the table with write.csv."),
    b"X\n\x00\x00": ("an R object (.rds)", "Write the table with write.csv."),
    b"%PDF": ("a PDF", "Export the table as CSV or XLSX."),
}


# Peak memory per byte of text, measured: a table read cell by cell, and an export read by columns.
CELLWISE, COLUMNWISE = 80, 13
_SMALL = 2**24
_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def need_room(file: str, size: int, growth: int) -> None:
    """Refuse a text that would not fit into the memory that is free, before any of it is taken.

    Parameters
    ----------
    file : str
        Name of the file, for the message.
    size : int
        Bytes of text.
    growth : int
        Bytes of memory that each of them takes while it is read.

    Raises
    ------
    InputRefused
        If less is free. Small texts are never refused.
    """
    free = free_memory() if size > _SMALL else None
    if free is not None and size * growth > free:
        what = (
            f"Read as a whole, its {size // 2**20} MiB need about {size * growth // 2**20} MiB of memory; "
            f"{free // 2**20} MiB are free."
        )
        remedy = "Give a canonical table, one row a sample, as Parquet or CSV: it is read in parts."
        raise refuse(file, what, remedy)


def free_memory() -> int | None:
    """Return the bytes that this process may still take; None where the system does not say."""
    try:
        text = Path("/proc/meminfo").read_text(encoding="ascii")
    except OSError:
        return None
    free = [int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith("MemAvailable:")]
    for place in _LIMITS:
        try:
            free.append(int(Path(place).read_text(encoding="ascii")))
        except (OSError, ValueError):  # no such limit here, or `max`
            continue
    return min(free) if free else None


def refuse(file: str, what: str, remedy: str) -> InputRefused:
    """Return the refusal of a whole file."""
    return InputRefused([Problem(file, None, None, what, remedy)])


def open_content(path: Path | str) -> tuple[str, Kind, bytes]:
    """Return the name, the kind and the decompressed bytes of a file or of stdin.

    Parameters
    ----------
    path : path
        A file, or `-`.

    Raises
    ------
    InputRefused
        If it cannot be read, is too large (`MAX_BYTES` after decompression, `MAX_LINE` in a line of text),
        is damaged, empty, or of a kind that is not read.
    """
    name = "stdin" if str(path) == "-" else Path(path).name
    try:
        if name == "stdin":
            content = _collect(name, _plain(sys.stdin.buffer))
        else:
            with Path(path).open("rb") as stream:
                content = _collect(name, _plain(stream))
    except FileNotFoundError:
        raise refuse(str(path), "The file is not there.", "Check the path.") from None
    except OSError as error:
        raise refuse(
            str(path), f"The file cannot be read ({error.strerror}).", "Give a readable file."
        ) from None
    if not content.strip():
        raise refuse(name, "The file is empty.", "Give a header and at least one row.")
    return name, _kind(name, content), content


def _plain(stream: IO[bytes] | GzipFile | lzma.LZMAFile) -> Iterator[bytes]:
    while chunk := stream.read(_CHUNK):
        yield chunk


def _collect(name: str, chunks: Iterator[bytes]) -> bytes:
    """Join the chunks of a file within the limits; a compressed file is unpacked within the same limits."""
    first = next(chunks, b"")
    if first[:2] == b"\x1f\x8b" or first[:6] == b"\xfd7zXZ\x00":
        packed = io.BytesIO(_bounded(name, first, chunks))
        try:
            with GzipFile(fileobj=packed) if first[:2] == b"\x1f\x8b" else lzma.LZMAFile(packed) as opened:
                inner = _expanding(name, _plain(opened), len(packed.getvalue()))
                return _bounded(name, next(inner, b""), inner)
        except (EOFError, BadGzipFile, zlib.error, lzma.LZMAError) as error:
            what = f"The compressed file is cut off or damaged ({error})."
            raise refuse(name, what, "Copy it again and compare the sizes.") from None
    return _bounded(name, first, chunks)


def _expanding(name: str, chunks: Iterator[bytes], packed: int) -> Iterator[bytes]:
    """Pass chunks on while they are in proportion to the compressed file."""
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > max(EXPANSION_FROM, MAX_EXPANSION * packed):
            what = f"The compressed file of {packed} bytes unpacks to more than {size // 2**20} MiB."
            raise refuse(name, what, "Unpack it yourself, look at it, and give the table.")
        yield chunk


def _bounded(name: str, first: bytes, rest: Iterator[bytes]) -> bytes:
    parts, size, line = [first], len(first), _tail(first)
    textual = b"\x00" not in first[:4096]
    for chunk in rest:
        parts.append(chunk)
        size += len(chunk)
        line = line + len(chunk) if b"\n" not in chunk and b"\r" not in chunk else _tail(chunk)
        if size > MAX_BYTES:
            what = f"The content is larger than {MAX_BYTES // 2**20} MiB."
            raise refuse(name, what, "Split it, or give it as Parquet in several files.")
        if textual and line > MAX_LINE:
            what = f"A line is longer than {MAX_LINE // 2**20} MiB."
            raise refuse(name, what, "Check that the file is a table with line ends.")
    return b"".join(parts)


def _tail(chunk: bytes) -> int:
    return len(chunk) - 1 - max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))


def _kind(name: str, content: bytes) -> Kind:
    if content[:4] == b"PAR1":
        return "parquet"
    if content[:8] == b"\x89HDF\r\n\x1a\n":
        return "h5ad"
    if content[:4] == b"PK\x03\x04":
        return _zip_kind(name, content)
    for magic, (what, remedy) in NOT_OPENED.items():
        if content.startswith(magic):
            raise refuse(name, f"The file is {what}.", remedy)
    return "text"


def _zip_kind(name: str, content: bytes) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error, OSError, EOFError):
        raise refuse(name, "The file is a damaged ZIP or XLSX.", "Copy or save it again.") from None
    if not any(m.filename == "xl/workbook.xml" for m in members):
        raise refuse(name, "The file is a ZIP archive.", "Unpack it and give the table inside.")
    size = sum(m.file_size for m in members)
    if size > MAX_WORKBOOK or size > max(EXPANSION_FROM, MAX_EXPANSION * len(content)):
        what = f"The workbook of {len(content)} bytes unpacks to {size // 2**20} MiB."
        raise refuse(name, what, "Save the table as CSV or Parquet.")
    return "xlsx"
