"""Names and numbers as a reader sees them: one word for one thing in figures, page, card and terminal."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable
from urllib.parse import quote

from secretome_ml.trust.verdict import LESS, MORE, NOT_JUDGED, USUAL
from secretome_ml.vocabulary import Terms

_MODELS = {
    "xgboost": "XGBoost",
    "logistic": "penalised logistic",
    "informed": "informed logistic",
    "prevalence": "prevalence",
    "cell_source_only": "cell source only",
    "known_factor_list": "known factor list",
}
_KINDS = {
    "blend": "the mean of a logistic model informed by known roles and of gradient-boosted trees",
    "informed": "a logistic model drawn to what is known of factors and conditions",
    "logistic": "a penalised logistic model",
    "xgboost": "gradient-boosted trees",
}
_METRICS = {
    "auroc": "AUROC",
    "average_precision_rarer": "average precision, rarer class",
    "log_loss": "log loss",
    "brier": "Brier score",
    "concordance": "concordance of arms",
}
# Each verdict with its mark and how it is coloured, the best first.
VERDICT_MARKS = {
    MORE: ("▲", "more"),
    USUAL: ("◆", "between"),
    LESS: ("▼", "less"),
    NOT_JUDGED: ("–", "none"),
}
_MINUS = "\u2212"


def effect_label(effect: str) -> str:
    """Return an effect as the vocabulary writes it.

    Examples
    --------
    >>> effect_label("anti_fibrotic"), effect_label("all")
    ('anti-fibrotic', 'all effects')
    """
    terms = Terms()
    if effect in terms.ids("effect"):
        return terms.label("effect", effect)
    return "all effects" if effect == "all" else effect.replace("_", " ")


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


def factor_address(factor: str) -> str:
    """Return the address of a factor's page.

    Examples
    --------
    >>> factor_address("20S proteasome")
    '/evidence/factors/20S%20proteasome'
    """
    return f"/evidence/factors/{quote(factor, safe='')}"


def model_label(model: str) -> str:
    """Return a model's name as words."""
    return _MODELS.get(model, model.replace("_", " "))


def model_kind(model: str) -> str:
    """Return what a model is, in words; nothing for one that is not described.

    Examples
    --------
    >>> model_kind("xgboost")
    'gradient-boosted trees'
    """
    return _KINDS.get(model, "")


def metric_label(metric: str) -> str:
    """Return a metric's name as words."""
    return _METRICS.get(metric, metric.replace("_", " "))


def drivers_label(drivers: str, most: int = 3) -> str:
    """Return the strongest of some drivers, as the table of scores writes them, for a reader.

    Examples
    --------
    >>> drivers_label("VEGFA (elevated) +0.41; cell source: adipose tissue -0.10")
    'VEGFA (elevated) +0.41; cell source: adipose tissue −0.10'
    """
    parts = []
    for driver in list(filter(None, drivers.split("; ")))[:most]:
        term, _, number = driver.rpartition(" ")
        parts.append(f"{clean(term)} {number.replace('-', _MINUS)}" if term else clean(driver))
    return "; ".join(parts)


def signed(value: float, decimals: int = 2) -> str:
    """Return a number with its sign, as a contribution is written.

    Examples
    --------
    >>> signed(0.414), signed(-0.1), signed(-0.001)
    ('+0.41', '−0.10', '0.00')
    """
    text = f"{value:+.{decimals}f}"
    return text[1:] if float(text) == 0 else text.replace("-", _MINUS)


def decimal(value: float, decimals: int = 2) -> str:
    """Return a number with fixed decimals; a missing one is a dash."""
    return "–" if math.isnan(value) else f"{value:.{decimals}f}".replace("-", _MINUS)


def between(value: float, low: float, high: float, write: Callable[[float], str] = decimal) -> str:
    """Return a number with its interval; where none could be given, that is said.

    Examples
    --------
    >>> between(0.5, 0.4, 0.625), between(0.5, 0.4, 0.7, signed)
    ('0.50 (0.40 to 0.62)', '+0.50 (+0.40 to +0.70)')
    """
    if math.isnan(low) or math.isnan(high):
        return f"{write(value)} (no interval)"
    return f"{write(value)} ({write(low)} to {write(high)})"


def plain(value: float) -> str:
    """Return a number in up to three digits."""
    return f"{value:.3g}".replace("-", _MINUS)


def clean(text: str) -> str:
    """Return text on one line, without control characters and marks that turn the reading direction."""
    kept = "".join(
        "\ufffd" if unicodedata.category(c) in ("Cc", "Cs") and not c.isspace() else c for c in text
    )
    return " ".join("".join(c for c in kept if unicodedata.category(c) != "Cf").split())


def shorten(text: str, most: int) -> str:
    """Return text with at most `most` characters; the middle makes way, since both ends tell names apart.

    Examples
    --------
    >>> shorten("cell source: umbilical cord", 20)
    'cell sourc…ical cord'
    """
    text = clean(text)
    if len(text) <= most:
        return text
    tail = (most - 1) // 2
    return f"{text[: most - 1 - tail].rstrip()}…{text[len(text) - tail :].lstrip()}"
