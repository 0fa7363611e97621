"""Learn from published studies which therapeutic effects a stem-cell secretome has."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from secretome_ml.core.version import __version__

if TYPE_CHECKING:
    from secretome_ml.evidence import load_evidence
    from secretome_ml.model import Model, load_model
    from secretome_ml.readers import read_profiles
    from secretome_ml.recipe import load_recipe
    from secretome_ml.workflows.train import train

__all__ = ["Model", "__version__", "load_evidence", "load_model", "load_recipe", "read_profiles", "train"]

# Found on first use, so that `secretome-ml --help` imports nothing heavy.
_HOME = {
    "Model": "secretome_ml.model",
    "load_evidence": "secretome_ml.evidence",
    "load_model": "secretome_ml.model",
    "load_recipe": "secretome_ml.recipe",
    "read_profiles": "secretome_ml.readers",
    "train": "secretome_ml.workflows.train",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
