"""One factor: its names, what is known of it, what the model makes of it, and the studies that report it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from secretome_ml.report.bars import diverging
from secretome_ml.report.words import effect_label, factor_address, signed
from secretome_ml.vocabulary import FactorVocabulary
from secretome_ml.vocabulary.phrases import level_words
from secretome_ml.vocabulary.tables import rows, split_cell
from secretome_ml.web.pages.changing import LEVELS
from secretome_ml.web.pages.evidence import host
from secretome_ml.web.pages.facts import given
from secretome_ml.web.pages.library import Library, library_of
from secretome_ml.web.pages.rendering import show
from secretome_ml.web.refusals import Refused
from secretome_ml.web.service import Service, service_of

if TYPE_CHECKING:
    import pandas as pd

    from secretome_ml.model import Model

router = APIRouter()
_SYNONYMS = 24
_STRENGTHS = {"1": "indirect", "2": "clear", "3": "central"}
# The plain preparation on which a factor's own weight is shown.
PLAIN = {
    "cell_type": "MSC",
    "cell_source": "bone_marrow",
    "species": "human",
    "product": "conditioned_medium",
}


@router.get("/evidence/factors")
def find_factor(request: Request, name: str = "") -> Response:
    """Go to the page of a factor by any of its names."""
    found = FactorVocabulary.load().resolve(name[:200])
    if found.factor is None:
        raise Refused(HTTPStatus.NOT_FOUND, f"“{name[:60]}” is no known factor: {found.reason}.")
    return RedirectResponse(factor_address(found.factor), HTTPStatus.SEE_OTHER)


@router.get("/evidence/factors/{name:path}")
async def factor(request: Request, name: str) -> Response:
    """Show a factor."""
    vocabulary = FactorVocabulary.load()
    name = name[:200]
    if vocabulary.kind(name) is None:
        return find_factor(request, name)
    service = service_of(request)
    view = await service.run(_view, service, library_of(request), name)
    return show(request, "factor", factor=name, **view)


def _view(service: Service, library: Library, name: str) -> dict[str, Any]:
    vocabulary = FactorVocabulary.load()
    row = vocabulary.index.factors.get(name, {})
    known = [r for r in rows("roles", "knowledge") if r["factor"] == name]
    effects = service.model.effects
    return {
        "label": vocabulary.label(name),
        "kind": (vocabulary.kind(name) or "").replace("_", " "),
        "family": vocabulary.family(name) or "",
        "accession": vocabulary.accession(name) or "",
        "synonyms": split_cell(row.get("synonyms", ""))[:_SYNONYMS],
        "roles": [_role(r) for r in sorted(known, key=lambda r: (r["effect"] not in effects, r["effect"]))],
        "weights": weights(service.model, name),
        "studies": _studies(library.terms.studies(name)),
        "used": name in service.model.important_factors,
    }


def weights(model: Model, factor: str) -> list[dict[str, Any]]:
    """Return what stating a factor at each level does to the score of a plain preparation.

    Parameters
    ----------
    model : Model
        What scores it.
    factor : str
        Identifier of the factor.

    Returns
    -------
    list of dict
        Per effect, `levels`: words, score against "not measured", and a bar from a common zero.
    """
    import pandas as pd

    from secretome_ml.profiles.profiles import make_profiles

    states = [state for state, _ in LEVELS if state]
    context = pd.DataFrame([PLAIN] * (len(states) + 1), index=["none", *states])
    stated = [{"sample": s, "name": factor, "factor": factor, "state": s} for s in states]
    scores = model.score(make_profiles(context, factors=stated))
    wide = scores.pivot(index="sample", columns="effect", values="score")
    found = []
    for effect in model.effects:
        moved = [float(wide.at[s, effect] - wide.at["none", effect]) for s in states]
        found.append((effect, moved))
    bars = iter(diverging([m for _, moved in found for m in moved]))
    return [
        {
            "effect": effect_label(effect),
            "levels": [
                {
                    "words": dict(LEVELS)[s],
                    "number": signed(m),
                    "side": "up" if m > 0 else "down",
                    "bar": next(bars),
                }
                for s, m in zip(states, moved, strict=True)
            ],
        }
        for effect, moved in found
    ]


def _role(row: dict[str, str]) -> dict[str, str]:
    return {
        "effect": effect_label(row["effect"]),
        "role": row["role"],
        "strength": _STRENGTHS.get(row["strength"].partition(".")[0], row["strength"]),
        "source": row["source"],
        "evidence": row["evidence"],
        "note": row["note"],
    }


def _studies(found: pd.DataFrame) -> list[dict[str, Any]]:
    """Return one row per study and effect: what the arms state about the factor, and what they found."""
    listed = []
    for row in found.to_dict("records"):
        year = row["year"]
        listed.append(
            {
                "study": row["study"],
                "title": row["title"] or host(str(row["locator"])) or row["study"],
                "year": int(year) if given(year) else "",
                "doi": row["doi"],
                "arm": str(row["arm"]).replace("_", " "),
                "state": level_words(float(row["value"])),
                "effect": effect_label(str(row["effect"])),
                "result": row["result"],
            }
        )
    return listed
