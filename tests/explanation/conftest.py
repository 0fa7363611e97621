"""One small fitted blend, its terms, and refits of it."""

from dataclasses import dataclass
from typing import Any

import pytest

from conftest import HEADLINE
from secretome_ml.explanation.contributions import term_maps
from secretome_ml.features.batch import batch_of
from secretome_ml.features.encoder import Encoder
from secretome_ml.models import MODELS


@dataclass(frozen=True)
class Fitted:
    """A blend fitted on few studies."""

    model: Any
    encoder: Any
    profiles: Any
    features: Any
    targets: Any
    maps: Any

    def given(self, effect: str, model: Any = None) -> Any:
        """Return samples by terms."""
        own = (model or self.model).contributions(self.features, effect)
        return self.maps[effect].contributions(own)

    def terms(self) -> Any:
        """Return the long table of contributions."""
        import pandas as pd

        return pd.concat([self.maps[e].table(self.given(e), e) for e in HEADLINE], ignore_index=True)


@pytest.fixture(scope="session")
def fitted(few_profiles, few_targets) -> Fitted:
    encoder = Encoder(HEADLINE).fit(few_profiles)
    batch = batch_of(few_profiles)
    features = encoder.encode(batch)
    model = MODELS["blend"](rounds=30).fit(features, few_targets)
    maps = term_maps(encoder, batch, features, {})
    return Fitted(model, encoder, few_profiles, features, few_targets, maps)


@pytest.fixture(scope="session")
def refits(fitted: Fitted, few) -> Any:
    from secretome_ml.trust.refits import fit_refits
    from secretome_ml.validation.splits import study_groups

    groups = study_groups(few.studies)
    return fit_refits(fitted.model, fitted.features, fitted.targets, groups, draws=4, seed=0)
