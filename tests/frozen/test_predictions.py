"""The released bundle predicts today what it predicted when it was released."""

import pandas as pd
import pytest

from conftest import ROOT

from .make import FILE, NUMBERS, TEXTS, predictions

RELEASED = ROOT / "models" / "default" / "manifest.json"


@pytest.mark.skipif(not RELEASED.exists(), reason="models/default is not released yet")
def test_the_released_predictions_stand():
    assert FILE.exists(), "run `python tests/frozen/make.py` for the released bundle, and commit the file"
    frozen = pd.read_csv(FILE)
    today = predictions()
    assert len(frozen) >= 30
    assert today["bundle"].iloc[0] == frozen["bundle"].iloc[0], (
        "another bundle: run tests/frozen/make.py and look at the difference"
    )
    assert today[TEXTS].astype(str).equals(frozen[TEXTS].astype(str))
    assert (today[NUMBERS] - frozen[NUMBERS]).abs().to_numpy().max() < 2e-5
