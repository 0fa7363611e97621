"""The tables and figures of one answer, in a folder that is of one run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from secretome_ml.core.files import refuse_foreign, replace_folder

if TYPE_CHECKING:
    import pandas as pd


def write_folder(
    folder: Path, tables: Mapping[str, pd.DataFrame], figures: Mapping[str, bytes]
) -> list[Path]:
    """Write tables and figures by name; a kill leaves the old folder or the new, never files of two runs.

    Raises
    ------
    InputRefused
        If the folder holds a file that no such answer holds: it would be lost.
    OSError
        If the disk is full or the folder cannot be written; what stood there still stands.
    """
    from secretome_ml.workflows.score import table_bytes

    refuse_foreign(folder, *tables, ".pdf", ".svg", ".png")
    files = {**{name: table_bytes(table, Path(name).suffix) for name, table in tables.items()}, **figures}
    replace_folder(folder, files)
    return [folder / name for name in files]
