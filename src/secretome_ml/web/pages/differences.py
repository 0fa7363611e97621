"""Two samples side by side: their scores, and which terms make the difference."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from secretome_ml.report.bars import address_of, diverging
from secretome_ml.report.words import between, clean, percent, signed

if TYPE_CHECKING:
    import pandas as pd

    from secretome_ml.model import Model
    from secretome_ml.profiles import Profiles

_MOST = 8
_LEAST = 0.005
_A, _B = "a", "b"
_SCORED = ("score", "probability", "probability_low", "probability_high", "in_domain", "domain_reason")


@dataclass(frozen=True)
class Moved:
    """One term that makes a difference: what each side states, and a bar from a common zero.

    `part` names what it comes from where the row before comes from something else.
    """

    part: str
    term: str
    href: str
    first: str
    second: str
    number: str
    interval: str
    side: str
    start: float
    end: float


@dataclass(frozen=True)
class Difference:
    """What two samples differ in, for one effect.

    Parameters
    ----------
    effect : str
        The effect.
    first, second : dict
        Score, probability with its interval, and domain of each.
    number, interval : str
        Score of the second minus that of the first, and its interval over resampled studies.
    trust : str
        How often held-out comparisons with a difference of this size were ordered rightly.
    terms : list of Moved
        The terms that make most of the difference.
    rest : int
        Terms with a smaller share.
    """

    effect: str
    first: dict[str, Any]
    second: dict[str, Any]
    number: str
    interval: str
    trust: str
    terms: list[Moved]
    rest: int


def differences(model: Model, first: Profiles, second: Profiles) -> list[Difference]:
    """Return, per effect, what moves the score from the first sample to the second.

    Parameters
    ----------
    model : Model
        What scores them.
    first, second : Profiles
        One sample each; their names may be the same.
    """
    from secretome_ml.workflows.compare import compare

    found = compare(model, named(first, _A), named(second, _B))
    moved = found.terms
    rows: list[dict[str, Any]] = found.scores.to_dict("records")
    told = []
    for row in rows:
        parts = moved[(moved["effect"] == row["effect"]) & (moved["difference"].abs() >= _LEAST)]
        told.append(
            Difference(
                str(row["effect"]),
                {name: row[f"{name}_{_A}"] for name in _SCORED},
                {name: row[f"{name}_{_B}"] for name in _SCORED},
                signed(float(row["difference"])),
                _interval(row),
                _trust(row),
                _terms(parts.loc[_largest(parts)]),
                max(0, len(parts) - _MOST),
            )
        )
    return told


def named(profile: Profiles, name: str) -> Profiles:
    """Return a profile of one sample under another name."""
    tables = ("preconditioning", "manipulations", "factors", "unknown")
    renamed = {t: getattr(profile, t).assign(sample=name).astype({"sample": "string"}) for t in tables}
    context = profile.context.copy()
    context.index = context.index.map(lambda _: name).rename("sample")
    return replace(profile, context=context, **renamed)


def _interval(row: Any) -> str:
    """Return the interval alone, as `+0.12 to +0.40`; empty where none could be given."""
    low, high = float(row["difference_low"]), float(row["difference_high"])
    return f"{signed(low)} to {signed(high)}" if low == low and high == high else ""


def _trust(row: dict[str, Any]) -> str:
    """Return how far a difference of this size can be trusted, in words."""
    right, pairs = float(row["right"]), row["right_pairs"]
    if right != right or not pairs or row["difference"] == 0:
        return ""
    shares = between(right, float(row["right_low"]), float(row["right_high"]), percent)
    return (
        f"{shares} of {int(pairs)} held-out comparisons with a difference of this size were ordered rightly."
    )


def _largest(parts: pd.DataFrame) -> pd.Index:
    """Return the rows of the largest differences, in the order in which they stand."""
    largest = parts["difference"].abs().nlargest(_MOST).index
    return parts.index[parts.index.isin(largest)]


def _terms(parts: pd.DataFrame) -> list[Moved]:
    bars = diverging([float(d) for d in parts["difference"]])
    named = parts["part"].where(parts["part"].ne(parts["part"].shift()), "")
    return [
        Moved(
            part,
            clean(str(row["term"])),
            address_of(str(row["term"])) if row["kind"] == "factor" else "",
            str(row["state_a"]),
            str(row["state_b"]),
            signed(float(row["difference"])),
            _interval(row),
            "up" if row["difference"] > 0 else "down",
            *bar,
        )
        for part, row, bar in zip(named, parts.to_dict("records"), bars, strict=True)
    ]
