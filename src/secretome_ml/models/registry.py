"""Every model by name; these names are what a recipe may ask for."""

from __future__ import annotations

from secretome_ml.models.baselines import CellSourceOnly, KnownFactorList, Prevalence
from secretome_ml.models.blend import Blend
from secretome_ml.models.boosted import BoostedTrees
from secretome_ml.models.contract import EffectModel
from secretome_ml.models.informed import InformedLogistic
from secretome_ml.models.linear import PenalisedLogistic
from secretome_ml.registry import Registry

BASELINES = (Prevalence.name, CellSourceOnly.name, KnownFactorList.name)

MODELS: Registry[type[EffectModel]] = Registry(
    "model",
    {
        m.name: m
        for m in (
            Prevalence,
            CellSourceOnly,
            KnownFactorList,
            PenalisedLogistic,
            InformedLogistic,
            BoostedTrees,
            Blend,
        )
    },
)
