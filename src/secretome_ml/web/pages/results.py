"""The result of an upload: what was read, every sample with its scores, and what can be taken home."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from secretome_ml.report.read import read_view
from secretome_ml.report.words import clean
from secretome_ml.web.pages.rendering import show
from secretome_ml.web.pages.scored import Scored, find
from secretome_ml.web.pages.waiting import begin
from secretome_ml.web.service import Service, service_of

if TYPE_CHECKING:
    import pandas as pd

    from secretome_ml.web.work import Progress

router = APIRouter()
PER_PAGE = 50
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A report that is opened from this service may draw itself; it holds no script and asks for nothing.
_REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
)


@dataclass(frozen=True)
class Row:
    """One sample of the table."""

    number: int
    name: str
    in_domain: bool
    used: int
    effects: list[dict[str, Any]]


@router.get("/results/{identifier}")
async def result(
    request: Request, identifier: str, page: int = 1, sort: str = "", name: str = ""
) -> Response:
    """Show what was read, and all samples, or those whose names hold some text."""
    service = service_of(request)
    scored = find(service, identifier)
    view = await service.run(_view, service, scored, page, sort, name[:80].strip())
    return show(request, "result", identifier=identifier, scored=scored, sort=sort, **view)


@router.get("/results/{identifier}/scores.csv")
async def scores(request: Request, identifier: str) -> Response:
    """Give the scores as a table."""
    scored = find(service_of(request), identifier)
    return _download(_csv(scored.scores), "text/csv; charset=utf-8", "scores.csv")


@router.get("/results/{identifier}/scores.xlsx")
async def workbook(request: Request, identifier: str) -> Response:
    """Give the scores as a workbook."""
    service = service_of(request)
    scored = find(service, identifier)
    return _download(await service.run(_xlsx, scored.scores), _XLSX, "scores.xlsx")


@router.get("/results/{identifier}/contributions.csv")
async def contributions(request: Request, identifier: str) -> Response:
    """Give every contribution as a table."""
    service = service_of(request)
    scored = find(service, identifier)
    terms = await service.run(service.model.explain, scored.profiles)
    return _download(await service.run(_csv, terms), "text/csv; charset=utf-8", "contributions.csv")


@router.post("/results/{identifier}/report")
async def make_report(request: Request, identifier: str) -> Response:
    """Draw the report; the answer leads to it."""
    service = service_of(request)
    scored = find(service, identifier)

    def work(progress: Progress) -> str:
        progress(0, 0, "drawing the report")
        return f"/results/{identifier}/report.html?kept={service.results.put(_report(service, scored))}"

    return await begin(request, work)


@router.get("/results/{identifier}/report.html")
async def report(request: Request, identifier: str, kept: str = "") -> Response:
    """Give the report as one file."""
    service = service_of(request)
    page: object = service.results.get(kept) if kept else None
    if not isinstance(page, str):
        page = await service.run(_report, service, find(service, identifier))
    answer = _download(str(page).encode(), "text/html; charset=utf-8", "secretome-ml-report.html")
    answer.headers["Content-Security-Policy"] = _REPORT_POLICY
    return answer


def _report(service: Service, scored: Scored) -> str:
    """Return the report about a result: the one place where a page asks for it."""
    from secretome_ml.workflows.report import report_html

    return report_html(service.model, scored.profiles, evidence=service.evidence)


def _view(service: Service, scored: Scored, page: int, sort: str, name: str) -> dict[str, Any]:
    effects = service.model.effects
    names = [str(sample) for sample in scored.profiles.samples]
    order = [i for i in _order(scored.scores, sort, effects) if name.casefold() in names[i].casefold()]
    last = max(1, -(-len(order) // PER_PAGE))
    page = min(max(page, 1), last)
    own = order[(page - 1) * PER_PAGE : page * PER_PAGE]
    outside = scored.scores.loc[~scored.scores["in_domain"], "sample"].nunique()
    used = scored.scores.drop_duplicates("sample")["factors_used"]
    return {
        "rows": _rows(scored, own, len(effects)),
        "effects": effects,
        "level": f"{100 * service.model.recipe.level:.0f}\u00a0%",
        "read_as": ", ".join(dict.fromkeys(o.format.replace("_", " ") for o in scored.profiles.origins)),
        "page": page,
        "name": name,
        "found": len(order),
        "query": urlencode({k: v for k, v in (("sort", sort), ("name", name)) if v}),
        "last": last,
        "outside": int(outside),
        "without": int((used == 0).sum()),
        "least_used": int(used.min()),
        "most_used": int(used.max()),
        "read": read_view(scored.profiles, service.model.important_factors),
        "unknown_count": scored.profiles.unknown["name"].nunique(),
        "samples": [(i, own_name) for i, own_name in enumerate(names, start=1)],
    }


def _order(scores: pd.DataFrame, sort: str, effects: Sequence[str]) -> list[int]:
    """Return positions of the samples: as in the file, or the strongest of one effect first."""
    count = len(scores) // len(effects)
    if sort not in effects:
        return list(range(count))
    own = scores.loc[scores["effect"] == sort, "score"].reset_index(drop=True)
    return [int(i) for i in own.sort_values(ascending=False, kind="stable").index]


def _rows(scored: Scored, positions: Sequence[int], width: int) -> list[Row]:
    rows = []
    for i in positions:
        own: list[dict[str, Any]] = scored.scores.iloc[i * width : (i + 1) * width].to_dict("records")
        first = own[0]
        rows.append(
            Row(i + 1, str(first["sample"]), bool(first["in_domain"]), int(first["factors_used"]), own)
        )
    return rows


def _csv(table: pd.DataFrame) -> bytes:
    return str(table.to_csv(index=False, lineterminator="\n")).encode()


def _xlsx(table: pd.DataFrame) -> bytes:
    """Return a workbook; a text that begins like a formula stays a text."""
    from io import BytesIO

    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet("scores")
    for row in (table.columns, *table.astype(object).where(table.notna(), None).to_numpy()):
        cells = [WriteOnlyCell(sheet, clean(v) if isinstance(v, str) else v) for v in row]
        for cell in cells:
            cell.data_type = "s" if isinstance(cell.value, str) else cell.data_type
        sheet.append(cells)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _download(content: bytes, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=kind, headers=headers)
