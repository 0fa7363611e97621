"""Writing to disk: whole or not at all, and cells that a spreadsheet does not run."""

from secretome_ml.core.files.cells import csv_text, read_cell, safe_cell
from secretome_ml.core.files.held import HeldFolder, read_steadily
from secretome_ml.core.files.leftovers import aside, left_behind, recover, scratch_folder, sweep
from secretome_ml.core.files.locks import only_one
from secretome_ml.core.files.tables import check_suffix, table_aside, tables_aside, write_table, write_tables
from secretome_ml.core.files.whole import refuse_foreign, replace_folder, sha256, write_file

__all__ = [
    "HeldFolder",
    "aside",
    "check_suffix",
    "csv_text",
    "left_behind",
    "only_one",
    "read_cell",
    "read_steadily",
    "recover",
    "refuse_foreign",
    "replace_folder",
    "safe_cell",
    "scratch_folder",
    "sha256",
    "sweep",
    "table_aside",
    "tables_aside",
    "write_file",
    "write_table",
    "write_tables",
]
