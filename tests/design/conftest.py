"""One design on the shipped evidence, made once for all tests of this folder."""

from typing import Any

import pytest

START = "cell_type=MSC; cell_source=adipose; product=conditioned_medium; preconditioning=none"


@pytest.fixture(scope="session")
def model() -> Any:
    """Return the released model."""
    from secretome_ml import load_model

    return load_model()


@pytest.fixture(scope="session")
def arms(corpus: Any) -> Any:
    """Return the arms of the shipped evidence."""
    from secretome_ml.profiles import profiles_from_evidence

    return profiles_from_evidence(corpus)


@pytest.fixture(scope="session")
def start() -> Any:
    """Return a plain preparation."""
    from secretome_ml.design.start import read_start

    return read_start(START)


@pytest.fixture(scope="session")
def trials(corpus: Any, arms: Any) -> Any:
    """Return what the shipped evidence tried."""
    from secretome_ml.design.trials import read_trials

    return read_trials(corpus, arms)


@pytest.fixture(scope="session")
def designed(model: Any, start: Any, corpus: Any) -> Any:
    """Return the changes for angiogenesis."""
    from secretome_ml.workflows.design import design

    return design(model, start, corpus, ["angiogenic"])
