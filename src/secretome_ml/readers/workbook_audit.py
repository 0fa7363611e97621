"""A workbook is looked through before a spreadsheet library builds it: what would grow is refused."""

from __future__ import annotations

import io
import re
import zipfile
from typing import IO
from xml.parsers import expat

from secretome_ml.core.errors import InputRefused
from secretome_ml.readers.opening import refuse
from secretome_ml.readers.tables import MAX_CELLS, too_large

_AREA = re.compile(r"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})")
_CHUNK = 2**18


def audit_workbook(file: str, content: bytes) -> None:
    """Refuse a workbook whose XML declares entities or asks for more cells than are read.

    A library makes an object of every cell of a merged area, so a few bytes could fill the memory; and a
    document type may hold entities that multiply. Both are found by streaming, whatever the encoding.

    Raises
    ------
    InputRefused
        Naming the part of the workbook.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.infolist():
                with archive.open(member) as stream:
                    _audit_part(file, member.filename, stream)
    except InputRefused:
        raise
    except Exception as error:
        what = f"The workbook is damaged or encrypted ({type(error).__name__})."
        raise refuse(file, what, "Save it again without a password.") from None


def _audit_part(file: str, name: str, stream: IO[bytes]) -> None:
    parser = expat.ParserCreate(namespace_separator=" ")
    cells = 0

    def begin(tag: str, attributes: dict[str, str]) -> None:
        nonlocal cells
        kind = tag.rpartition(" ")[2]
        cells += kind == "c"
        if kind == "mergeCell":
            cells += _size(attributes.get("ref", ""))
        if cells > MAX_CELLS:
            raise too_large(file)

    def doctype(*_: object) -> None:
        what = f"The workbook declares XML entities ({name[:60]})."
        raise refuse(file, what, "Save it again with a spreadsheet program.")

    parser.StartElementHandler = begin
    parser.StartDoctypeDeclHandler = doctype
    try:
        while chunk := stream.read(_CHUNK):
            parser.Parse(chunk, False)
    except expat.ExpatError:
        return  # a picture, or XML that the library refuses itself


def _size(area: str) -> int:
    """Return how many cells an area such as `A1:B7` holds."""
    found = _AREA.fullmatch(area)
    if found is None:
        return 1
    left, top, right, bottom = found.groups()
    return max(1, _column(right) - _column(left) + 1) * max(1, int(bottom) - int(top) + 1)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number
