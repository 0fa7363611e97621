"""Release: make a trained bundle the one that ships with the package."""

from __future__ import annotations

from pathlib import Path

from secretome_ml.bundle import read_bundle, write_bundle
from secretome_ml.core.errors import BundleRefused
from secretome_ml.core.paths import is_checkout, models_dir
from secretome_ml.model import RELEASED, model_from_bundle


def release(source: Path) -> tuple[Path, str]:
    """Check a bundle as `models verify` does, and put it in the place of the released one.

    Parameters
    ----------
    source : Path
        Folder of the bundle.

    Returns
    -------
    tuple of Path and str
        Folder of the released bundle, and its digest.

    Raises
    ------
    BundleRefused
        If it is no sound bundle of the recipe of that name, or the package is installed from a wheel.
    """
    if not is_checkout():
        raise BundleRefused(
            "The package is installed, not checked out; release from a clone of its repository."
        )
    bundle = read_bundle(source)
    model = model_from_bundle(bundle)
    if model.recipe.name != RELEASED:
        raise BundleRefused(
            f"{source} was trained by the recipe '{model.recipe.name}', not '{RELEASED}'; "
            "train it by `secretome-ml train`."
        )
    folder = models_dir() / RELEASED
    write_bundle(bundle, folder)
    return folder, bundle.digest
