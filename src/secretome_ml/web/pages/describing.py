"""One preparation described by hand, without a file."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from secretome_ml.errors import InputRefused, Problem
from secretome_ml.vocabulary import Terms
from secretome_ml.vocabulary.columns import context_columns, names_where
from secretome_ml.web.pages.changing import LEVELS
from secretome_ml.web.pages.fields import text, texts
from secretome_ml.web.pages.rendering import show
from secretome_ml.web.pages.scored import keep
from secretome_ml.web.service import Service, service_of

router = APIRouter()
CONTEXT = names_where(is_term=True)
_HINTS = {c.name: c.meaning for c in context_columns()}
_FORM = "description"
_NAME = "my preparation"
ROWS, MOST_ROWS = 6, 60


@router.get("/describe")
def describe(request: Request) -> Response:
    """Show the empty form."""
    return _form(request, {})


@router.post("/describe")
async def score(request: Request) -> Response:
    """Score what was described; with `more`, show the form again with more rows for factors."""
    service = service_of(request)
    async with request.form(max_files=0, max_fields=200) as form:
        given = _given(form)
    if given["more"]:
        return _form(request, given, rows=min(MOST_ROWS, 2 * len(given["factors"])))
    try:
        identifier = await service.run(_score, service, given)
    except InputRefused as refused:
        return _form(request, given, HTTPStatus.UNPROCESSABLE_ENTITY, refused.problems)
    return RedirectResponse(f"/results/{identifier}/samples/1", HTTPStatus.SEE_OTHER)


def _given(form: FormData) -> dict[str, Any]:
    """Return what stands in the form."""
    levels = texts(form, "level")
    factors = list(zip(texts(form, "factor")[:MOST_ROWS], levels, strict=False))
    context = {c: text(form, c) for c in CONTEXT}
    return {
        "name": text(form, "name", 80) or _NAME,
        "preconditioning": text(form, "preconditioning", 2000),
        "factors": factors,
        "more": "more" in form,
        **context,
    }


def _score(service: Service, given: dict[str, Any]) -> str:
    """Score one row of a table, made of the form, as a file with that row would be."""
    import pandas as pd

    from secretome_ml.readers.formats.canonical_wide import profiles_from_table

    row = {"sample": given["name"], "preconditioning": given["preconditioning"]}
    row |= {c: given[c] for c in CONTEXT}
    problems = []
    for factor, level in given["factors"]:
        if not factor:
            continue
        if factor in row:
            what = f"'{factor[:60]}' stands in the form twice, or is no factor."
            problems.append(Problem(_FORM, None, "factor", what, "Keep one of the two rows."))
        row[factor] = level
    if not any(given[c] for c in CONTEXT) and len(row) == len(CONTEXT) + 2:
        problems.append(
            Problem(_FORM, None, None, "Nothing is stated.", "Choose a cell source, or name a factor.")
        )
    if problems:
        raise InputRefused(problems)
    try:
        profiles = profiles_from_table(pd.DataFrame([row]), _FORM)
    except InputRefused as refused:
        raise InputRefused(
            [Problem(p.file, None, p.column, p.what, p.remedy) for p in refused.problems]
        ) from None
    return keep(service, str(given["name"]), profiles)


def _form(
    request: Request, given: dict[str, Any], status: int = HTTPStatus.OK, problems: Any = (), rows: int = ROWS
) -> Response:
    terms = Terms()
    conditions = [
        (
            column,
            column.replace("_", " "),
            [("", "not stated"), *((i, terms.label(column, i)) for i in terms.ids(column))],
            given.get(column, ""),
            _HINTS.get(column, ""),
        )
        for column in CONTEXT
    ]
    filled = [pair for pair in given.get("factors", []) if pair[0]]
    empty = [("", "elevated")] * max(2, rows - len(filled))
    return show(
        request,
        "describe",
        status,
        conditions=conditions,
        given={"name": "", "preconditioning": "", **given},
        factors=[*filled, *empty],
        levels=[pair for pair in LEVELS if pair[0]],
        kinds=[(i, terms.label("preconditioning", i)) for i in terms.ids("preconditioning")],
        problems=problems,
    )
