"""The one contract of every model: fit, margin, contributions, state."""

from __future__ import annotations

import inspect
import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from secretome_ml.features.columns import FeatureColumn, Features
from secretome_ml.models.exact import DIGITS
from secretome_ml.models.targets import Targets
from secretome_ml.models.training_side import TrainingSide

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
_DECIMALS = 9


# A fitted model without pickle: plain JSON values; its columns are those of the encoder and stand there.
ModelState = dict[str, Any]


class EffectModel(ABC):
    """Learns, per effect, a ranking score on the logit scale.

    A model is fitted on `Features` and `Targets`; both outcomes and comparisons may serve. Constructor
    arguments are its hyperparameters, kept under their names, as scikit-learn asks for.
    """

    name: str = ""
    needs: tuple[str, ...] = ("cell_source", "preconditioning", "product", "factors", "knowledge")
    grid: tuple[dict[str, Any], ...] = ({},)
    parts: tuple[str, ...] = ()  # models of the registry that it is made of

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the hyperparameters by name, as scikit-learn's `clone` and searches ask for."""
        return {name: getattr(self, name) for name in sorted(inspect.signature(type(self)).parameters)}

    def set_params(self, **given: Any) -> Self:
        """Set hyperparameters by name.

        Raises
        ------
        ValueError
            If the model has no such hyperparameter.
        """
        known = self.get_params()
        for name, value in given.items():
            if name not in known:
                raise ValueError(f"{self.name} has no '{name}'; use one of {', '.join(known)}.")
            setattr(self, name, value)
        return self

    @abstractmethod
    def fit(self, features: Features, targets: Targets) -> Self:
        """Learn from the training samples; sets `columns_` and `effects_`."""

    def fit_on(self, side: TrainingSide) -> Self:
        """Learn what `fit` learns, to the last bit, from a training side that other fits share."""
        return self.fit(side.features, side.targets)

    def fitted_on(self, side: TrainingSide) -> Self:
        """Return this model as it was fitted on the side before, or fit it now."""
        key = (self.name, repr(sorted(self.get_params().items())))
        return side.once(key, lambda: self.fit_on(side))

    @abstractmethod
    def state(self) -> ModelState:
        """Return the fitted model without pickle."""

    @classmethod
    @abstractmethod
    def from_state(cls, state: ModelState, columns: tuple[FeatureColumn, ...]) -> Self:
        """Rebuild a model that was fitted on these columns; its margins equal the original's."""

    def margin(self, features: Features) -> pd.DataFrame:
        """Return samples by effects: the score, logit scale, higher = stronger."""
        values = self.margins(features).T
        return pd.DataFrame(values, index=features.samples, columns=list(self.effects_))

    def margins(self, features: Features) -> Array:
        """Return effects by samples: the score, logit scale, higher = stronger.

        It is rounded to nine decimals: the last bits of a sum hang on how many samples are worked together,
        and two preparations that are described alike score alike wherever they stand.
        """
        self._require_columns(features)
        return self._margins(features).round(_DECIMALS)

    def contributions(self, features: Features, effect: str) -> Array:
        """Return samples by (columns + 1): the share of each column in the margin, the base value last.

        Each row adds up to the margin to 1e-5.
        """
        self._require_columns(features)
        return self._contributions(features, effect).T

    def all_contributions(self, features: Features, columns: Integers | None = None) -> Iterator[Array]:
        """Yield columns by samples, effect by effect; what the effects share is worked out once.

        Parameters
        ----------
        features : Features
            The samples.
        columns : array of int, optional
            The columns that are wanted; default: all, and the base value last.
        """
        self._require_columns(features)
        return self._all_contributions(features, columns)

    def interactions(self, features: Features, effect: str) -> Array:
        """Return samples by (columns + 1) by (columns + 1): SHAP interaction values, the base value last.

        Each row of a sample's matrix adds up to the contribution of that column, to 1e-5; off the diagonal
        stands what two columns do only together, half of it on either side. A linear model has none. The
        array is large: ask for some samples at a time.
        """
        self._require_columns(features)
        return self._interactions(features, effect)

    @abstractmethod
    def _contributions(self, features: Features, effect: str) -> Array:
        """Return (columns + 1) by samples; the columns are those of the fit, in the same order."""

    def _all_contributions(self, features: Features, columns: Integers | None = None) -> Iterator[Array]:
        every = slice(None) if columns is None else columns
        return (self._contributions(features, effect)[every] for effect in self.effects_)

    def _interactions(self, features: Features, effect: str) -> Array:
        alone = self._contributions(features, effect).T
        return alone[:, :, None] * np.eye(alone.shape[1])

    def _margins(self, features: Features) -> Array:
        """Return effects by samples; a model that knows a shorter way than by contributions takes it."""
        return np.stack([self._contributions(features, effect).sum(axis=0) for effect in self.effects_])

    def _require_columns(self, features: Features) -> None:
        """Refuse features whose columns are not those of the fit, in the same order."""
        if features.columns != self.columns_:
            raise ValueError(
                f"{self.name} was fitted on {len(self.columns_)} columns, given {len(features.columns)}, "
                "or the same in another order; encode with the encoder that it was fitted with."
            )

    def _remember(self, features: Features, targets: Targets) -> None:
        self.columns_: tuple[FeatureColumn, ...] = features.columns
        self.effects_: tuple[str, ...] = targets.effects


def logit(probability: float) -> float:
    """Return the log odds of a probability, with the digits that are the same everywhere."""
    return round(math.log(probability / (1.0 - probability)), DIGITS)


def prevalence(targets: Targets, effect: str) -> float:
    """Return the weighted share of beneficial outcomes, with one pseudo-observation each way."""
    share = targets.outcomes[effect]
    tested = share.notna()
    weight = targets.weights[tested]
    return float((np.sum(weight * share[tested]) + 1.0) / (weight.sum() + 2.0))
