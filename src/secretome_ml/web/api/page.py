"""The OpenAPI document as a page, drawn here: no script, nothing from elsewhere."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from secretome_ml.web.api.openapi import description
from secretome_ml.web.pages.rendering import show

router = APIRouter(prefix="/api/v1", include_in_schema=False)


@router.get("/docs")
def page(request: Request) -> Response:
    """Show the operations and bodies of the API."""
    token = request.app.state.sessions.needed
    found = description(token)
    return show(
        request,
        "api",
        about=found["info"]["description"],
        address=str(request.base_url).rstrip("/"),
        token=token,
        operations=[
            _operation(method, path, facts)
            for path, methods in found["paths"].items()
            for method, facts in methods.items()
        ],
        schemas=[_schema(name, facts) for name, facts in found["components"]["schemas"].items()],
    )


def _operation(method: str, path: str, facts: dict[str, Any]) -> dict[str, Any]:
    answers = [
        (status, answer["description"], _body(answer.get("content", {})))
        for status, answer in sorted(facts["responses"].items())
    ]
    return {"method": method.upper(), "path": path, "words": facts["description"], "answers": answers}


def _body(content: dict[str, Any]) -> str:
    return next((kind_of(c["schema"]) for c in content.values() if "$ref" in c.get("schema", {})), "")


def _schema(name: str, facts: dict[str, Any]) -> dict[str, Any]:
    needed = facts.get("required", [])
    fields = [
        (field, kind_of(kind), _words(kind, field in needed))
        for field, kind in facts.get("properties", {}).items()
    ]
    return {"name": name, "words": facts.get("description", ""), "fields": fields}


def _words(kind: dict[str, Any], needed: bool) -> str:
    examples = ", ".join(str(e) for e in kind.get("examples", []))
    parts = [kind.get("description", ""), f"For example {examples}." if examples else ""]
    return " ".join(p for p in (*parts, "Required." if needed else "") if p)


def kind_of(schema: dict[str, Any]) -> str:
    """Return a schema's type in words.

    Examples
    --------
    >>> kind_of({"anyOf": [{"type": "number"}, {"type": "null"}]})
    'number or null'
    >>> kind_of({"type": "array", "items": {"$ref": "#/components/schemas/Sample"}})
    'list of Sample'
    """
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(kind_of(part) for part in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(str(value) for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {kind_of(schema['items'])}"
    return "file" if schema.get("format") == "binary" else str(schema.get("type", "any"))
