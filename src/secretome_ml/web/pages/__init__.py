"""The pages: what a browser sees.

The application takes three names from here: `router` (all pages), `error_page` (what a browser sees
when a request is refused) and `login_page` (how a token is asked for).
"""

from __future__ import annotations

from fastapi import APIRouter

from secretome_ml.web.pages import (
    changing,
    comparing,
    describing,
    designing,
    evidence,
    factor,
    live,
    models,
    proposing,
    results,
    samples,
    start,
    study,
    together,
    waiting,
)
from secretome_ml.web.pages.refused import error_page, login_page

__all__ = ["error_page", "login_page", "router"]

router = APIRouter()
_PARTS = (
    start, describing, waiting, results, together, samples, live, changing, comparing, designing,
    evidence, proposing, study, factor, models,
)  # fmt: skip
for _part in _PARTS:
    router.include_router(_part.router)
