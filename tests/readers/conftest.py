"""The real exports lie beside the checkout and are never part of it."""

from pathlib import Path

import pytest

_BESIDE = Path(__file__).resolve().parents[3] / "shared" / "readers"


@pytest.fixture(scope="session")
def real() -> Path:
    """Return the folder of real exports; skip where it is missing."""
    if not _BESIDE.is_dir():
        pytest.skip("the real exports (../shared/readers beside the checkout) are not here")
    return _BESIDE
