"""Bytes to text: UTF-8, with or without byte order mark; every other encoding is refused by its name."""

from __future__ import annotations

import io
from itertools import islice

from secretome_ml.readers.opening import refuse

_MARKS = ("\t", ",", ";", "|")
_TITLE_LINES = 40
_SEP_LINE = 6


def decode(name: str, content: bytes) -> str:
    """Return the text of a file.

    Raises
    ------
    InputRefused
        If the file is not UTF-8, with the encoding that it probably has, or holds zero bytes.
    """
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise refuse(name, "The file is UTF-16.", "Save it as UTF-8.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        what = (
            f"The file is not UTF-8 but probably Latin-1 or Windows-1252 (byte {error.start}, line {line})."
        )
        raise refuse(name, what, "Save it as UTF-8.") from None
    if "\x00" in text:
        raise refuse(name, "The file holds zero bytes and is no text.", "Export the table as CSV or XLSX.")
    return text


def is_comment(line: str) -> bool:
    """Say whether a line is a comment: `#` alone, or before a space or `!`; or Excel's `sep=;`."""
    bare = line.strip().lstrip('"')
    if bare.startswith("sep=") and len(bare) < _SEP_LINE:
        return True
    return bare.startswith("#") and (len(bare) == 1 or bare[1] in " !")


def first_line(text: str) -> str:
    """Return the first line that is neither empty nor a comment."""
    for line in io.StringIO(text[: 2**20], newline=None):
        if line.strip() and not is_comment(line.rstrip("\n")):
            return line.rstrip("\n")
    return ""


def delimiter(text: str) -> str:
    """Return the mark that divides the cells of the first line: tab, comma, semicolon or bar.

    A first line without any, such as a title, leaves the decision to the lines after it.

    Examples
    --------
    >>> delimiter("sample;IL-6;VEGF-A [pg/mL, mean]")
    ';'
    """
    line = first_line(text)
    if not any(mark in line for mark in _MARKS):
        line = "".join(islice(io.StringIO(text[: 2**16]), _TITLE_LINES))
    outside = "".join(part for i, part in enumerate(line.split('"')) if i % 2 == 0)
    return max(_MARKS, key=lambda mark: (outside.count(mark), -_MARKS.index(mark)))
