"""Where a workflow's inputs come from: evidence by path, models by folder or MLflow address."""

from __future__ import annotations

import logging
from pathlib import Path

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.evidence import Evidence, load_evidence, read_records
from secretome_ml.model import Model, load_model, model_from_bundle

log = logging.getLogger(__name__)


def open_evidence(path: Path | None) -> Evidence:
    """Return the evidence of a folder of tables or a file of records; default: the shipped corpus."""
    if path is None or path.is_dir():
        evidence = load_evidence(path)
        where = path or "the shipped corpus"
        log.debug("evidence of %s: %d studies, digest %s", where, len(evidence.studies), evidence.digest[:12])
        return evidence
    if not path.exists():
        raise InputRefused(
            [Problem(str(path), None, None, "There is no such file or folder.", "Check the path.")]
        )
    return read_records(path)


def open_model(address: str | None, store: Path) -> Model:
    """Return the model at a bundle folder or an MLflow address; default: the released one."""
    if address is not None and address.startswith(("models:/", "runs:/")):
        from secretome_ml.tracking import fetch_model

        model = model_from_bundle(fetch_model(address, store))
    else:
        model = load_model(address)
    where = address or "the released bundle, because no --model was given"
    log.debug("model %s of %s, digest %s", model.estimator.name, where, model.digest)
    return model


def local_store() -> Path:
    """Return the folder of the local MLflow store: `experiments` under the folder that the user stands in."""
    return Path("experiments").absolute()
