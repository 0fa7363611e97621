"""Where the package's own data lie: in the checkout, or inside the installed wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def _shipped(folder: str) -> Path:
    """Return `folder` inside the wheel when it was packed there, else at the top of the checkout."""
    packed = _PACKAGE / "_shipped" / folder
    return packed if packed.is_dir() else _PACKAGE.parents[1] / folder


def is_checkout() -> bool:
    """Return whether the package runs from a clone of its repository, not from a wheel."""
    return not (_PACKAGE / "_shipped").is_dir() and (_PACKAGE.parents[1] / "pyproject.toml").is_file()


def data_dir() -> Path:
    """Return the folder that holds evidence, vocabularies, knowledge and examples."""
    return _shipped("data")


def experiments_dir() -> Path:
    """Return the folder that holds the recipes that ship with the package."""
    return _shipped("experiments")


def models_dir() -> Path:
    """Return the folder that holds the released bundles."""
    return _shipped("models")
