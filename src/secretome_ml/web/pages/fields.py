"""Fields of a form as plain values, bounded."""

from __future__ import annotations

from starlette.datastructures import FormData, UploadFile

LONGEST = 300


def text(form: FormData, field: str, most: int = LONGEST) -> str:
    """Return a field as text, cut to a length; empty when it is not there or is a file."""
    found = form.get(field)
    return found[:most].strip() if isinstance(found, str) else ""


def texts(form: FormData, field: str, most: int = LONGEST) -> list[str]:
    """Return every value of a field that stands several times, in the order of the form."""
    return [found[:most].strip() for found in form.getlist(field) if isinstance(found, str)]


async def file(form: FormData, field: str) -> tuple[bytes, str]:
    """Return content and name of an uploaded file; both empty when none was chosen."""
    found = form.get(field)
    if isinstance(found, UploadFile) and found.filename:
        return await found.read(), found.filename
    return b"", ""
