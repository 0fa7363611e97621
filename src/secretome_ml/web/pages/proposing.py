"""A paper read into candidates: each beside its sentence, to accept, mend or drop."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.core.paths import data_dir
from secretome_ml.web.pages.fields import file, text, texts
from secretome_ml.web.pages.rendering import show
from secretome_ml.web.refusals import Refused
from secretome_ml.web.service import Service, display_name, service_of

if TYPE_CHECKING:
    from secretome_ml.papers import Candidate
    from secretome_ml.papers.confirming import Confirmed

router = APIRouter()
_PASTED, _GONE = "pasted text", "These candidates are not remembered any more. Read the paper again."
_LONGEST_FACT, _MOST_FIELDS, _A_WEIGHT = 2000, 4000, 10


@dataclass(frozen=True)
class _Proposed:
    """Candidates of one paper, as they are kept between two pages."""

    name: str
    candidates: list[Candidate]


@router.get("/evidence/propose")
def ask(request: Request) -> Response:
    """Show the form for a paper."""
    return show(request, "propose", problems=(), pasted="")


@router.post("/evidence/propose")
async def read(request: Request) -> Response:
    """Read a paper into candidates."""
    service = service_of(request)
    most = service.settings.max_body_bytes
    async with request.form(max_files=1, max_fields=4, max_part_size=most) as form:
        content, name = await file(form, "file")
        pasted = text(form, "pasted", most)
    problems = []
    if content or pasted:
        try:
            shown = display_name(name) if content else _PASTED
            candidates = await service.run(_candidates, content or pasted.encode(), shown)
            kept = service.results.put(_Proposed(shown, candidates), 1 + len(candidates) // _A_WEIGHT)
            return RedirectResponse(f"/evidence/proposed/{kept}", HTTPStatus.SEE_OTHER)
        except InputRefused as refused:
            problems = refused.problems
    else:
        problems = [Problem(_PASTED, None, None, "There is no paper.", "Choose a file, or paste its text.")]
    return show(request, "propose", HTTPStatus.UNPROCESSABLE_ENTITY, problems=problems, pasted=pasted)


@router.get("/evidence/proposed/{name}")
def candidates(request: Request, name: str) -> Response:
    """Show the candidates of a paper, each beside its sentence."""
    return _page(request, _kept(service_of(request), name), {}, set())


@router.post("/evidence/proposed/{name}")
async def confirm(request: Request, name: str) -> Response:
    """Take the accepted candidates: into the own corpus of the service, or as a file of records."""
    service = service_of(request)
    proposed = _kept(service, name)
    async with request.form(max_files=0, max_fields=_MOST_FIELDS) as form:
        taken = {int(n) for n in texts(form, "take") if n.isdigit()}
        mended = {
            c.number: text(form, f"fact-{c.number}", _LONGEST_FACT)
            for c in proposed.candidates
            if f"fact-{c.number}" in form
        }
        as_file = "file" in form
    accepted = {n: mended[n] for n in mended if n in taken or n == 1}
    try:
        if as_file or _own_corpus(service) is None:
            records = await service.run(_records, proposed, accepted)
            headers = {"Content-Disposition": 'attachment; filename="records.jsonl"'}
            return Response(records, media_type="application/jsonl", headers=headers)
        done = await service.run(_add, service, proposed, accepted)
    except InputRefused as refused:
        return _page(request, proposed, mended, taken, refused.problems)
    if hasattr(request.app.state, "library"):
        del request.app.state.library
    study = (done.added or list(done.known.values()))[0]
    return RedirectResponse(f"/evidence/studies/{study}", HTTPStatus.SEE_OTHER)


def _page(
    request: Request,
    proposed: _Proposed,
    mended: dict[int, str],
    taken: set[int],
    problems: list[Problem] | None = None,
) -> Response:
    from secretome_ml.papers.candidates import fact_words

    rows = [
        {
            "number": c.number,
            "table": c.table,
            "arm": c.arm.replace("_", " "),
            "fact": mended.get(c.number, fact_words(c.fact)),
            "sentence": c.sentence,
            "place": c.place,
            "taken": c.number in taken,
        }
        for c in proposed.candidates
    ]
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
    own = _own_corpus(service_of(request)) is not None
    return show(request, "proposed", status, paper=proposed.name, rows=rows, problems=problems or [], own=own)


def _kept(service: Service, name: str) -> _Proposed:
    found = service.results.get(name)
    if not isinstance(found, _Proposed):
        raise Refused(HTTPStatus.NOT_FOUND, _GONE)
    return found


def _own_corpus(service: Service) -> Path | None:
    """Return the folder that accepted studies go to: that of `--evidence`, never the shipped corpus."""
    folder = service.settings.evidence
    own = folder is not None and folder.is_dir() and folder.resolve() != (data_dir() / "evidence").resolve()
    return folder if own else None


def _candidates(content: bytes, name: str) -> list[Candidate]:
    from secretome_ml.papers import propose
    from secretome_ml.papers.paper import paper_from

    return propose(paper_from(content, name))


def _records(proposed: _Proposed, accepted: dict[int, str]) -> str:
    from secretome_ml.evidence import write_records
    from secretome_ml.papers.confirming import accepted_study, with_decisions

    decided = with_decisions(proposed.candidates, accepted, proposed.name)
    return write_records(accepted_study(decided, proposed.name))


def _add(service: Service, proposed: _Proposed, accepted: dict[int, str]) -> Confirmed:
    from secretome_ml.papers.confirming import accepted_study, add_study, with_decisions

    decided = with_decisions(proposed.candidates, accepted, proposed.name)
    folder = _own_corpus(service)
    assert folder is not None  # noqa: S101 - asked before
    done = add_study(accepted_study(decided, proposed.name), folder, decided)
    service.forget_evidence()
    return done
