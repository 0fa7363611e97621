"""A template as the answer to a request, in the frame of the pages."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import HTMLResponse

from secretome_ml.core.version import __version__
from secretome_ml.report.rendering import render
from secretome_ml.web.service import service_of

_SHORT = 12


def show(
    request: Request,
    template: str,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: object,
) -> HTMLResponse:
    """Return a page.

    Parameters
    ----------
    request : Request
        What is answered; the frame of the page shows which model answers.
    template : str
        Name of the template without its ending.
    status : int
        HTTP status.
    headers : mapping, optional
        Further headers.
    **values
        What the template shows.
    """
    service = service_of(request)
    model = service.model if service.ready else None
    frame = {
        "path": request.url.path,
        "version": __version__,
        "evidence_digest": model.evidence_digest[:_SHORT] if model else "",
        "bundle_digest": model.digest[:_SHORT] if model else "",
    }
    return HTMLResponse(render(template, frame | values), status, dict(headers or {}))
