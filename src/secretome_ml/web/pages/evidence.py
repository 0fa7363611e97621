"""The evidence: search, filter, and turn over the studies."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from secretome_ml.core.errors import UnknownName
from secretome_ml.report.words import effect_label
from secretome_ml.vocabulary import Terms
from secretome_ml.web.pages.facts import given
from secretome_ml.web.pages.rendering import show
from secretome_ml.web.service import Service, service_of

if TYPE_CHECKING:
    import pandas as pd

    from secretome_ml.evidence import Evidence

router = APIRouter()
PER_PAGE = 25
FILTERS = ("text", "factor", "source", "preconditioning", "effect", "result")
_LONGEST = 200


@router.get("/evidence")
async def evidence(request: Request, page: int = 1) -> Response:
    """Search the studies."""
    service = service_of(request)
    asked = {name: request.query_params.get(name, "")[:_LONGEST].strip() for name in FILTERS}
    remark = ""
    try:
        view = await service.run(_view, service, asked, page)
    except UnknownName as unknown:
        # A name that the vocabulary does not hold is part of a search, not a failure.
        remark = (
            str(unknown)
            .replace("; see `vocabulary list cell_sources`", "")
            .replace("; try `vocabulary find`", "")
        )
        view = await service.run(_view, service, dict.fromkeys(FILTERS, ""), 1)
    words = urlencode({k: v for k, v in asked.items() if v})
    status = HTTPStatus.UNPROCESSABLE_ENTITY if remark else HTTPStatus.OK
    return show(
        request, "evidence", status, asked=asked, remark=remark, query=f"{words}&" if words else "", **view
    )


def _view(service: Service, asked: dict[str, str], page: int) -> dict[str, Any]:
    from secretome_ml.evidence import search_studies
    from secretome_ml.evidence.tables import EFFECTS, RESULTS

    whole = service.evidence
    found = search_studies(whole, **{k: v or None for k, v in asked.items()})
    found = found.sort_values("year", ascending=False, kind="stable", na_position="last")
    last = max(1, -(-len(found) // PER_PAGE))
    page = min(max(page, 1), last)
    shown = found.iloc[(page - 1) * PER_PAGE : page * PER_PAGE]
    terms = Terms()
    return {
        "count": len(found),
        "total": len(whole.studies),
        "arms": len(whole.arms),
        "outcomes": len(whole.outcomes),
        "comparisons": len(whole.comparisons),
        "page": page,
        "last": last,
        "studies": study_rows(whole, shown),
        "effects": [("", "any effect"), *((e, effect_label(e)) for e in EFFECTS)],
        "results": [("", "any result"), *((r, r) for r in RESULTS)],
        "sources": [
            ("", "any source"),
            *((i, terms.label("cell_source", i)) for i in terms.ids("cell_source")),
        ],
        "kinds": [
            ("", "any"),
            *((i, terms.label("preconditioning", i)) for i in terms.ids("preconditioning")),
        ],
    }


def study_rows(evidence: Evidence, studies: pd.DataFrame) -> list[dict[str, Any]]:
    """Return studies as a list shows them: title, source, arms, and what was found for which effect."""
    own = evidence.subset(studies["study"])
    arms = own.arms.groupby("study").size()
    found = {key: _results(rows) for key, rows in own.outcomes.groupby("study", sort=False)}
    return [
        {**head(row), "arms": int(arms.get(row["study"], 0)), "found": found.get(row["study"], [])}
        for row in studies.to_dict("records")
    ]


def head(row: Any) -> dict[str, Any]:
    """Return how a study is named: title or else journal, authors, journal, year, DOI or address."""
    told = {k: v if isinstance(v, str) else "" for k, v in row.items()}
    by = f"{told['first_author']} and others" if told["first_author"] else ""
    year = str(int(row["year"])) if given(row["year"]) else ""
    address = told["url"] if told["url"].startswith(("https://", "http://")) else ""
    return {
        "study": told["study"],
        "title": told["title"] or told["journal"] or host(address) or told["study"],
        "by": ", ".join(filter(None, (by, told["journal"] if told["title"] else "", year))),
        "doi": told["doi"],
        "url": address,
        "pmid": told["pmid"],
        "locator": told["locator"],
        "basis": told["basis"].replace("_", " "),
        "note": told["note"],
    }


def _results(rows: pd.DataFrame) -> list[str]:
    """Return `angiogenic: beneficial, null` for each effect that a study tested."""
    found = []
    for effect, own in rows.groupby("effect", sort=False):
        found.append(f"{effect_label(str(effect))}: {', '.join(dict.fromkeys(map(str, own['result'])))}")
    return found


def host(address: str) -> str:
    """Return the host of an address, the only name that a study without title and journal has.

    Examples
    --------
    >>> host("https://insights.ovid.com/crter/2014"), host("seed:file#12")
    ('insights.ovid.com', '')
    """
    return urlsplit(address).netloc
