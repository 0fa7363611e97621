"""A request's body: JSON samples, or a file in a form. What it is called does not matter, what it is does."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.web.api.requests import ScoreRequest
from secretome_ml.web.refusals import Refused

if TYPE_CHECKING:
    from secretome_ml.profiles import Profiles
    from secretome_ml.web.service import Service

JSON, FORM = "application/json", "multipart/form-data"
_FIELDS = frozenset({"file", "metadata", "format", "control", "sheet"})


@dataclass(frozen=True)
class Upload:
    """A file that came in a form, and what the form says about it."""

    name: str
    content: bytes
    metadata: bytes | None
    format_name: str | None
    control: str | None
    sheet: str | None


async def receive(request: Request) -> bytes | Upload:
    """Return JSON as its bytes, a form as an upload; nothing is parsed yet that takes long.

    Raises
    ------
    Refused
        415 for any other kind of body, 400 for a damaged form.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
    if kind == JSON:
        return await request.body()
    if kind == FORM:
        async with request.form(max_files=2, max_fields=5) as form:
            return await _upload(form)
    what = f"Send {JSON}, or {FORM} with a field `file`."
    raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, what, {"Accept": f"{JSON}, {FORM}"})


def read_body(service: Service, body: bytes | Upload) -> Profiles:
    """Return the profiles in a body. Blocking.

    Raises
    ------
    Refused
        400 for what is no JSON.
    InputRefused
        With every offending place.
    """
    if isinstance(body, Upload):
        return service.read(
            body.content, body.name, body.metadata, body.format_name, body.control, body.sheet
        )
    from secretome_ml.web.api.reading import REQUEST, profiles_of

    request = parse(body)
    service.require_few(len(request.samples), REQUEST)
    return profiles_of(request)


def parse(body: bytes) -> ScoreRequest:
    """Return the request that some JSON states.

    Examples
    --------
    >>> parse(b'{"samples": [{"sample": "a"}]}').samples[0].sample
    'a'
    """
    try:
        return ScoreRequest.model_validate_json(body)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False)
    if found[0]["type"] == "json_invalid":
        raise Refused(HTTPStatus.BAD_REQUEST, f"The body is no JSON. {found[0]['msg']}.")
    raise InputRefused([_problem(e["loc"], e["msg"]) for e in found])


async def _upload(form: FormData) -> Upload:
    strange = sorted(set(form) - _FIELDS)
    problems = [
        Problem("form", None, name[:60], "There is no such field.", f"Use {', '.join(sorted(_FIELDS))}.")
        for name in strange
    ]
    file, samples = form.get("file"), form.get("metadata")
    if not isinstance(file, UploadFile):
        problems.append(Problem("form", None, "file", "The form brings no file.", "Send one as `file`."))
    if isinstance(samples, str):
        problems.append(Problem("form", None, "metadata", "This is no file.", "Send the sheet as a file."))
    texts = {name: form.get(name) for name in ("format", "control", "sheet")}
    for name, text in texts.items():
        if isinstance(text, UploadFile):
            problems.append(Problem("form", None, name, "This is a file.", "Send a text."))
    if problems or not isinstance(file, UploadFile):
        raise InputRefused(problems)
    return Upload(
        file.filename or "",
        await file.read(),
        await samples.read() if isinstance(samples, UploadFile) else None,
        str(texts["format"]) if texts["format"] else None,
        str(texts["control"]) if texts["control"] else None,
        str(texts["sheet"]) if texts["sheet"] else None,
    )


def _problem(place: tuple[int | str, ...], message: str) -> Problem:
    """Return a problem at a place such as `samples[0].factors[2]`, column `value`."""
    path = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in place).lstrip(".")
    row, dot, column = path.rpartition(".")
    if not dot:
        row, column = "", path
    remedy = "See the schema at /api/v1/openapi.json."
    return Problem("request", row or None, column or None, f"{message}.", remedy)
