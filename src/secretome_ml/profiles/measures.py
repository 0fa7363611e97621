"""Numbers with their units in a text about a treatment: oxygen, time and dose, each taken out once."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, fields

ATMOSPHERE_KPA, ATMOSPHERE_MMHG = 101.325, 760.0
NORMOXIA = 18.6
"""From so much oxygen (in %) on a culture is no hypoxia: a humid incubator holds 18.6 %, dry air 21 %."""
_HIGHEST_O2, _LONGEST_HOURS = 21.0, 10000.0

_NUMBER = r"(?<![\w.,])(?P<number>\d+(?:[.,]\d+)*)"
_PER = r"(?:m?[lL]|d[lL]|cm\^?[23]|m\^?2|kg|well|dish|flask|plate|cells?|10\^?\d\s*cells|mm|cm|day|d|h)"
_AMOUNT = (
    r"(?:[pnumk]?g|[pnum]?mol|[pnum]?M|k?I?U|units?|cells?|particles?|vesicles?|EVs?|ppm|m?V|[mu]?A|"
    r"[mk]?J|[mk]?W|[mk]?Pa|mmHg|dyn(?:es?)?|Gy|MOI|rpm|x|°C|°)"
)
_UNIT = rf"(?:{_AMOUNT}(?:\s*(?:/|per)\s*{_PER}|\s*{_PER}-1)?)"
_O2 = r"(?:O2|oxygen)"
_AIR = re.compile(
    rf"{_NUMBER}\s*%\s*(?P<gas>CO2|N2|nitrogen|carbon dioxide)\b|\b37\s*°?\s*C\b|\bbalanced? (?:with )?N2\b",
    re.I,
)
# Of an apparatus: understood, and no dose.
_SETTING = re.compile(rf"{_NUMBER}\s*(?:nm|[kM]?Hz)(?![\w/])")
_OXYGEN_AFTER = re.compile(
    rf"{_NUMBER}\s*(?P<unit>%|kPa|mmHg|torr|mbar|hPa|ppm|)\s*(?:\(?v/v\)?\s*)?(?:of\s+)?p?{_O2}(?!\w)", re.I
)
_OXYGEN_BEFORE = re.compile(
    rf"(?<!\w)(?:p|Fi)?{_O2}\s*(?:tension|concentration|levels?|pressure)?\s*(?:of|at|is|=|:)?\s*"
    rf"(?P<number>\d+(?:[.,]\d+)*)\s*(?P<unit>%|kPa|mmHg|torr|mbar|hPa|)(?!\w)",
    re.I,
)
_PRESSURE = re.compile(rf"{_NUMBER}\s*(?P<unit>kPa|mmHg|torr|mbar|hPa)(?!\w)", re.I)
_PERCENT = re.compile(rf"{_NUMBER}\s*%(?:\s*\(?(?:v/v|w/v|vol)\)?)?")
_TIME = re.compile(
    rf"(?:(?:for|over|during|x)\s+)?{_NUMBER}[\s-]*(?P<unit>h|hrs?|hours?|(?-i:d)|days?|min|mins|minutes?|wks?|weeks?)(?![\w/])",
    re.I,
)
_DOSE = re.compile(rf"(?:(?:at|of)\s+)?{_NUMBER}\s*(?P<unit>{_UNIT}|%)(?![\w/])")
_RANGE = re.compile(r"\d\s*(?:-|to|±|\+/-)\s*\d+(?:[.,]\d+)?\s*(?:%|[a-zA-Z°])")
_HOURS = {"h": 1.0, "d": 24.0, "m": 1 / 60, "w": 168.0}
_KPA = {
    "kpa": 1.0,
    "mmhg": ATMOSPHERE_KPA / ATMOSPHERE_MMHG,
    "torr": ATMOSPHERE_KPA / ATMOSPHERE_MMHG,
    "mbar": 0.1,
    "hpa": 0.1,
}
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—−﹣"), "-") | {ord("μ"): "u", ord("µ"): "u"}


@dataclass
class Measures:
    """Oxygen in percent, hours, and a dose with its unit; None where not stated."""

    o2_percent: float | None = None
    hours: float | None = None
    dose: float | None = None
    unit: str | None = None

    def __bool__(self) -> bool:
        return any(getattr(self, f.name) is not None for f in fields(self))

    def add(self, **stated: float | str | None) -> None:
        """Add what is stated; a second, different value never overwrites the first.

        Raises
        ------
        ValueError
            Naming both.
        """
        words = {"o2_percent": "oxygen in %", "hours": "hours", "dose": "dose", "unit": "unit"}
        for name, value in stated.items():
            own = getattr(self, name)
            if value is not None and own is not None and own != value:
                said = [v if isinstance(v, str) else f"{v:g}" for v in (own, value)]
                raise ValueError(f"two values of {words[name]} are stated, {said[0]} and {said[1]}")
            if value is not None:
                setattr(self, name, value)

    def fill(self, other: Measures) -> None:
        """Take over what only the other states."""
        for f in fields(self):
            if getattr(self, f.name) is None:
                setattr(self, f.name, getattr(other, f.name))


def plain_text(text: str) -> str:
    """Return a text with one kind of hyphen, of digit and of micro sign, and single spaces.

    Examples
    --------
    >>> plain_text("1 %  O₂, 5 µM"), plain_text("hypoxia_1%_48h")
    ('1 % O2, 5 uM', 'hypoxia 1% 48h')
    """
    plain = " ".join(unicodedata.normalize("NFKC", text).translate(_DASHES).split())
    plain = re.sub(r"(?<=\d)\s*(?:per ?cent|pct)\b", "%", plain, flags=re.IGNORECASE)
    # `hypoxia_1%_48h`, as names of samples are written; `@` and `~` say nothing.
    return " ".join(re.sub(r"_(?=\d)|(?<=[\d%])_|(?<![\w/])@|~(?=\s*\d)", " ", plain).split())


def take_measures(text: str, hypoxic: bool = False) -> tuple[Measures, str]:
    """Return what a text states in numbers, and the text without them.

    Parameters
    ----------
    text : str
        As `plain_text` gives it.
    hypoxic : bool
        Whether a bare percentage or pressure is one of oxygen.

    Raises
    ------
    ValueError
        If a number is a range, stands twice, lies outside what can be, or cannot be told apart.

    Examples
    --------
    >>> take_measures("IFN-g 50 ng/ml for 24 h")
    (Measures(o2_percent=None, hours=24.0, dose=50.0, unit='ng/ml'), 'IFN-g')
    >>> take_measures("hypoxia 7.6 mmHg", hypoxic=True)[0].o2_percent
    1.0
    """
    if _RANGE.search(text):
        raise ValueError(f"'{text}' holds a range; give one number")
    found = Measures()

    def oxygen(match: re.Match[str]) -> str:
        found.add(o2_percent=oxygen_percent(match["number"], match["unit"]))
        return " "

    def share(match: re.Match[str]) -> str:
        found.add(o2_percent=oxygen_percent(match["number"], "%"))
        return " "

    def time(match: re.Match[str]) -> str:
        found.add(hours=hours_of(match["number"], match["unit"]))
        return " "

    def dose(match: re.Match[str]) -> str:
        found.add(dose=number_of(match["number"]), unit=" ".join(match["unit"].split()))
        return " "

    rest = _SETTING.sub(" ", _AIR.sub(_of_air, text))
    rest = _OXYGEN_AFTER.sub(oxygen, rest)
    rest = _OXYGEN_BEFORE.sub(oxygen, rest)
    if hypoxic:
        rest = _PERCENT.sub(share, _PRESSURE.sub(oxygen, rest))
    rest = _DOSE.sub(dose, _TIME.sub(time, rest))
    return found, re.sub(r"^- | -$", "", " ".join(rest.split())).strip(" ,;:")


def number_of(text: str) -> float:
    """Return a number with a decimal point or comma, or thousands marks.

    Raises
    ------
    ValueError
        If a comma could be either.

    Examples
    --------
    >>> number_of("0,5"), number_of("1,000"), number_of("2.5")
    (0.5, 1000.0, 2.5)
    """
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return float(text)
    if re.fullmatch(r"0,\d+|\d+,\d", text):
        return float(text.replace(",", "."))
    if re.fullmatch(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?", text):
        return float(text.replace(",", ""))
    raise ValueError(f"'{text}' can be read in two ways; write decimals with a point")


def hours_of(number: str, unit: str) -> float:
    """Return hours from a number and a unit of time."""
    hours = number_of(number) * _HOURS[unit[0].lower()]
    if hours > _LONGEST_HOURS:
        raise ValueError(f"{hours:g} lies outside 0 to {_LONGEST_HOURS:g} (hours)")
    return hours


def oxygen_percent(number: str, unit: str = "") -> float:
    """Return oxygen in percent from a percentage or a partial pressure.

    Raises
    ------
    ValueError
        If a number below 1 has no unit, which may be a fraction; or beyond room air.

    Examples
    --------
    >>> round(oxygen_percent("1", "kPa"), 3), oxygen_percent("5", "%")
    (0.987, 5.0)
    """
    value, unit = number_of(number), unit.strip().casefold()
    if not unit and 0 < value < 1:
        raise ValueError(f"oxygen '{number}' may be a fraction of one; write {100 * value:g}% or {value:g}%")
    if unit == "ppm":
        value /= 1e4
    if unit in _KPA:
        value = 100 * value * _KPA[unit] / ATMOSPHERE_KPA
    if not 0 <= value <= _HIGHEST_O2:
        raise ValueError(f"{value:g} lies outside 0 to {_HIGHEST_O2:g} (oxygen in %)")
    return value


def _of_air(match: re.Match[str]) -> str:
    """Pass over the usual air and warmth of an incubator; refuse others."""
    if (
        match["gas"]
        and match["gas"].casefold() in ("co2", "carbon dioxide")
        and not 3 <= number_of(match["number"]) <= 10
    ):
        raise ValueError(f"'{match[0]}' is no usual culture and cannot be told to the model")
    return " "
