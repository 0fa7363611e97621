"""Change a level or a condition of a sample, and see what moves; the sample itself stays as it was read."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.vocabulary import FactorVocabulary, Terms
from secretome_ml.vocabulary.columns import names_where
from secretome_ml.vocabulary.phrases import level_words
from secretome_ml.web.pages.differences import differences, named
from secretome_ml.web.pages.facts import condition_words, label
from secretome_ml.web.pages.fields import text, texts
from secretome_ml.web.pages.refused import error_page
from secretome_ml.web.pages.scored import Changed, Scored, find, put
from secretome_ml.web.pages.waiting import begin
from secretome_ml.web.refusals import refusal_of
from secretome_ml.web.service import service_of

if TYPE_CHECKING:
    from secretome_ml.profiles import Profiles
    from secretome_ml.web.work import Progress

router = APIRouter()
CHANGEABLE = names_where(watched=True)
# What a form offers for a factor: a level, or that it was not measured.
LEVELS = (
    ("elevated", "elevated"),
    ("detected", "detected"),
    ("not_detected", "not detected"),
    ("decreased", "decreased"),
    ("", "not measured"),
)
ROWS = 3
_FORM = "change"
_CHANGED = "changed"


def choices(profile: Profiles) -> dict[str, Any]:
    """Return what the form of a sample offers: options of each condition with the present one chosen."""
    terms, context = Terms(), profile.context.iloc[0]
    conditions = []
    for column in CHANGEABLE:
        now = context[column] if isinstance(context[column], str) else ""
        pairs = [("", "not stated"), *((i, terms.label(column, i)) for i in terms.ids(column))]
        if now and now not in dict(pairs):
            pairs.append((now, label(column, now)))
        conditions.append((column, column.replace("_", " "), pairs, now))
    known = sorted(str(f) for f in profile.factors["factor"].dropna().unique())
    return {
        "conditions": conditions,
        "preconditioning": condition_words(profile),
        "levels": LEVELS,
        "rows": ROWS,
        "factors": known[:400],
    }


@router.post("/results/{identifier}/samples/{number}/change")
async def change(request: Request, identifier: str, number: int) -> Response:
    """Score a sample with something changed; the answer leads to both, side by side."""
    service = service_of(request)
    scored = find(service, identifier)
    before, name = scored.one(number), scored.sample(number)
    origin = f"/results/{identifier}/samples/{number}"
    try:
        async with request.form(max_files=0, max_fields=60) as form:
            after, changes = await service.run(changed, before, form)
    except InputRefused as refused:
        return error_page(request, refusal_of(refused), origin)

    def work(progress: Progress) -> str:
        progress(0, 0, "scoring the change")
        both = join_two(before, named(after, f"{name}, {_CHANGED}"))
        moved = differences(service.model, before, after)
        found = Scored(f"{name}, {_CHANGED}", both, service.model.score(both), changes, origin, tuple(moved))
        return f"/results/{put(service, found)}/samples/2"

    return await begin(request, work)


def join_two(first: Profiles, second: Profiles) -> Profiles:
    """Return two profiles as one; what was remarked about the file stays with it."""
    from secretome_ml.profiles.profiles import join_profiles

    return replace(join_profiles([first, second]), notes=(), warnings=())


def changed(profile: Profiles, form: FormData) -> tuple[Profiles, tuple[Changed, ...]]:
    """Return a profile of one sample as a form changes it, and the changes in words.

    Raises
    ------
    InputRefused
        With every field that cannot be read, or when nothing is changed.
    """
    problems: list[Problem] = []
    made: list[Changed] = []
    after = _context(profile, form, made, problems)
    after = _preconditioning(after, form, made, problems)
    after = _factors(after, form, made, problems)
    if not made and not problems:
        remedy = "Name a factor and a level, or choose another condition."
        problems.append(Problem(_FORM, None, None, "Nothing is changed.", remedy))
    if problems:
        raise InputRefused(problems)
    return after, tuple(made)


def _context(profile: Profiles, form: FormData, made: list[Changed], problems: list[Problem]) -> Profiles:
    terms, context = Terms(), profile.context.copy()
    for column in CHANGEABLE:
        if column not in form:
            continue
        old = context[column].iloc[0]
        now, wanted = old if isinstance(old, str) else "", text(form, column)
        if wanted == now:
            continue
        found = terms.resolve(column, wanted) if wanted else ""
        if found is None:
            what = f"'{wanted[:60]}' is no known {column.replace('_', ' ')}."
            problems.append(Problem(_FORM, None, column, what, "Choose one of the list."))
            continue
        context[column] = context[column].astype("string")
        context.iloc[0, context.columns.get_loc(column)] = found or None
        made.append(
            Changed(
                column.replace("_", " "),
                label(column, now) or "not stated",
                label(column, found) or "not stated",
            )
        )
    return replace(profile, context=context)


def _preconditioning(
    profile: Profiles, form: FormData, made: list[Changed], problems: list[Problem]
) -> Profiles:
    import pandas as pd

    from secretome_ml.profiles.preconditioning_text import parse_preconditioning
    from secretome_ml.profiles.profiles import make_profiles

    wanted, now = text(form, "preconditioning", 2000), condition_words(profile)
    if "preconditioning" not in form or wanted == now:
        return profile
    try:
        entries = parse_preconditioning(wanted, Terms()) if wanted else []
    except ValueError as error:
        remedy = "Write kind(agent, dose unit, o2=1%, hours=48) + ..., or none."
        what = f"'{wanted[:60]}' cannot be read: {error}."
        problems.append(Problem(_FORM, None, "preconditioning", what, remedy))
        return profile
    rows = [{"sample": profile.samples[0], **entry} for entry in entries]
    table = make_profiles(pd.DataFrame(index=profile.samples), preconditioning=rows).preconditioning
    after = replace(profile, preconditioning=table)
    if condition_words(after) != now:
        made.append(Changed("preconditioning", now or "none stated", condition_words(after) or "none"))
    return after


def _factors(profile: Profiles, form: FormData, made: list[Changed], problems: list[Problem]) -> Profiles:
    vocabulary = FactorVocabulary.load()
    for name, state in zip(texts(form, "factor"), texts(form, "level"), strict=False):
        if not name:
            continue
        found = vocabulary.resolve(name)
        if found.factor is None:
            what = f"'{name[:60]}' is no known factor: {found.reason}."
            problems.append(
                Problem(_FORM, None, "factor", what, "Write another name of it, such as its gene symbol.")
            )
        elif state not in dict(LEVELS):
            problems.append(
                Problem(_FORM, None, "level", f"'{state[:40]}' is no level.", "Choose one of the list.")
            )
        else:
            profile = _with_level(profile, found.factor, name, state, made)
    return profile


def _with_level(profile: Profiles, factor: str, name: str, state: str, made: list[Changed]) -> Profiles:
    """Return the profile with one factor at another level, or not measured."""
    import pandas as pd

    from secretome_ml.profiles.profiles import STATE_LEVELS, make_profiles

    table = profile.factors
    own = table.loc[table["factor"] == factor, "level"].dropna()
    before = float(own.mean()) if len(own) else math.nan
    after = STATE_LEVELS[state] if state else math.nan
    if before == after or (math.isnan(before) and math.isnan(after)):
        return profile
    kept = table[table["factor"] != factor]
    if state:
        row = {
            "sample": profile.samples[0],
            "name": name,
            "factor": factor,
            "state": state,
            "route": "stated",
        }
        new = make_profiles(pd.DataFrame(index=profile.samples), factors=[row]).factors
        kept = pd.concat([kept, new], ignore_index=True)
    made.append(Changed(factor, level_words(before), level_words(after)))
    return replace(profile, factors=kept.reset_index(drop=True))
