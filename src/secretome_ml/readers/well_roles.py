"""What a well holds, from its name: a sample, a blank, a standard, or the kit's own control."""

from __future__ import annotations

import re

from secretome_ml.readers.measurements import Role

_BLANK = re.compile(
    r"b|bk?g\d*|blanks?(?:[-_ ]?\d+)?|background(?:[-_ ]?\d+)?|nc|ntc|no[-_ ]sample|"
    r"empty(?:[-_ ]?\d+)?|buffer(?:[-_ ]?\d+)?|diluent|pbs|neg(?:ative)?[-_ ]?(?:control|ctrl)[-_ ]?\w*",
    re.IGNORECASE,
)
_STANDARD = re.compile(
    r"s\d{0,2}|std[-_ ]?\d*|standards?[-_ ]?\d*|.*[-_ ]standard[-_ ]?\d+|cal(?:ibrator)?[-_ ]?\d*|1/\d+",
    re.IGNORECASE,
)
_KIT_CONTROL = re.compile(
    r"c\d{1,2}|controls?[-_ ]?\d+|qc[-_ ]?\d*|quality[-_ ]?control[-_ ]?\d*|"
    r"(?:inter[-_ ]?)?plate[-_ ]?control\w*|ipc[-_ ]?\w*|control[-_ ]sample\w*(?: \d+)?|"
    r"sample[-_ ]control\w*|pos(?:itive)?[-_ ]?(?:control|ctrl)[-_ ]?\w*",
    re.IGNORECASE,
)


def role_of_well(name: str) -> Role:
    """Return the role that a well's name states in the words of plate software.

    `Control1` is the kit's quality control; the preparation that others are compared with is named by the
    user, by `--control` or in the sample sheet.

    Examples
    --------
    >>> [role_of_well(n) for n in ("Background0", "Standard12", "Control1", "Unknown7", "control medium")]
    ['blank', 'standard', 'quality_control', 'sample', 'sample']
    """
    text = name.strip()
    if _BLANK.fullmatch(text):
        return "blank"
    if _STANDARD.fullmatch(text):
        return "standard"
    return "quality_control" if _KIT_CONTROL.fullmatch(text) else "sample"
