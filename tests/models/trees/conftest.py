"""One booster for the tests that need any."""

import pytest

from models.trees.growing import Grown, grow


@pytest.fixture(scope="session")
def grown() -> Grown:
    return grow()
