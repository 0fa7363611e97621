"""Names of samples: what is left of a column header or a file path."""

from __future__ import annotations

import re
from collections.abc import Sequence

_EXTENSIONS = re.compile(
    r"(?:\.(?:raw|d|wiff2?|scan|mzml|mzxml|mgf|htrms|dia|apl|tdf|quant|gz|zip|xz))+$", re.IGNORECASE
)
_DECORATION = re.compile(
    r"^(?:LFQ intensity|iBAQ|Intensity|Abundances? \((?:normalized|grouped|scaled)\):|Abundance:)\s+|"
    r"\s+(?:MaxLFQ(?: \w+)?|Razor|Total|Unique)? ?(?:Intensity|Spectral Count)$|\.PG\.\w+$",
    re.IGNORECASE,
)
_NUMBERING = re.compile(r"^\[\d+\]\s*")
_LONGEST = 200


def clean_name(raw: str) -> str:
    r"""Return a header or path without folders, vendor extensions and quantity words.

    Examples
    --------
    >>> clean_name("R:\\\\runs\\\\62_Slot1.d"), clean_name("/d/a.mzML.gz"), clean_name("G MaxLFQ Intensity")
    ('62_Slot1', 'a', 'G')
    """
    text = _DECORATION.sub("", _NUMBERING.sub("", raw.strip()[: _LONGEST * 5]))
    text = re.split(r"[\\/]", text.removeprefix("file://").rstrip("\\/"))[-1]
    return (_EXTENSIONS.sub("", text).strip() or raw.strip())[:_LONGEST]


def short_names(raw: Sequence[str]) -> list[str]:
    """Return the cleaned names, or the raw ones where two would become the same.

    Examples
    --------
    >>> short_names(["a/x.raw", "b/x.raw", "b/y.raw"])
    ['a/x.raw', 'b/x.raw', 'y']
    """
    cleaned = [clean_name(name) for name in raw]
    return [c if cleaned.count(c) == 1 else r for c, r in zip(cleaned, raw, strict=True)]


def match_key(name: str) -> str:
    """Return the form in which two spellings of a sample name meet: letters and digits, lower case.

    Examples
    --------
    >>> match_key("GF-c 1") == match_key("gf_c_1.raw")
    True
    """
    return re.sub(r"[\W_]+", " ", clean_name(name).casefold()).strip()
