"""Whether a table that has to be read as a whole fits into memory."""

from __future__ import annotations

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.readers.opening import free_memory
from secretome_ml.stream.source import TableSource

_A_CELL, _TEXT_A_CELL = 1000, 6  # bytes: what reading a cell as a whole takes, and a cell of a CSV


def require_room(source: TableSource, why: InputRefused) -> None:
    """Refuse a table that cannot be read row by row and does not fit, before memory runs out.

    Parameters
    ----------
    source : TableSource
        The file.
    why : InputRefused
        Why it has to be read as a whole.

    Raises
    ------
    InputRefused
        With what it needs, what there is, and why it is not streamed.
    """
    free = free_memory()
    if source.rows is not None:
        cells = source.rows * len(source.columns)
    else:
        cells = source.path.stat().st_size // _TEXT_A_CELL
    needed = cells * _A_CELL
    if free is None or needed <= free:
        return
    what = (
        f"The table cannot be read row by row, and as a whole it takes about "
        f"{needed / 1e9:.1f} GB of memory; {free / 1e9:.1f} GB are free."
    )
    remedy = f"Give it in {-(-needed // max(free // 2, 1))} parts or more; or mend what stands against it."
    raise InputRefused([Problem(source.name, None, None, what, remedy), *why.problems])
