"""Every model by name; these names are what a recipe may ask for.

A class in a file of this folder that keeps the contract and has a name is a model.
"""

from __future__ import annotations

from pathlib import Path

from secretome_ml.core.registry import Registry, modules_of
from secretome_ml.models.baselines import CellSourceOnly, KnownFactorList, Prevalence
from secretome_ml.models.contract import EffectModel

BASELINES = (Prevalence.name, CellSourceOnly.name, KnownFactorList.name)


def _models() -> dict[str, type[EffectModel]]:
    """Return the baselines, then every other model of this folder; a model stands after its parts."""
    found: dict[str, type[EffectModel]] = {m.name: m for m in (Prevalence, CellSourceOnly, KnownFactorList)}
    package = __name__.rpartition(".")[0]
    for module in modules_of(package, [str(Path(__file__).parent)]):
        for kind in vars(module).values():
            if isinstance(kind, type) and issubclass(kind, EffectModel) and kind.name:
                found.setdefault(kind.name, kind)
    return dict(sorted(found.items(), key=lambda item: (item[0] not in BASELINES, len(item[1].parts))))


MODELS: Registry[type[EffectModel]] = Registry("model", _models())
