"""The models: which bundles there are, how good each is, its card, and its runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import Response

from secretome_ml.core.paths import models_dir
from secretome_ml.report.words import between, decimal, effect_label, model_label
from secretome_ml.web.pages.rendering import show
from secretome_ml.web.refusals import Refused
from secretome_ml.web.service import Service, service_of

if TYPE_CHECKING:
    from secretome_ml.model import Model

router = APIRouter()
SERVED = "served"
_BASELINES = ("known_factor_list", "cell_source_only", "prevalence")
_JUDGED_BY = "concordance"


@router.get("/models")
async def models(request: Request) -> Response:
    """List the bundles."""
    service = service_of(request)
    return show(request, "models", **await service.run(_listed, service))


@router.get("/models/runs")
async def runs(request: Request, bundle: str = "") -> Response:
    """List the runs that MLflow keeps, of one bundle or of all."""
    service = service_of(request)
    found = await service.run(_runs, service, bundle[:64])
    return show(request, "runs", bundle=bundle[:64], url=service.settings.mlflow_url or "", **found)


@router.get("/models/{name}")
async def model(request: Request, name: str) -> Response:
    """Show one bundle."""
    service = service_of(request)
    return show(request, "model", name=name, **await service.run(_shown, service, name))


def _listed(service: Service) -> dict[str, Any]:
    from secretome_ml.core.errors import BundleRefused
    from secretome_ml.model import load_model

    found = []
    for folder in _folders(service):
        try:
            loaded = load_model(folder)
        except BundleRefused:
            found.append(
                {"name": folder.name, "problem": "It is damaged or of another version.", "digest": ""}
            )
            continue
        found.append(_row(folder.name, loaded, loaded.digest == service.model.digest))
    if not any(row.get("served") for row in found):
        found.insert(0, _row(SERVED, service.model, True))
    return {"bundles": found}


def _row(name: str, loaded: Model, served: bool) -> dict[str, Any]:
    return {
        "name": name,
        "problem": "",
        "model": model_label(loaded.estimator.name),
        "recipe": loaded.recipe.name,
        "effects": ", ".join(effect_label(e) for e in loaded.effects),
        "studies": len(loaded.studies),
        "digest": loaded.digest[:12],
        "served": served,
    }


def _shown(service: Service, name: str) -> dict[str, Any]:
    from secretome_ml.core.errors import BundleRefused
    from secretome_ml.model import load_model

    folder = next((f for f in _folders(service) if f.name == name), None)
    if folder is None and name != SERVED:
        raise Refused(HTTPStatus.NOT_FOUND, "There is no such model.")
    try:
        found = service.model if folder is None else load_model(folder)
    except BundleRefused:
        raise Refused(HTTPStatus.NOT_FOUND, "This bundle is damaged or of another version.") from None
    return {
        "model": model_label(found.estimator.name),
        "served": found.digest == service.model.digest,
        "digest": found.digest,
        "studies": len(found.studies),
        "evidence": found.evidence_digest,
        "level": f"{100 * found.recipe.level:.0f}\u00a0%",
        "judged": _judged(found),
        "card": card(found.card),
    }


def _folders(service: Service) -> Iterable[Path]:
    """Return the bundle folders; only these names are ever opened."""
    from secretome_ml.bundle import MANIFEST

    places = [models_dir(), *([service.settings.models_folder] if service.settings.models_folder else [])]
    return sorted({f.parent for place in places for f in place.glob(f"*/{MANIFEST}")})


def _judged(found: Model) -> list[dict[str, Any]]:
    """Return, per effect, the concordance of the model and of the baselines, with intervals."""
    order = (found.estimator.name, *_BASELINES)
    rows = [m for m in found.metrics if m["metric"] == _JUDGED_BY and m["model"] in order]
    judged = []
    for effect in dict.fromkeys(str(m["effect"]) for m in rows):
        own = {m["model"]: m for m in rows if m["effect"] == effect}
        judged.append(
            {
                "effect": effect_label(effect),
                "n": int(own[order[0]]["n"]) if order[0] in own else 0,
                "rows": [
                    {
                        "model": model_label(name) if i else f"this model ({model_label(name)})",
                        "own": i == 0,
                        "value": float(own[name]["value"]),
                        "low": float(own[name]["low"]),
                        "high": float(own[name]["high"]),
                        "words": f"{decimal(float(own[name]['value']), 3)} "
                        f"({decimal(float(own[name]['low']), 3)} to {decimal(float(own[name]['high']), 3)})",
                    }
                    for i, name in enumerate(order)
                    if name in own
                ],
            }
        )
    return judged


def card(text: str) -> Markup:
    """Return a model card as HTML: headings one step lower, markup in the text shown as text.

    Examples
    --------
    >>> print(card("# A <b>card</b>"))
    <h2>A &lt;b&gt;card&lt;/b&gt;</h2>
    <BLANKLINE>
    """
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

    reader = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    tokens = reader.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1:]) + 1, 6)}"
        if token.type == "th_open":
            token.attrSet("scope", "col")
        # Alignment comes as a style attribute, which the content security policy forbids.
        token.attrs.pop("style", None)
    framed: list[Token] = []
    heading = ""
    for i, token in enumerate(tokens):
        if token.type == "heading_open":
            heading = tokens[i + 1].content
        if token.type == "table_open":
            framed.append(
                _frame(
                    f'<div class="scroll" tabindex="0" role="region" aria-label="Table: {escape(heading)}">\n'
                )
            )
        framed.append(token)
        if token.type == "table_close":
            framed.append(_frame("</div>\n"))
    return Markup(reader.renderer.render(framed, reader.options, {}))  # noqa: S704 - html is off in the reader


def _frame(markup: str) -> Any:
    from markdown_it.token import Token

    return Token("html_block", "", 0, content=markup)


def _runs(service: Service, bundle: str) -> dict[str, Any]:
    """Return the runs, newest first, and what to say where the store cannot be reached."""
    from secretome_ml.core.errors import TrackingFailed
    from secretome_ml.tracking import list_runs

    try:
        found = list_runs(service.settings.store)
    except TrackingFailed:
        return {"runs": [], "remark": "The MLflow store cannot be reached; why stands in the log."}
    url = (service.settings.mlflow_url or "").rstrip("/")
    rows = [
        {
            "name": run.name or "unnamed",
            "id": run.run_id,
            "href": f"{url}/{run.link}" if url else "",
            "begun": f"{run.started:%Y-%m-%d %H:%M} UTC",
            "status": run.status.lower(),
            "bundle": run.bundle_digest[:12],
            "concordance": _concordance(run.metrics),
        }
        for run in found
        if run.bundle_digest.startswith(bundle)
    ]
    return {"runs": rows, "remark": "" if rows else "MLflow keeps no run here."}


def _concordance(metrics: Mapping[str, float]) -> str:
    names = ("concordance", "concordance.low", "concordance.high")
    if any(name not in metrics for name in names):
        return ""
    value, low, high = (metrics[name] for name in names)
    return between(value, low, high, lambda v: decimal(v, 3))
