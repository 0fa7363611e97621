from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretome_ml.vocabulary import donor_state


@pytest.mark.parametrize(
    ("text", "states"),
    [
        ("aged, 18-24 months", {"aged"}),
        ("young, 1-3 months", {"young"}),
        ("old", {"aged"}),
        ("middle-aged", set()),
        ("diabetic (db/db)", {"diabetic"}),
        ("non-diabetic (db/+)", {"healthy"}),
        ("type 2 diabetic, BMI 35.3", {"diabetic", "obese"}),
        ("lean, BMI 21.98", {"healthy"}),
        ("non-obese (n=6)", {"healthy"}),
        ("ex-morbidly obese", {"weight_loss"}),
        ("streptozotocin diabetic (type 1)", {"diabetic"}),
        ("idiopathic pulmonary fibrosis patients, 72 years", {"diseased", "pulmonary_fibrosis", "aged"}),
        ("age-matched controls, 73 years", {"healthy", "aged"}),
        ("cryopreserved about 10 years", {"cryopreserved"}),
        ("fresh culture", {"fresh"}),
        ("passage 15", {"late_passage"}),
        ("passage 2", {"early_passage"}),
        ("autologous, multiple sclerosis patients", {"autologous", "diseased", "multiple_sclerosis"}),
        ("Crohn's disease, never smoked", {"diseased", "crohn"}),
        ("Crohn's disease, smokers", {"diseased", "crohn", "smoker"}),
        ("VCAM-1+ fraction", {"selected_VCAM1"}),
        ("third trimester, CD117+", {"selected_ckit"}),
        ("CD362-selected", {"selected_CD362"}),
        ("CD133+ CD14-", {"selected_CD133"}),
        ("CD146-negative", {"selected_negative"}),
        ("pooled allogeneic product Stempeucel", {"pooled", "allogeneic"}),
        ("replicative senescence, long-term culture", {"senescent", "late_passage"}),
        ("foreskin", set()),
        ("", set()),
        (None, set()),
    ],
)
def test_donors_of_the_evidence(text: str | None, states: set[str]) -> None:
    assert donor_state(text) == states


@given(st.text(max_size=1500))
def test_never_raises_on_text(text: str) -> None:
    donor_state(text)


@given(st.sampled_from(["aged", "diabetic (db/db)", "healthy", "cryopreserved", "obese"]))
def test_case_does_not_matter(text: str) -> None:
    assert donor_state(text.upper()) == donor_state(text)
