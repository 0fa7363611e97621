"""SomaScan `.adat`: RFU; what aptamers are stands above the values, what samples are before them."""

from __future__ import annotations

import pandas as pd

from secretome_ml.core.numbers import to_numbers
from secretome_ml.readers.measurements import Measurements, Role, from_matrix
from secretome_ml.readers.opening import refuse
from secretome_ml.readers.source import Source

NAME = "somascan"

_ROLES: dict[str, Role] = {
    "sample": "sample",
    "buffer": "blank",
    "calibrator": "quality_control",
    "qc": "quality_control",
    "control": "quality_control",
}


def recognises(source: Source) -> bool:
    """Say whether the file begins with `^HEADER` and holds `^TABLE_BEGIN`, as ADAT does."""
    return (
        source.kind == "text"
        and source.text.startswith(("^HEADER", "!Checksum"))
        and "^TABLE_BEGIN" in source.text
    )


def read(source: Source) -> Measurements:
    """Read the RFU of human proteins; buffer wells give the limits, calibrators and QC are left out."""
    _, _, table = source.text.partition("^TABLE_BEGIN")
    lines = [line.rstrip("\r").split("\t") for line in table.lstrip("\r\n\t").splitlines() if line.strip()]
    # The first line's leading tabs are gone with the mark of the table; those of the others tell the width.
    block = [line.rstrip("\r").split("\t") for line in table.splitlines()[1:] if line.strip()]
    if len(block) < 3 or not lines:
        raise refuse(source.name, "The table of the ADAT is empty.", "Export it again.")
    skip = next((i for i, cell in enumerate(block[0]) if cell.strip()), 0)
    about: dict[str, list[str]] = {}
    at = 0
    while at < len(block) and not any(cell.strip() for cell in block[at][:skip]):
        about[block[at][skip].strip()] = block[at][skip + 1 :]
        at += 1
    header = [cell.strip() for cell in block[at][:skip]] if at < len(block) else []
    rows = block[at + 1 :]
    if "SampleId" not in header or not {"UniProt", "EntrezGeneSymbol"} & set(about) or not rows:
        raise refuse(
            source.name, "The ADAT lacks SampleId, or UniProt and EntrezGeneSymbol.", "Export it again."
        )
    width = max(len(values) for values in about.values())
    short = [row for row in rows if len(row) < skip + 1 + width]
    if short:
        raise refuse(source.name, f"{len(short)} rows of the ADAT are cut off.", "Copy the file again.")

    def told(name: str) -> pd.Series:
        return pd.Series((about.get(name, []) + [""] * width)[:width], dtype="object").str.strip()

    names = [row[header.index("SampleId")].strip() or f"row {i + 1}" for i, row in enumerate(rows)]
    kinds = [row[header.index("SampleType")].strip() if "SampleType" in header else "Sample" for row in rows]
    unknown = sorted({k for k in kinds if k.casefold() not in _ROLES})
    if unknown:
        what = f"The SampleType '{unknown[0][:60]}' is unknown."
        raise refuse(source.name, what, f"Use one of {', '.join(_ROLES)}.")
    names = _apart(names, kinds)
    twice = sorted({n for n in names if names.count(n) > 1}) if len(set(names)) < len(names) else []
    if twice:
        raise refuse(
            source.name, f"The sample '{twice[0][:60]}' stands twice.", "Give each SampleId one row."
        )
    cells = [cell for row in rows for cell in row[skip + 1 : skip + 1 + width]]
    matrix = to_numbers(pd.Series(cells), coerce=True).to_numpy(dtype=float).reshape(len(rows), width).T
    kind, organism = told("Type").str.casefold(), told("Organism").str.casefold()
    protein = kind.isin(["protein", ""]) & organism.isin(["human", ""]).to_numpy()
    usable = protein.to_numpy(dtype=bool)
    dropped = {"no human protein (control or other aptamer)": int((~usable).sum())} if (~usable).any() else {}
    roles: dict[str, Role] = {n: _ROLES[k.casefold()] for n, k in zip(names, kinds, strict=True)}
    symbols = told("EntrezGeneSymbol")[usable].str.replace(r"[\s|]+", ";", regex=True)
    ids = told("UniProt")[usable].str.replace(r"[\s|,]+", ";", regex=True)
    values = from_matrix(matrix[usable], symbols, ids, names, "RFU")
    batches = (
        {n: row[header.index("PlateId")] for n, row in zip(names, rows, strict=True)}
        if "PlateId" in header
        else {}
    )
    count = sum(r == "sample" for r in roles.values())
    size = f"{int(usable.sum())} aptamers x {count} samples"
    note = f"SomaScan: {size} ({len(roles) - count} buffers, calibrators and QC), in RFU"
    return Measurements(values, "mfi", roles, batches=batches, dropped=dropped, notes=(note,))


def _apart(names: list[str], kinds: list[str]) -> list[str]:
    """Name wells that are no samples by their number, so that none shares the name of a sample."""
    return [
        n if k.casefold() == "sample" else f"{k} {n} {i + 1}"
        for i, (n, k) in enumerate(zip(names, kinds, strict=True))
    ]
