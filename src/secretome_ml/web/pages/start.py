"""The first page: a file, a pasted table, or an example."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from secretome_ml.core.paths import data_dir
from secretome_ml.web.pages.fields import file, text
from secretome_ml.web.pages.form import EXAMPLES, Submitted, show_form
from secretome_ml.web.pages.scored import score_upload
from secretome_ml.web.pages.waiting import begin
from secretome_ml.web.refusals import Refused
from secretome_ml.web.service import display_name, service_of

router = APIRouter()
_PASTED = "pasted table"


@router.get("/")
def start(request: Request) -> Response:
    """Show the form."""
    return show_form(request)


@router.post("/upload")
async def upload(request: Request) -> Response:
    """Read and score what was uploaded or pasted."""
    most = service_of(request).settings.max_body_bytes
    async with request.form(max_files=4, max_fields=20, max_part_size=most) as form:
        sent = await _submitted(form, most)
    if sent is None:
        remark = "Choose a file, or paste a table, and send it again."
        return show_form(request, status=HTTPStatus.UNPROCESSABLE_ENTITY, remark=remark)
    return await _score(request, sent)


@router.post("/examples/{name}")
async def example(request: Request, name: str) -> Response:
    """Score one of the examples."""
    chosen = next((e for e in EXAMPLES if e.file == name), None)
    if chosen is None:
        raise Refused(HTTPStatus.NOT_FOUND, "There is no such example.")
    folder = data_dir() / "examples"
    sheet = (folder / chosen.sheet).read_bytes() if chosen.sheet else None
    return await _score(request, Submitted((folder / chosen.file).read_bytes(), chosen.file, sheet))


async def _score(request: Request, sent: Submitted) -> Response:
    service = service_of(request)
    work = partial(
        score_upload,
        service,
        sent.content,
        sent.name,
        sent.sheet,
        sent.format_name or None,
        sent.control or None,
        sent.sheet_name or None,
    )
    # What was pasted is kept for the form in case that it cannot be used; a file is still where it was.
    kept = Submitted(b"", sent.name, None, sent.format_name, sent.control, sent.sheet_name, sent.pasted)
    return await begin(request, lambda progress: f"/results/{work(progress)}", kept)


async def _submitted(form: FormData, most: int) -> Submitted | None:
    """Return what a form holds: the file where there is one, else the pasted table, else nothing."""
    content, name = await file(form, "file")
    sheet, _ = await file(form, "sheet")
    pasted = text(form, "pasted", most)
    if not content and not pasted:
        return None
    said = text(form, "format"), text(form, "control"), text(form, "sheet_name")
    if content:
        return Submitted(content, display_name(name), sheet or None, *said)
    return Submitted(pasted.encode(), _PASTED, sheet or None, *said, pasted)
