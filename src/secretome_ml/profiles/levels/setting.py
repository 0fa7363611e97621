"""What the routes to a level work on, and what each gives back."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

LEVEL_COLUMNS = ("level", "state", "vs", "route")

# From the smallest to a full change: elevated 1.5 to 2, decreased -0.5 to -1; nothing lies near 0, which
# means "not detected".
_MILD, _FULL_UP, _FULL_DOWN = 0.5, 2.0, -1.0


@dataclass(frozen=True)
class Setting:
    """What is known beside the values.

    Parameters
    ----------
    context : pandas.DataFrame
        Context columns, indexed by sample.
    controls : dict of str to str
        Sample to the control that it is compared with.
    batches : dict of str to str
        Sample to batch.
    relative : bool
        Whether samples of one file may be compared with one another; off for streams.
    """

    context: pd.DataFrame
    controls: dict[str, str] = field(default_factory=dict)
    batches: dict[str, str] = field(default_factory=dict)
    relative: bool = True


@dataclass(frozen=True)
class Found:
    """Levels that a route found.

    Parameters
    ----------
    rows : pandas.Index
        Index of the rows that it decided.
    level : numpy.ndarray
        Their levels.
    state : numpy.ndarray
        Their states.
    vs : numpy.ndarray or None
        The sample that each was compared with.
    note : str
        What was done, for the user.
    route : numpy.ndarray or None
        By what each was decided, where a route has several ways.
    """

    rows: pd.Index
    level: np.ndarray
    state: np.ndarray
    vs: np.ndarray | None
    note: str
    route: np.ndarray | None = None


def change_level(sign: np.ndarray, strength: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return level and state of changes.

    Parameters
    ----------
    sign : numpy.ndarray
        1 up, -1 down, 0 no change that counts.
    strength : numpy.ndarray
        0 (just enough to count) to 1 (full).

    Examples
    --------
    >>> change_level(np.array([1, 0, -1]), np.array([1.0, 0.0, 0.0]))[0].tolist()
    [2.0, 1.0, -0.5]
    """
    strength = np.clip(strength, 0, 1)
    up = _FULL_UP - _MILD * (1 - strength)
    down = _FULL_DOWN + _MILD * (1 - strength)
    level = np.where(sign > 0, up, np.where(sign < 0, down, 1.0))
    state = np.where(sign > 0, "elevated", np.where(sign < 0, "decreased", "unchanged")).astype(object)
    return level, state
