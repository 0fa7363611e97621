"""The training side of a split, and what several models fitted on it have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from secretome_ml.features.columns import Features
from secretome_ml.models.design import Design, joint_design
from secretome_ml.models.targets import Targets

Made = TypeVar("Made")


class TrainingSide:
    """Samples to learn from; whatever two fits on them share is worked out once and never changed.

    Parameters
    ----------
    features : Features
        Encoded training samples.
    targets : Targets
        Their labels.

    Examples
    --------
    >>> side = TrainingSide(features=None, targets=None)
    >>> side.once("answer", lambda: 42), side.once("answer", lambda: 0)
    (42, 42)
    """

    def __init__(self, features: Features, targets: Targets) -> None:
        self.features = features
        self.targets = targets
        self._made: dict[object, object] = {}

    @property
    def design(self) -> Design:
        """The stacked rows of all effects."""
        return self.once("design", lambda: joint_design(self.features, self.targets))

    def once(self, key: object, make: Callable[[], Made]) -> Made:
        """Return what was made under this key, or make it now."""
        if key not in self._made:
            self._made[key] = make()
        return cast(Made, self._made[key])
