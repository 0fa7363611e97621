"""One preparation described by hand, without a file: conditions, and factors with a level or an amount."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from http import HTTPStatus
from itertools import zip_longest
from typing import Any

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from secretome_ml.core.errors import InputRefused, Problem
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
UNITS = ("pg/mL", "ng/mL", "ug/mL", "pM", "nM", "pg/10^6 cells", "ng/10^6 cells")
_PARTS = ("factor", "level", "amount", "unit")
_EMPTY = dict.fromkeys(_PARTS, "")


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
        return _form(request, given, rows=min(MOST_ROWS, 2 * max(ROWS, given["rows"])))
    try:
        identifier = await service.run(_score, service, given)
    except InputRefused as refused:
        return _form(request, given, HTTPStatus.UNPROCESSABLE_ENTITY, refused.problems)
    return RedirectResponse(f"/results/{identifier}/samples/1", HTTPStatus.SEE_OTHER)


def _given(form: FormData) -> dict[str, Any]:
    """Return what stands in the form."""
    columns = [texts(form, part)[:MOST_ROWS] for part in _PARTS]
    rows = [dict(zip(_PARTS, row, strict=True)) for row in zip_longest(*columns, fillvalue="")]
    factors = [row for row in rows if row["factor"] or row["level"] or row["amount"]]
    context = {c: text(form, c) for c in CONTEXT}
    return {
        "name": text(form, "name", 80) or _NAME,
        "preconditioning": text(form, "preconditioning", 2000),
        "factors": factors,
        "rows": len(rows),
        "more": "more" in form,
        **context,
    }


def _score(service: Service, given: dict[str, Any]) -> str:
    """Score one row of a table, made of the form, as a file with that row would be."""
    import pandas as pd

    from secretome_ml.readers.formats.canonical_wide import profiles_from_table

    row = {"sample": given["name"], "preconditioning": given["preconditioning"]}
    row |= {c: given[c] for c in CONTEXT}
    problems: list[Problem] = []
    for number, told in enumerate(given["factors"], start=1):
        wrong = _wrong(told)
        if wrong is None and (column := _column(told)) in row:
            wrong = f"'{told['factor'][:60]}' stands in the form twice, or is no factor.", "Keep one row."
        if wrong is not None:
            problems.append(Problem(_FORM, number, "factor", *wrong))
            continue
        row[column] = told["amount"] or told["level"]
    if not any(given[c] for c in CONTEXT) and len(row) == len(CONTEXT) + 2:
        problems.append(
            Problem(_FORM, None, None, "Nothing is stated.", "Choose a cell source, or name a factor.")
        )
    if problems:
        raise InputRefused(problems)
    try:
        profiles = profiles_from_table(pd.DataFrame([row]), _FORM)
    except InputRefused as refused:
        raise InputRefused([replace(p, row=_row_of(given, p.column)) for p in refused.problems]) from None
    return keep(service, str(given["name"]), profiles)


def _column(told: dict[str, str]) -> str:
    """Return the header of a canonical table under which a row of the form would stand."""
    return f"{told['factor']} [{told['unit']}]" if told["amount"] else told["factor"]


def _row_of(given: dict[str, Any], column: str | None) -> int | None:
    rows = (
        i for i, told in enumerate(given["factors"], start=1) if column in (_column(told), told["factor"])
    )
    return next(rows, None)


def _wrong(told: dict[str, str]) -> tuple[str, str] | None:
    """Return what is wrong with a row of the form, and what to do; None where nothing is."""
    from difflib import get_close_matches

    from secretome_ml.readers.genes import resolve_name

    name = told["factor"]
    if not name:
        return "A level or an amount stands in a row without a factor.", "Name the factor, or clear the row."
    found = resolve_name(name)
    if found.factor is None:
        near = get_close_matches(name.casefold(), [n.casefold() for n in factor_names()], 3, 0.7)
        listed = ", ".join(n for n in factor_names() if n.casefold() in near)
        why = found.reason or "no such name"
        return (
            f"'{name[:60]}' is no known factor: {why}.",
            f"Near: {listed}." if listed else "Try another name.",
        )
    if told["amount"] and told["level"]:
        return f"{name} has a level and an amount.", "Give one of the two."
    if told["amount"] and told["unit"] not in UNITS:
        return f"The amount of {name} has no unit.", "Choose the unit."
    if not told["amount"] and not told["level"]:
        return (
            f"{name} has neither a level nor an amount.",
            "Choose a level, or give an amount with its unit.",
        )
    return None


@cache
def factor_names() -> tuple[str, ...]:
    """Return the names that the form completes: factors with a usual amount, and those of panels."""
    import pandas as pd

    from secretome_ml.core.paths import data_dir

    tables = (
        ("knowledge", "usual_amounts", "factor"),
        ("reference", "panels", "factor"),
        ("reference", "panels", "name"),
    )
    columns = [pd.read_csv(data_dir() / folder / f"{t}.csv", dtype=str)[c] for folder, t, c in tables]
    return tuple(sorted(set(pd.concat(columns)), key=str.casefold))


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
    wrong = {p.row for p in problems}
    filled = [{**row, "wrong": i in wrong} for i, row in enumerate(given.get("factors", []), start=1)]
    empty = [{**_EMPTY, "wrong": False}] * max(2, rows - len(filled))
    return show(
        request,
        "describe",
        status,
        conditions=conditions,
        given={"name": "", "preconditioning": "", **given},
        factors=[*filled, *empty],
        levels=[("", "choose"), *(pair for pair in LEVELS if pair[0])],
        units=[("", "unit"), *((u, u) for u in UNITS)],
        names=factor_names(),
        kinds=[(i, terms.label("preconditioning", i)) for i in terms.ids("preconditioning")],
        problems=problems,
    )
