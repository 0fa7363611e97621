"""A recipe: everything that decides a training run, typed, read from TOML, saved before fitting."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.core.paths import experiments_dir

# Numbers of the feature block `knowledge` that are a belief, not a measurement. What a level tells about a
# role: mere presence says little, a change says much. A gene without a known role counts as a gain, for cells
# are engineered with what should help; what takes an agent or a factor away counts as a loss. Priors are
# weights in logits per unit of a signed sum, before a study is seen: the roles point the right way by
# construction, how much they matter is a guess that the studies move. A role that is known for related
# effects alone keeps `borrowed_role` of its worth. That a factor was looked for and not found is news by how
# often it is found: half of its worth where `absence_half` studies found it. Hypoxia of which a source states
# no number has the typical oxygen (per cent) and hours: their medians over the corpus.
KNOWLEDGE: Mapping[str, float] = MappingProxyType(
    {
        "shift_elevated": 1.0,
        "shift_present": 0.25,
        "shift_not_detected": -0.5,
        "shift_decreased": -1.0,
        "unknown_gain": 0.4,
        "unknown_loss": -0.5,
        "prior_known_factors": 2.5,
        "prior_known_genes": 2.5,
        "prior_known_blocking": 2.5,
        "prior_known_agents": 2.5,
        "prior_known_cells": 2.5,
        "prior_known_product": 0.75,
        "prior_gene_direction": 0.5,
        "prior_preconditioning_agents": 0.4,
        "borrowed_role": 0.8,
        "absence_half": 10.0,
        "typical_hypoxia_o2": 1.0,
        "typical_hypoxia_hours": 24.0,
    }
)


def _are_constants(values: dict[str, Any]) -> bool:
    """Return whether every key is one of `KNOWLEDGE` and every value a finite number."""
    return all(
        key in KNOWLEDGE and isinstance(v, (int, float)) and not isinstance(v, bool) and math.isfinite(v)
        for key, v in values.items()
    )


def _are_weights(weights: dict[str, Any]) -> bool:
    """Return whether every key is a basis and every value a finite number above zero."""
    return all(
        key in _BASES
        and isinstance(w, (int, float))
        and not isinstance(w, bool)
        and math.isfinite(w)
        and w > 0
        for key, w in weights.items()
    )


_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_BASES = ("title", "review", "figure_legend", "abstract", "full_text")
_RANGES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "name": (lambda v: _NAME.fullmatch(v) is not None, "letters, digits, dot, dash or underscore"),
    "effects": (lambda v: 0 < len(v) == len(set(v)), "one effect or more, each once"),
    "basis_weights": (_are_weights, f"weights above 0 for any of {', '.join(_BASES)}"),
    "knowledge": (_are_constants, f"a number for any of {', '.join(KNOWLEDGE)}"),
    "settings": (lambda v: all(isinstance(s, dict) for s in v.values()), "a table of settings per model"),
    "min_studies": (lambda v: v >= 1, "1 or more"),
    "folds": (lambda v: 2 <= v <= 100, "2 to 100"),
    "inner_folds": (lambda v: 2 <= v <= 100, "2 to 100"),
    "repeats": (lambda v: 1 <= v <= 100, "1 to 100"),
    "seed": (lambda v: 0 <= v < 2**31, "0 or more"),
    "draws": (lambda v: 2 <= v <= 100_000, "2 or more"),
    "refits": (lambda v: 0 <= v <= 20, "0 to 20"),
    "level": (lambda v: 0.0 < v < 1.0, "a share between 0 and 1"),
}
_SECTIONS = ("evidence", "features", "models", "validation", "trust")


@cache
def default_effects() -> tuple[str, ...]:
    """Return the effects of the shipped recipe, the three headline effects first.

    Examples
    --------
    >>> default_effects()[:3]
    ('angiogenic', 'anti_inflammatory', 'anti_fibrotic')
    """
    shipped = tomllib.loads((experiments_dir() / "default.toml").read_text(encoding="utf-8"))
    return tuple(shipped["evidence"]["effects"])


@dataclass(frozen=True)
class Recipe:
    """What to train on, with what, and how to judge it.

    Parameters
    ----------
    name : str
        Name of the recipe and of the bundle that it makes.
    effects : tuple of str
        Effects to learn.
    basis_weights : dict of str to float
        Weight of a study by what its facts were read from.
    blocks : tuple of str
        Feature blocks.
    min_studies : int
        Studies that must state a column.
    knowledge : dict of str to float
        Numbers of the block `knowledge` that are a belief; see `KNOWLEDGE`. A recipe states what differs.
    model : str
        The model of the bundle.
    compare : tuple of str
        Other models to validate on the same folds, shown beside it; the baselines always are.
    settings : dict of str to dict
        Fixed hyperparameters per model.
    folds, inner_folds, repeats, seed : int
        The validation plan.
    level : float
        Level of all intervals.
    draws : int
        Bootstrap draws of studies.
    refits : int
        Refits of the model on resampled studies that the bundle keeps, for the spread of its reasons.
    """

    name: str = "default"
    effects: tuple[str, ...] = field(default_factory=lambda: default_effects())
    basis_weights: dict[str, float] = field(default_factory=dict)
    blocks: tuple[str, ...] = ("cell_source", "preconditioning", "product", "factors", "knowledge")
    min_studies: int = 3
    knowledge: dict[str, float] = field(default_factory=lambda: dict(KNOWLEDGE))
    model: str = "blend"
    compare: tuple[str, ...] = ("logistic", "informed", "xgboost")
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    folds: int = 5
    inner_folds: int = 4
    repeats: int = 1
    seed: int = 0
    level: float = 0.9
    draws: int = 300
    refits: int = 20

    def as_dict(self) -> dict[str, Any]:
        """Return the recipe as plain JSON values."""
        values = asdict(self)
        return {k: list(v) if isinstance(v, tuple) else v for k, v in values.items()}


def load_recipe(path: Path | str | None = None) -> Recipe:
    """Read a recipe.

    Parameters
    ----------
    path : path, optional
        A TOML file; default: `default.toml` of the recipes that ship with the package.

    Raises
    ------
    InputRefused
        If the file cannot be read, or a key is unknown or of the wrong type; each one is listed.

    Examples
    --------
    >>> load_recipe().effects[:3]
    ('angiogenic', 'anti_inflammatory', 'anti_fibrotic')
    """
    source = Path(path) if path is not None else experiments_dir() / "default.toml"
    try:
        tree = tomllib.loads(source.read_text(encoding="utf-8"))
    except (FileNotFoundError, IsADirectoryError, PermissionError):
        raise InputRefused(
            [Problem(str(source), None, None, "The recipe is not there.", "Check the path.")]
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputRefused(
            [Problem(source.name, None, None, f"This is not TOML: {error}.", "Mend the line.")]
        ) from None
    flat: dict[str, Any] = {}
    for key, value in tree.items():
        flat |= value if key in _SECTIONS and isinstance(value, dict) else {key: value}
    return recipe_from_dict(flat, source.name)


def recipe_from_dict(values: dict[str, Any], file: str = "recipe") -> Recipe:
    """Return the recipe that plain values describe; every wrong one is listed."""
    default = Recipe()
    known = {f.name: getattr(default, f.name) for f in fields(Recipe)}
    problems: list[Problem] = []
    typed: dict[str, Any] = {}
    for key, value in values.items():
        if key not in known:
            problems.append(
                Problem(file, None, key, "The key is unknown.", f"Use one of {', '.join(known)}.")
            )
            continue
        wanted = type(known[key])
        if wanted is tuple and isinstance(value, list) and all(isinstance(v, str) for v in value):
            typed[key] = tuple(value)
        elif wanted is float and isinstance(value, int) and not isinstance(value, bool):
            typed[key] = float(value)
        elif isinstance(value, wanted) and not isinstance(value, bool):
            typed[key] = value
        else:
            problems.append(
                Problem(file, None, key, f"{value!r} is not a {wanted.__name__}.", "See the default recipe.")
            )
    problems += [
        Problem(file, None, key, f"{typed[key]!r} is out of range.", f"Give {_RANGES[key][1]}.")
        for key in _RANGES
        if key in typed and not _RANGES[key][0](typed[key])
    ]
    if problems:
        raise InputRefused(problems)
    if "knowledge" in typed:
        typed["knowledge"] = {**KNOWLEDGE, **{k: float(v) for k, v in typed["knowledge"].items()}}
    return Recipe(**typed)
