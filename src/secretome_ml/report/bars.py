"""Where the bars of a page begin and end, as shares of their width; the templates draw them as SVG."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from secretome_ml.report.figures.waterfall import ALL_OTHERS, waterfall_steps
from secretome_ml.report.words import clean, decimal, factor_address, signed
from secretome_ml.vocabulary import FactorVocabulary

if TYPE_CHECKING:
    import pandas as pd

_MARGIN = 0.05


@dataclass(frozen=True)
class Step:
    """One row of a waterfall.

    Parameters
    ----------
    term, words, number, interval : str
        The term, what the sample states about it, what it contributes, and the interval of that over refits
        on resampled studies, where there is one.
    href : str
        Page about the term, or empty.
    side : {"up", "down", "still"}
        Whether it raises or lowers the score; `still` for the base value and the score.
    start, end, low, high : float
        Where its bar begins and ends, and between what its end lies, from 0 to 1.
    stable : bool
        Whether its sign holds over refits; else the bar is drawn open.
    """

    term: str
    words: str
    number: str
    interval: str
    href: str
    side: str
    start: float
    end: float
    low: float
    high: float
    stable: bool = True


def waterfall(terms: pd.DataFrame, most: int = 9, linked: bool = True) -> list[Step]:
    """Return the rows from the base value over the strongest terms to the score.

    Parameters
    ----------
    terms : pandas.DataFrame
        Contributions of one sample to one effect.
    most : int
        Terms with a row of their own; the others share one.
    linked : bool
        Whether a factor leads to its page.
    """
    steps = waterfall_steps(terms, most)
    reach = [
        *steps["end"],
        *(steps["start"] + steps["low"]).dropna(),
        *(steps["start"] + steps["high"]).dropna(),
    ]
    place = _scale([float(end) for end in reach])
    last = len(steps) - 1
    kinds = dict(zip(terms["term"], terms["kind"], strict=True))
    rows = []
    for i, step in enumerate(steps.to_dict("records")):
        whole = i in (0, last)
        given, start, end, low, high = (
            float(step[c]) for c in ("contribution", "start", "end", "low", "high")
        )
        bounded = low == low and high == high
        term = str(step["term"])
        rows.append(
            Step(
                clean(term) if term != ALL_OTHERS else ALL_OTHERS,
                str(step["words"]),
                decimal(end) if whole else signed(given),
                f"{signed(low)} to {signed(high)}" if bounded else "",
                address_of(term) if linked and kinds.get(term) == "factor" else "",
                "still" if whole else "up" if given > 0 else "down",
                place(end) if whole else place(start),
                place(end),
                place(start + low) if bounded else place(end),
                place(start + high) if bounded else place(end),
                bool(step["stable"]),
            )
        )
    return rows


def diverging(values: Sequence[float]) -> list[tuple[float, float]]:
    """Return begin and end of bars from a common zero in the middle.

    Examples
    --------
    >>> diverging([1.0, -0.5])
    [(0.5, 1.0), (0.25, 0.5)]
    """
    widest = max((abs(v) for v in values), default=0.0) or 1.0
    shares = [0.5 * v / widest for v in values]
    return [(0.5 + min(s, 0.0), 0.5 + max(s, 0.0)) for s in shares]


def address_of(term: str) -> str:
    """Return the address of a factor's page, or nothing for what is no factor.

    Examples
    --------
    >>> address_of("VEGFA"), address_of("cell source: adipose tissue")
    ('/evidence/factors/VEGFA', '')
    """
    return factor_address(term) if FactorVocabulary.load().kind(term) is not None else ""


@dataclass(frozen=True)
class Gain:
    """A predicted gain with its interval, along an axis that all changes share; `zero` is where it starts."""

    value: float
    low: float
    high: float
    zero: float


@dataclass(frozen=True)
class Dot:
    """One change among two effects: its rank, and its place from the lower left corner."""

    rank: int
    name: str
    across: float
    up: float
    clear: bool


def gain_bars(shown: pd.DataFrame) -> dict[Any, Gain]:
    """Return, per row of ranked changes, its gain and interval on the axis that all rows share."""
    numbers = shown[["gain", "low", "high"]].astype(float)
    # Where no interval could be given, the bar is the gain alone.
    whole = {end: numbers[end].fillna(numbers["gain"]) for end in ("low", "high")}
    numbers = numbers.assign(**whole)
    place = _scale([0.0, *numbers.to_numpy().ravel().tolist()])
    rows = zip(numbers.index, numbers.to_numpy().tolist(), strict=True)
    return {
        index: Gain(place(gain), place(low), place(high), place(0.0)) for index, (gain, low, high) in rows
    }


def dots(shown: pd.DataFrame, across: str, up: str) -> list[Dot]:
    """Return every change as a dot: its gain for one effect across, for another upwards."""
    wide = shown.pivot(index="change", columns="effect", values="gain")
    order = list(dict.fromkeys(shown["change"]))
    wide = wide.loc[order]
    first, second = (_scale([0.0, *wide[e].astype(float)]) for e in (across, up))
    front = shown.drop_duplicates("change").set_index("change")["front"]
    return [
        Dot(i, str(c), first(float(wide.at[c, across])), second(float(wide.at[c, up])), int(front[c]) == 1)
        for i, c in enumerate(order, start=1)
    ]


def _scale(ends: Sequence[float]) -> Callable[[float], float]:
    """Return a function from scores to shares of the width, with a margin on either side."""
    low = min(ends)
    span = (max(ends) - low) or 1.0
    return lambda value: _MARGIN + (1 - 2 * _MARGIN) * (value - low) / span
