"""How large an upload becomes when it is unpacked, found out before anything unpacks it."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from collections.abc import Callable
from gzip import GzipFile

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.web.settings import MEBIBYTE

_CHUNK = 2**20


def require_small(content: bytes, name: str, most: int) -> None:
    """Refuse an upload that would fill the memory; what is damaged is left for the reader to say.

    Parameters
    ----------
    content : bytes
        The upload.
    name : str
        Its name, for the message.
    most : int
        Largest size after unpacking, in bytes.

    Raises
    ------
    InputRefused
        If it is larger.

    Examples
    --------
    >>> import gzip
    >>> require_small(gzip.compress(bytes(2_000_000)), "zeros.gz", 1_000_000)
    Traceback (most recent call last):
    ...
    secretome_ml.core.errors.InputRefused: 1 problem in the input
      zeros.gz: The file unpacks to more than 1 MiB. Send less of it, or use the command `secretome-ml score`.
    """
    for magic, size_of in _SIZES.items():
        if content.startswith(magic) and size_of(content, most) > most:
            what = f"The file unpacks to more than {max(1, most // MEBIBYTE)} MiB."
            remedy = "Send less of it, or use the command `secretome-ml score`."
            raise InputRefused([Problem(name, None, None, what, remedy)])


def _stream_size(opened: GzipFile | lzma.LZMAFile, most: int) -> int:
    size = 0
    try:
        while size <= most and (chunk := opened.read(_CHUNK)):
            size += len(chunk)
    except (EOFError, OSError, zlib.error, lzma.LZMAError):
        return 0
    return size


def _gzip_size(content: bytes, most: int) -> int:
    return _stream_size(GzipFile(fileobj=io.BytesIO(content)), most)


def _xz_size(content: bytes, most: int) -> int:
    return _stream_size(lzma.LZMAFile(io.BytesIO(content)), most)


def _zip_size(content: bytes, most: int) -> int:
    """Return what the members say they hold; a reader never gets more out of a member than it says."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return sum(m.file_size for m in archive.infolist())
    except Exception:  # zipfile raises many kinds on damage, and the reader says so better
        return 0


def _parquet_size(content: bytes, most: int) -> int:
    """Return eight bytes a cell: runs of one value take no room in the file, but in memory."""
    import pyarrow.parquet as pq

    try:
        found = pq.read_metadata(io.BytesIO(content))
    except Exception:  # damaged, in any of the ways that Arrow knows
        return 0
    groups = [found.row_group(i).total_byte_size for i in range(found.num_row_groups)]
    return int(max(8 * found.num_rows * found.num_columns, sum(groups)))


def _hdf5_size(content: bytes, most: int) -> int:
    """Return the size of all arrays; an array that was never written takes no room in the file."""
    sizes: list[int] = []
    try:
        import h5py  # type: ignore[import-untyped]

        with h5py.File(io.BytesIO(content), "r") as opened:
            opened.visititems(lambda _, item: sizes.append(getattr(item, "nbytes", 0)))
    except Exception:  # h5py is not installed, or the file is damaged: the reader says which
        return 0
    return int(sum(sizes))


_SIZES: dict[bytes, Callable[[bytes, int], int]] = {
    b"\x1f\x8b": _gzip_size,
    b"\xfd7zXZ\x00": _xz_size,
    b"PK\x03\x04": _zip_size,
    b"PAR1": _parquet_size,
    b"\x89HDF\r\n\x1a\n": _hdf5_size,
}
