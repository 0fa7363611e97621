"""Where XGBoost computes: on a CUDA device when one is asked for and there, else on the CPU."""

from __future__ import annotations

import ctypes
import logging
from collections.abc import Iterator

from secretome_ml.models.boosted import BoostedTrees
from secretome_ml.models.contract import EffectModel

log = logging.getLogger(__name__)

DEVICES = ("cpu", "cuda")


def usable_device(wanted: str) -> str:
    """Return the device if it can be used; else say so once and return `cpu`.

    Parameters
    ----------
    wanted : str
        `cpu` or `cuda`.

    Raises
    ------
    ValueError
        If it is neither.

    Examples
    --------
    >>> usable_device("cpu")
    'cpu'
    """
    if wanted not in DEVICES:
        raise ValueError(f"'{wanted}' is no device; use {' or '.join(DEVICES)}.")
    if wanted == "cpu":
        return wanted
    import xgboost as xgb

    if xgb.build_info()["USE_CUDA"] and cuda_devices() > 0:
        return wanted
    log.warning("There is no CUDA device that XGBoost could use; it computes on the CPU.")
    return "cpu"


def cuda_devices() -> int:
    """Return how many CUDA devices the installed driver shows; 0 without a driver."""
    try:
        driver = ctypes.CDLL("libcuda.so.1")
    except OSError:
        return 0
    count = ctypes.c_int(0)
    if driver.cuInit(0) != 0 or driver.cuDeviceGetCount(ctypes.byref(count)) != 0:
        return 0
    return count.value


def compute_on(model: EffectModel, device: str) -> None:
    """Let the trees of a fitted model predict and explain on a device; what it learned stays as it is."""
    for trees in _boosted(model):
        trees.compute_on(device)


def forget_device(model: EffectModel) -> None:
    """Let a fitted model say nothing of where it was trained: a bundle is opened on any machine."""
    if "device" in model.get_params():
        model.set_params(device="cpu")
    for trees in _boosted(model):
        trees.set_params(device="cpu")
    compute_on(model, "cpu")


def _boosted(model: EffectModel) -> Iterator[BoostedTrees]:
    """Yield the boosted trees that a model is or holds."""
    for part in (model, getattr(model, "trees_", None)):
        if isinstance(part, BoostedTrees):
            yield part
