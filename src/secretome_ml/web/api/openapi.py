"""The OpenAPI description of the API."""

from __future__ import annotations

from functools import cache
from typing import Any

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from secretome_ml.core.version import __version__
from secretome_ml.web.api import answers, routes
from secretome_ml.web.api.requests import ScoreRequest

router = APIRouter(prefix="/api/v1", include_in_schema=False)
_DESCRIPTION = (
    "Scores secretome profiles and explains the scores. A factor that is not listed was not measured; "
    f"an absent context field is not stated. {answers.DISCLAIMER}"
)
_TEXT = {"type": "string", "maxLength": 200}
_FORM = {
    "type": "object",
    "required": ["file"],
    "additionalProperties": False,
    "properties": {
        "file": {"type": "string", "format": "binary", "description": "Profiles of any supported format."},
        "metadata": {"type": "string", "format": "binary", "description": "A sample sheet."},
        "format": {**_TEXT, "description": "Name of the format; default: recognised from the content."},
        "sheet": {**_TEXT, "description": "Sheet of a workbook; default: the only one that can be read."},
        "control": {**_TEXT, "description": "Sample that the others are compared with."},
    },
}


@cache
def description(token_needed: bool = False) -> dict[str, Any]:
    """Return the OpenAPI document.

    Examples
    --------
    >>> sorted(description()["paths"])
    ['/api/v1/explain', '/api/v1/health', '/api/v1/metrics', '/api/v1/score']
    """
    found = get_openapi(
        title="secretome-ml", version=__version__, description=_DESCRIPTION, routes=routes.router.routes
    )
    template = "#/components/schemas/{model}"
    models = [(ScoreRequest, "validation"), (answers.Refusal, "serialization")]
    _, more = models_json_schema(models, ref_template=template)  # type: ignore[arg-type]
    components = found.setdefault("components", {})
    components["schemas"] = {**components.get("schemas", {}), **more["$defs"], "UploadForm": _FORM}
    if token_needed:
        components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        found["security"] = [{"token": []}]
    return found


@router.get("/openapi.json")
def openapi(request: Request) -> Response:
    """Return the OpenAPI document."""
    return JSONResponse(description(request.app.state.sessions.needed))
