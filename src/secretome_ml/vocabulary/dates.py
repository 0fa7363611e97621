"""Gene names that a spreadsheet turned into dates."""

from __future__ import annotations

import re

_GENES = {
    "mar": ("MARCHF{n}", "MARC{n}"),
    "sep": ("SEPTIN{n}",),
    "dec": ("DELEC{n}", "BHLHE4{m}"),
    "oct": ("POU5F1 (OCT4)", "OCT{n}"),
    "nov": ("CCN3 (NOV)",),
    "apr": ("TNFSF13 (APRIL)", "APR{n}"),
    "feb": ("FEB{n}",),
}
_NUMBERED = {"02": "feb", "03": "mar", "04": "apr", "09": "sep", "10": "oct", "11": "nov", "12": "dec"}
# `Oct-4` is how people write OCT4; a spreadsheet that means October shows `4-Oct`.
_DAY_FIRST = re.compile(
    r"(?P<day>\d{1,2})[-/ ](?P<month>mar|sep|sept|dec|oct|nov|apr|feb)[a-z]{0,6}", re.IGNORECASE
)
_MONTH_FIRST = re.compile(r"(?P<month>mar|sep|dec)[-/ ](?P<day>\d{1,2})", re.IGNORECASE)
_ISO = re.compile(r"\d{4}-(?P<month>\d{2})-(?P<day>\d{2})(?:[ T]00:00:00)?")


def genes_behind_date(name: str) -> tuple[str, ...]:
    """Return the genes that a spreadsheet may have turned into this date; empty when it is no such date.

    Examples
    --------
    >>> genes_behind_date("2-Sep"), genes_behind_date("Mar-01"), genes_behind_date("IL-6")
    (('SEPTIN2',), ('MARCHF1', 'MARC1'), ())
    """
    text = name.strip()
    found = _DAY_FIRST.fullmatch(text) or _MONTH_FIRST.fullmatch(text) or _ISO.fullmatch(text)
    if found is None:
        return ()
    month = found["month"].lower()
    month = _NUMBERED.get(month, "") if month.isdigit() else month[:3]
    number = int(found["day"])
    return tuple(gene.format(n=number, m=number - 1) for gene in _GENES.get(month, ()))
