"""Names that a user gives to what MLflow keeps: words, since servers, pages and searches quote them."""

from __future__ import annotations

import re

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.core.logs import visible

_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._ -]{0,99}")
_LONGEST = 250


def require_names(experiment: str | None, register: str | None) -> None:
    """Refuse a name that hides something, or that MLflow could register and then not search for.

    Parameters
    ----------
    experiment : str or None
        Name of an experiment; a slash is allowed, since some servers keep experiments in folders.
    register : str or None
        Name of a registered model.

    Raises
    ------
    InputRefused
        Listing both.

    Examples
    --------
    >>> require_names("secretome-ml", "secretome")
    """
    problems = []
    if experiment is not None and not (
        0 < len(experiment) <= _LONGEST and experiment.strip() == experiment == visible(experiment)
    ):
        advice = f"Give at most {_LONGEST} characters that can be seen."
        problems.append(Problem("--experiment", None, None, f"{experiment[:80]!r} is no name.", advice))
    if register is not None and not _MODEL.fullmatch(register):
        advice = "Give letters, digits, blank, dot, dash or underscore, at most 100."
        problems.append(Problem("--register", None, None, f"{register[:80]!r} is no name.", advice))
    if problems:
        raise InputRefused(problems)
