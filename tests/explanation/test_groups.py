"""Groups of a file: what differs by hand and by SciPy, and states that tell their amounts."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_ind

from secretome_ml.explanation.groups import group_differences, two_groups, with_amounts
from secretome_ml.profiles import Profiles, make_profiles

LEVELS = {"VEGFA": [2.0, 1.8, 2.0, 1.0, 1.1, 0.9], "HGF": [1.0, 1.2, 0.8, 1.1, 0.9, 1.0]}


def profiles(hypoxic: int = 3) -> Profiles:
    names = [f"s{i}" for i in range(6)]
    rows = [
        {"sample": s, "name": f, "factor": f, "level": v, "value": 100.0 * 2**v, "unit": "pg/mL"}
        for f, values in LEVELS.items()
        for s, v in zip(names, values, strict=True)
    ]
    rows.append({"sample": "s0", "name": "LEP", "factor": "LEP", "level": 1.0})
    done = [{"sample": s, "kind": "hypoxia"} for s in names[:hypoxic]]
    context = pd.DataFrame({"cell_source": "adipose"}, index=names)
    return make_profiles(context, preconditioning=done, factors=rows)


def test_groups_are_found_by_what_was_done():
    by, cohort, a, b = two_groups(profiles())
    assert (by, a, b) == ("preconditioning", "hypoxia", "none")
    assert (cohort == "hypoxia").sum() == 3
    assert two_groups(profiles(hypoxic=2)) is None, "two samples are no group"


def test_differences_are_those_of_a_t_test():
    _, cohort, a, b = two_groups(profiles())
    table = group_differences(profiles(), cohort, a, b).set_index("factor")
    assert table.index.tolist() == ["VEGFA", "HGF"], "LEP was measured once; the clearest first"
    for factor, values in LEVELS.items():
        t = ttest_ind(values[:3], values[3:]).statistic
        assert table.at[factor, "apart"] == pytest.approx(t * np.sqrt(1 / 3 + 1 / 3))
        medians = np.median(2.0 ** np.array(values[:3])), np.median(2.0 ** np.array(values[3:]))
        assert table.at[factor, "fold"] == pytest.approx(medians[0] / medians[1])


def test_a_state_tells_its_amount():
    terms = pd.DataFrame(
        {
            "sample": "s0",
            "term": ["VEGFA", "LEP", "hypoxia"],
            "kind": ["factor", "factor", "preconditioning"],
            "state": ["elevated", "detected", ""],
        }
    )
    assert with_amounts(terms, profiles())["state"].tolist() == ["elevated, 400 pg/mL", "detected", ""]
