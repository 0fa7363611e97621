"""Where a workflow's inputs come from: evidence by path, models by folder or MLflow address."""

from __future__ import annotations

from pathlib import Path

from secretome_ml.errors import InputRefused, Problem
from secretome_ml.evidence import Evidence, load_evidence, read_records
from secretome_ml.model import Model, load_model


def open_evidence(path: Path | None) -> Evidence:
    """Return the evidence of a folder of tables or a file of records; default: the shipped corpus."""
    if path is None or path.is_dir():
        return load_evidence(path)
    if not path.exists():
        raise InputRefused(
            [Problem(str(path), None, None, "There is no such file or folder.", "Check the path.")]
        )
    return read_records(path)


def open_model(address: str | None, store: Path) -> Model:
    """Return the model at a bundle folder or an MLflow address; default: the released one."""
    if address is not None and address.startswith(("models:/", "runs:/")):
        from secretome_ml.tracking import fetch_model

        return load_model(fetch_model(address, store))
    return load_model(address)


def local_store() -> Path:
    """Return the folder of the local MLflow store: `experiments` under the folder that the user stands in."""
    return Path("experiments").absolute()
