"""Write what the released bundle predicts for a handful of arms: `python tests/frozen/make.py`.

Run it when the released bundle is meant to change, and look at the difference before committing it.
"""

from pathlib import Path

import pandas as pd

HERE = Path(__file__).resolve().parent
FILE = HERE / "predictions.csv"
NUMBERS = ["score", "probability", "probability_low", "probability_high", "percentile"]
TEXTS = ["sample", "effect", "verdict", "in_domain", "factors_used"]


def profiles():
    """Return the arms of six studies that hold factors, preconditioning and comparisons."""
    from secretome_ml import load_evidence
    from secretome_ml.profiles import profiles_from_evidence

    evidence = load_evidence()
    rich = (
        set(evidence.factors["study"])
        & set(evidence.preconditioning["study"])
        & set(evidence.comparisons["study"])
    )
    return profiles_from_evidence(evidence.subset(sorted(rich)[:6]))


def predictions() -> pd.DataFrame:
    """Return the predictions of the released bundle, and its digest."""
    from secretome_ml import load_model

    model = load_model()
    scores = model.score(profiles())[[*TEXTS, *NUMBERS]]
    return scores.assign(**{c: scores[c].astype(float).round(6) for c in NUMBERS}, bundle=model.digest)


if __name__ == "__main__":
    predictions().to_csv(FILE, index=False, lineterminator="\n")
    print(f"Wrote {FILE}.")  # noqa: T201
