"""XGBoost on outcomes and comparisons at once: one booster for all effects."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Self, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from secretome_ml.features.columns import FeatureColumn, Features
from secretome_ml.models.contract import Array, EffectModel, Integers, ModelState, logit, prevalence
from secretome_ml.models.design import Design, fill_typical, typical_values
from secretome_ml.models.exact import certain, expit
from secretome_ml.models.targets import Targets
from secretome_ml.models.training_side import TrainingSide
from secretome_ml.models.trees import Forest, PatternTables, TreesRefused, read_forest
from secretome_ml.models.trees.saved import booster_json, forest_from_state, forest_state
from secretome_ml.models.trees.small import Outcome, SmallTrees

if TYPE_CHECKING:
    import xgboost as xgb

Made = TypeVar("Made")

_GRID = 2.0**-20  # of gradients
# Tables of larger trees pay for themselves after some rows; those of a few are made at once.
_FEW_ROWS, _FEW_NODES = 32, 4000


class BoostedTrees(EffectModel):
    """Gradient-boosted trees whose loss is that of `PenalisedLogistic`; missing values take their own branch.

    The rows of all effects are stacked, with one indicator column per effect, so that effects share
    what they have in common (Chen and Guestrin, doi:10.1145/2939672.2939785).

    Parameters
    ----------
    rounds : int
        Number of trees.
    depth : int
        Depth of a tree.
    rate : float
        Learning rate.
    leaf_penalty : float
        L2 penalty on leaf values.
    comparison_weight : float
        Weight of a comparison relative to an outcome.
    seed : int
        Seed of the row and column sampling.
    device : str
        Where XGBoost computes, `cpu` or `cuda`.
    """

    name = "xgboost"
    grid = (
        {"rounds": 60, "depth": 2},
        {"rounds": 150, "depth": 2},
        {"rounds": 60, "depth": 4},
    )

    def __init__(
        self,
        rounds: int = 100,
        depth: int = 3,
        rate: float = 0.08,
        leaf_penalty: float = 3.0,
        comparison_weight: float = 1.0,
        seed: int = 0,
        device: str = "cpu",
    ) -> None:
        self.rounds = rounds
        self.depth = depth
        self.rate = rate
        self.leaf_penalty = leaf_penalty
        self.comparison_weight = comparison_weight
        self.seed = seed
        self.device = device

    def fit(self, features: Features, targets: Targets) -> Self:
        return self._fit(TrainingSide(features, targets), self.rounds)

    def fit_on(self, side: TrainingSide) -> Self:
        # Boosting is sequential: fewer rounds are the first trees of more.
        return self._fit(side, max(self.rounds, self._most_rounds()))

    def _fit(self, side: TrainingSide, rounds: int) -> Self:
        self._remember(side.features, side.targets)
        self.typical_ = certain(typical_values(side.design.values, self.columns_))
        self.base_ = {e: logit(prevalence(side.targets, e)) for e in self.effects_}
        others = {k: v for k, v in self.get_params().items() if k != "rounds"}
        grown = side.once(("trees", rounds, repr(others)), lambda: self._grow(side, rounds))
        self._read, self.computes_on_ = None, self.device
        self.booster_ = grown if self.rounds == rounds else grown[: self.rounds]
        self.booster_.set_param({"nthread": 1})
        return self

    def _most_rounds(self) -> int:
        """Return the most rounds that the grid asks for at this depth."""
        return max((c["rounds"] for c in self.grid if c["depth"] == self.depth), default=0)

    def _grow(self, side: TrainingSide, rounds: int) -> xgb.Booster:
        design = side.design
        settings = {
            "max_depth": self.depth,
            "eta": self.rate,
            "lambda": self.leaf_penalty,
            "min_child_weight": 1.0,
            "subsample": 0.8,
            "colsample_bynode": 0.5,
            "base_score": 0.0,
            "tree_method": "hist",
            "seed": self.seed,
            "nthread": 1,
            "device": self.device,
            "disable_default_eval_metric": True,
            "monotone_constraints": "("
            + ",".join(
                ["1" if c.kind == "knowledge" else "0" for c in self.columns_] + ["0"] * len(self.effects_)
            )
            + ")",
        }

        def gradient(margin: Array, _: xgb.DMatrix) -> tuple[Array, Array]:
            return _gradient(margin, design, self.comparison_weight)

        matrix = side.once("matrix", lambda: self._stacked(design))
        import xgboost as xgb

        booster = xgb.train(settings, matrix, num_boost_round=rounds, obj=gradient)
        # Named only now: names in the matrix would be compared anew in every round.
        booster.feature_names = self._names()
        return booster

    def _stacked(self, design: Design) -> xgb.DMatrix:
        """Return the training rows; XGBoost keeps their quantiles in it, for every depth and rate."""
        import xgboost as xgb

        return xgb.DMatrix(
            np.column_stack(
                [fill_typical(design.values, self.typical_), np.eye(len(self.effects_))[design.effect]]
            ),
            label=design.outcome,
            base_margin=np.array([self.base_[e] for e in self.effects_])[design.effect],
        )

    @property
    def forest(self) -> Forest:
        """The trees, as plain arrays.

        Raises
        ------
        TreesRefused
            If they hold what tables of split outcomes cannot say.
        """
        if self._read is not None:
            return self._read
        return read_forest(json.loads(bytes(self.booster_.save_raw("json"))))

    @cached_property
    def booster_(self) -> xgb.Booster:
        """The trees as XGBoost holds them; those of a bundle are handed over when first asked for."""
        if self._read is None:
            raise AttributeError("The trees are not grown yet; call fit.")
        import xgboost as xgb

        booster = xgb.Booster({"nthread": 1})
        booster.load_model(bytearray(booster_json(self.forest, self._names())))
        return booster

    # Trees that were read, not grown; until then, and where a booster is put in their place, none.
    _read: Forest | None = None
    computes_on_ = "cpu"

    @property
    def tables(self) -> PatternTables | None:
        """Tables of split outcomes, made at the first call; None where trees are too deep for them."""
        return self._made_of("tables", lambda: PatternTables(self.forest))

    @property
    def small(self) -> SmallTrees | None:
        """The trees as tables of all effects at once; None where they are not small, or a GPU is to work."""
        if self.computes_on_ != "cpu":
            return None
        columns = enumerate(self.columns_)
        own = range(len(self.columns_), len(self.columns_) + len(self.effects_))
        varying = {*(i for i, column in columns if column.effect is not None), *own}
        return self._made_of("small", lambda: SmallTrees(self.forest, varying))

    def _made_of(self, what: str, make: Callable[[], Made]) -> Made | None:
        """Return what was made of the trees as they are, or make it now; None where they are refused."""
        made = self.__dict__.setdefault("_made", {})
        if what not in made or made[what][0] is not self._trees():
            found: Made | None = None
            with suppress(TreesRefused):
                found = make()
            made[what] = self._trees(), found
        return cast("Made | None", made[what][1])

    def _trees(self) -> object:
        return self.booster_ if self._read is None else self._read

    def compute_on(self, device: str) -> None:
        """Let the fitted trees predict and explain on a device; what they learned stays as it is."""
        if device != self.computes_on_:
            self.computes_on_ = device
            self.booster_.set_param({"device": device})

    def _contributions(self, features: Features, effect: str) -> Array:
        small = self.small
        if small is not None:
            shares = small.contributions(self._outcomes(features, [effect]))[:, 0]
            whole = np.zeros((len(self.columns_) + 1, len(features.samples)))
            asked, given, base = self._apart(small, shares, effect)
            whole[asked], whole[-1] = given, base
            return whole
        columns = self._columns(features, effect)
        tables = self.tables if self._worth_tables(columns.shape[1]) else None
        if tables is not None:
            parts = tables.contributions_of(columns)
        else:
            found = self.booster_.predict(self._matrix(columns.T), pred_contribs=True, strict_shape=True)
            parts = found[:, 0, :].astype(float).T
        own = len(self.columns_)
        # The effect's indicator columns are constant within an effect: they belong to its base value.
        parts[own] = parts[own:].sum(axis=0) + self.base_[effect]
        return parts[: own + 1]

    def _all_contributions(self, features: Features, columns: Integers | None = None) -> Iterator[Array]:
        every = slice(None) if columns is None else columns
        for asked, shares, base in self.shares(features):
            found = np.zeros((len(self.columns_) + 1, len(features.samples)))
            found[asked], found[-1] = shares, base
            yield found[every]

    def shares(self, features: Features) -> Iterator[tuple[Integers, Array, Array | float]]:
        """Yield, per effect, columns, what each contributes, and the base value; other columns give none."""
        small, own = self.small, len(self.columns_)
        if small is None:
            for effect in self.effects_:
                found = self._contributions(features, effect)
                yield np.arange(own), found[:-1], found[-1]
            return
        shares = small.contributions(self._outcomes(features, self.effects_))
        for i, effect in enumerate(self.effects_):
            yield self._apart(small, shares[:, i], effect)

    def _apart(self, small: SmallTrees, shares: Array, effect: str) -> tuple[Integers, Array, Array | float]:
        """Return the columns that trees ask, what they contribute, and the base value.

        The effect's indicator columns are constant within an effect: they belong to its base value.
        """
        inside = small.asked < len(self.columns_)
        base = small.expected + self.base_[effect] + shares[~inside].sum(axis=0)
        return small.asked[inside], shares[inside], base

    def _outcomes(self, features: Features, effects: Sequence[str]) -> list[Outcome]:
        """Return how samples meet the conditions of the trees, effects by samples."""
        small = self.small
        if small is None:
            raise TypeError("The trees are not small.")

        def make() -> list[Outcome]:
            shared, own = len(features.common), len(self.columns_)
            places, columns = [self.effects_.index(effect) for effect in effects], {}
            for column in small.asked.tolist():
                if column < shared:
                    values = features.common[None, column]
                elif column < own:
                    values = np.stack([features.by_effect[effect][column - shared] for effect in effects])
                else:
                    values = (np.array(places) == column - own).astype(float)[:, None]
                if column < own:
                    values = np.where(np.isnan(values), self.typical_[column], values)
                columns[column] = values.astype(np.float32)
            return small.outcomes(columns)

        return features.once((small, tuple(effects)), make)

    def _interactions(self, features: Features, effect: str) -> Array:
        rows = self._columns(features, effect).T
        tables = self.tables
        if tables is not None:
            parts = tables.interactions(rows)
        else:
            found = self.booster_.predict(self._matrix(rows), pred_interactions=True, strict_shape=True)
            parts = found[:, 0].astype(float)
        own = len(self.columns_)
        joined = np.concatenate([parts[:, :own], parts[:, own:].sum(axis=1, keepdims=True)], axis=1)
        joined = np.concatenate([joined[:, :, :own], joined[:, :, own:].sum(axis=2, keepdims=True)], axis=2)
        joined[:, own, own] += self.base_[effect]
        return joined

    def _worth_tables(self, rows: int) -> bool:
        """Say whether tables would save time; on a GPU the booster's own way is taken."""
        if self.computes_on_ != "cpu":
            return False
        return rows >= _FEW_ROWS or self._nodes() <= _FEW_NODES

    def _nodes(self) -> int:
        if self._read is not None:
            return sum(len(tree.left) for tree in self._read.trees)
        return int(self.booster_.num_boosted_rounds() * 2 ** (self.depth + 1))

    def state(self) -> ModelState:
        return {
            "parameters": self.get_params(),
            "effects": list(self.effects_),
            "base": self.base_,
            "typical": [None if np.isnan(v) else float(v) for v in self.typical_],
            "forest": forest_state(self.forest),
        }

    @classmethod
    def from_state(cls, state: ModelState, columns: tuple[FeatureColumn, ...]) -> Self:
        model = cls(**state["parameters"])
        model.columns_ = columns
        model.base_ = {e: float(b) for e, b in state["base"].items()}
        model.effects_ = tuple(state["effects"])
        model.typical_ = np.array(state["typical"], dtype=float)
        model.computes_on_ = "cpu"
        model._read = forest_from_state(state["forest"], len(columns) + len(model.effects_))
        return model

    def _margins(self, features: Features) -> Array:
        small = self.small
        if small is not None:
            base = np.array([self.base_[effect] for effect in self.effects_])
            found: Array = (
                small.margins(self._outcomes(features, self.effects_)).astype(float) + base[:, None]
            )
            return found
        return np.stack([self._margin(self._columns(features, e), e) for e in self.effects_])

    def _margin(self, columns: NDArray[np.float32], effect: str) -> Array:
        rows = np.ascontiguousarray(columns.T)
        margin = self.booster_.inplace_predict(rows, predict_type="margin", validate_features=False)
        total: Array = margin.astype(float) + self.base_[effect]
        return total

    def _columns(self, features: Features, effect: str) -> NDArray[np.float32]:
        """Return what the trees see, column by column: those of the fit, then one indicator per effect."""
        own, count = len(self.columns_), len(features.samples)
        found = np.zeros((own + len(self.effects_), count), dtype=np.float32)
        values = features.of_effect(effect)
        found[:own] = np.where(np.isnan(values), self.typical_[:, None], values)
        found[own + self.effects_.index(effect)] = 1.0
        return found

    def _matrix(self, rows: NDArray[np.float32]) -> xgb.DMatrix:
        import xgboost as xgb

        return xgb.DMatrix(np.ascontiguousarray(rows), feature_names=self._names())

    def _names(self) -> list[str]:
        """Return column names that XGBoost accepts: it refuses brackets and less-than signs."""
        return [
            *(f"f{i}" for i in range(len(self.columns_))),
            *(f"effect{i}" for i in range(len(self.effects_))),
        ]


def _gradient(margin: Array, design: Design, comparison_weight: float) -> tuple[Array, Array]:
    """Return first and second derivatives of the joint loss, per row.

    They lie on a grid so coarse that sums over any rows are exact: no order of adding, no number of threads
    and no last digit of a margin moves a split.
    """
    margin, rows = margin.astype(float), len(margin)
    chance = expit(margin)
    first = design.outcome_weight * (chance - design.outcome)
    second = design.outcome_weight * chance * (1.0 - chance)
    ahead = expit(margin[design.first] - margin[design.second])
    weight = comparison_weight * design.pair_weight
    pull, curve = weight * (ahead - (design.direction + 1.0) / 2.0), weight * ahead * (1.0 - ahead)
    first += np.bincount(design.first, pull, rows) - np.bincount(design.second, pull, rows)
    second += np.bincount(design.first, curve, rows) + np.bincount(design.second, curve, rows)
    return np.rint(first / _GRID) * _GRID, np.maximum(np.rint(second / _GRID), 1.0) * _GRID
