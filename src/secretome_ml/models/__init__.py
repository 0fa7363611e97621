"""Estimators: one contract, one registry."""

from secretome_ml.models.contract import EffectModel, ModelState
from secretome_ml.models.registry import BASELINES, MODELS
from secretome_ml.models.targets import Targets, targets_from_evidence

__all__ = ["BASELINES", "MODELS", "EffectModel", "ModelState", "Targets", "targets_from_evidence"]
