"""Templates to answers: one look for all pages, everything escaped."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from secretome_ml.report.words import clean, decimal, effect_label, signed, term_label
from secretome_ml.version import __version__
from secretome_ml.vocabulary import Terms
from secretome_ml.web.service import service_of

_TEMPLATES = Path(__file__).parents[1] / "templates"
_SHORT = 12


def show(
    request: Request,
    template: str,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: object,
) -> HTMLResponse:
    """Return a page.

    Parameters
    ----------
    request : Request
        What is answered; the frame of the page shows which model answers.
    template : str
        Name of the template without its ending.
    status : int
        HTTP status.
    headers : mapping, optional
        Further headers.
    **values
        What the template shows.
    """
    service = service_of(request)
    model = service.model if service.ready else None
    frame = {
        "path": request.url.path,
        "version": __version__,
        "evidence_digest": model.evidence_digest[:_SHORT] if model else "",
        "bundle_digest": model.digest[:_SHORT] if model else "",
    }
    text = _environment().get_template(f"{template}.html.j2").render(frame | values)
    return HTMLResponse(text, status, dict(headers or {}))


def percent(share: float) -> str:
    """Return a share as a percentage, its unit kept beside it; near certainty is not written as certainty.

    Examples
    --------
    >>> [percent(share).split() for share in (0.861, 0.9999, 0.0)]
    [['86', '%'], ['>', '99', '%'], ['0', '%']]
    """
    shown = f"{100 * share:.0f}"
    if shown == "100" and share < 1:
        shown = "> 99"
    elif shown == "0" and share > 0:
        shown = "< 1"
    return f"{shown}\u00a0%"


def effect_words(effect: str) -> str:
    """Return an effect as the vocabulary writes it.

    Examples
    --------
    >>> effect_words("anti_apoptotic"), effect_words("all")
    ('anti-apoptotic', 'all effects')
    """
    terms = Terms()
    return terms.label("effect", effect) if effect in terms.ids("effect") else effect_label(effect)


def factor_address(factor: str) -> str:
    """Return the address of a factor's page.

    Examples
    --------
    >>> factor_address("20S proteasome")
    '/evidence/factors/20S%20proteasome'
    """
    return f"/evidence/factors/{quote(factor, safe='')}"


def at(share: float) -> str:
    """Return a place along a bar, for SVG."""
    return f"{100 * min(max(share, 0.0), 1.0):.2f}%"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "percent": percent,
        "at": at,
        "signed": signed,
        "decimal": decimal,
        "effect": effect_words,
        "term": term_label,
        "clean": clean,
        "factor_address": factor_address,
    }
    return environment
