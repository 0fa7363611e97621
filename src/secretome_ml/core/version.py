"""The version of the package and of the libraries that decide its numbers; every bundle names them."""

from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version

__version__ = "0.2.0"

# XGBoost comes by one of two names.
_LIBRARIES = ("numpy", "pandas", "scipy", "xgboost", "xgboost-cpu")


def library_versions() -> dict[str, str]:
    """Return the installed versions of the libraries that decide a number.

    Examples
    --------
    >>> {"numpy", "scipy"} <= set(library_versions())
    True
    """
    found: dict[str, str] = {}
    for library in _LIBRARIES:
        with suppress(PackageNotFoundError):
            found[library] = version(library)
    return found
