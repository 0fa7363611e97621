"""One study: its arms, what was in them, what they did, and how they compare."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from secretome_ml.core.errors import UnknownName
from secretome_ml.report.words import effect_label, factor_address
from secretome_ml.vocabulary import FactorVocabulary
from secretome_ml.web.pages.evidence import head
from secretome_ml.web.pages.facts import facts, given
from secretome_ml.web.pages.rendering import show
from secretome_ml.web.refusals import Refused
from secretome_ml.web.service import Service, service_of

router = APIRouter()
_DIRECTIONS = {"higher": "more than", "lower": "less than", "equal": "as much as"}

_CAUSAL = {
    True: "blocking or adding it changed the outcome",
    False: "blocking or adding it changed nothing",
}


@router.get("/evidence/studies/{key:path}")
async def study(request: Request, key: str) -> Response:
    """Show a study, named by identifier, DOI or PMID."""
    service = service_of(request)
    view = await service.run(_view, service, key[:200])
    return show(request, "study", **view)


def _view(service: Service, key: str) -> dict[str, Any]:
    from secretome_ml.evidence.search import find_study
    from secretome_ml.profiles import profiles_from_evidence

    try:
        own = find_study(service.evidence, key)
    except UnknownName:
        raise Refused(HTTPStatus.NOT_FOUND, "There is no such study in the evidence.") from None
    profiles = profiles_from_evidence(own)
    arms = []
    for sample, row in zip(profiles.samples, own.arms.to_dict("records"), strict=True):
        arms.append(
            {
                "name": str(row["arm"]),
                "facts": [(what, words) for what, words in facts(profiles.take([sample])) if words],
                "factors": _factors(own.factors[own.factors["arm"] == row["arm"]]),
                "outcomes": _outcomes(own.outcomes[own.outcomes["arm"] == row["arm"]]),
            }
        )
    comparisons = [
        {
            "effect": effect_label(str(row["effect"])),
            "words": f"{_plain(row['arm'])}: {_DIRECTIONS[row['direction']]} {_plain(row['than'])}",
            "assay": _words(row["assay"]),
        }
        for row in own.comparisons.to_dict("records")
    ]
    trained = any(s.get("study") == own.studies["study"].iloc[0] for s in service.model.studies)
    return {
        "study": head(own.studies.iloc[0].to_dict()),
        "arms": arms,
        "comparisons": comparisons,
        "trained": trained,
        "mediators": [(str(r["name"]), _words(r["state"])) for r in own.mediators.to_dict("records")],
    }


def _factors(rows: Any) -> list[dict[str, str]]:
    vocabulary = FactorVocabulary.load()
    found = []
    for row in rows.to_dict("records"):
        factor = vocabulary.resolve(str(row["name"])).factor
        amount = f"{row['value']:g} {_words(row['unit'])}".strip() if given(row["value"]) else ""
        found.append(
            {
                "name": str(row["name"]),
                "href": factor_address(factor) if factor else "",
                "state": _words(row["state"]),
                "vs": _plain(row["vs"]) if isinstance(row["vs"], str) else "",
                "amount": amount,
                "causal": _CAUSAL[bool(row["causal"])] if given(row["causal"]) else "",
            }
        )
    return found


def _outcomes(rows: Any) -> list[dict[str, str]]:
    return [
        {
            "effect": effect_label(str(row["effect"])),
            "result": str(row["result"]),
            "vs": _plain(row["vs"]) if isinstance(row["vs"], str) else "",
            "how": ", ".join(filter(None, (_words(row[c]) for c in ("assay", "model", "readout")))),
            "system": _words(row["system"]),
        }
        for row in rows.to_dict("records")
    ]


def _plain(value: object) -> str:
    return str(value).replace("_", " ")


def _words(value: object) -> str:
    return value.replace("_", " ") if isinstance(value, str) else ""
