"""How completely a study, or a preparation of one's own, is described; what is not stated is unknown."""

from __future__ import annotations

import re

import pandas as pd

from secretome_ml.evidence.cargo import MARKERS, carrier_of
from secretome_ml.evidence.corpus import Evidence
from secretome_ml.vocabulary import FactorVocabulary

ITEMS = {
    "source": "the tissue that the cells come from",
    "passage": "the passage of the cells",
    "medium": "the medium that the product was collected in",
    "collection": "for how many hours it was collected",
    "isolation": "how the vesicles were isolated",
    "characterisation": "which proteins characterise the vesicles (CD9, CD63, CD81, TSG101 ...)",
    "preconditioning": "oxygen, dose and hours of the preconditioning",
    "dose": "the dose that was given",
    "n": "the number of independent observations",
    "blinding": "whether the readout was blinded",
    "randomisation": "whether animals or wells were randomised",
}
"""What a description should state; those of vesicles follow MISEV2023 (doi:10.1002/jev2.12404)."""
_OF_VESICLES = ("isolation", "characterisation")
_OF_EXPERIMENTS = ("dose", "n", "blinding", "randomisation")
QUALITY_COLUMNS = ("study", "basis", *ITEMS, "stated", "applicable", "completeness")
OWN_COLUMNS = (
    "sample",
    *(i for i in ITEMS if i not in _OF_EXPERIMENTS),
    "stated",
    "applicable",
    "completeness",
    "to_state",
)
_PASSAGE = re.compile(r"\b[Pp]assages?\b|\b[Pp](?:[1-9]|1\d|20)\b")  # p53 is none
_BLIND = re.compile(r"\bblind|\bmasked\b", re.IGNORECASE)
_RANDOM = re.compile(r"\brandomi[sz]", re.IGNORECASE)
_NUMBERS = ("o2_percent", "hours", "dose")


def study_quality(evidence: Evidence) -> pd.DataFrame:
    """Return how completely each study is described in the corpus.

    True is stated; missing is not stated in what was read, which for most studies was the abstract: it is
    unknown whether the paper states it. An item that does not apply (isolation of a medium, dose of a study
    without outcomes) is missing too, and not counted.

    Parameters
    ----------
    evidence : Evidence
        Published studies.

    Returns
    -------
    pandas.DataFrame
        Columns `QUALITY_COLUMNS`, one row a study in the order of the corpus; `completeness` is `stated` over
        `applicable`.

    Examples
    --------
    >>> from secretome_ml import load_evidence
    >>> table = study_quality(load_evidence())
    >>> bool(table["completeness"].between(0, 1).all()), bool(table["source"].isna().any())
    (True, True)
    """
    arms, outcomes, done, factors = (
        dict(list(table.groupby("study", sort=False)))
        for table in (evidence.arms, evidence.outcomes, evidence.preconditioning, evidence.factors)
    )
    rows = []
    for row in evidence.studies.to_dict("records"):
        study = str(row["study"])
        own = arms[study]
        text = " ".join(str(v) for v in [row["note"], *own["donor"]] if isinstance(v, str))
        tested = outcomes.get(study)
        if tested is not None:
            told = tested.select_dtypes("string").fillna("").agg(" ".join, axis=1)
            text = " ".join([text, *told])
        vesicles = own["product"].map(lambda p: carrier_of(str(p)) == "vesicles")
        stated = {
            "source": bool(own["cell_source"].notna().all()),
            "passage": bool(_PASSAGE.search(text)),
            "medium": bool(own["collection_medium"].notna().any()),
            "collection": bool(own["collection_hours"].notna().any()),
            "isolation": bool(own.loc[vesicles, "isolation"].notna().any()) if vesicles.any() else None,
            "characterisation": _characterised(factors.get(study)) if vesicles.any() else None,
            "preconditioning": _numbers(done.get(study)),
            "dose": bool(tested["dose"].notna().any()) if tested is not None else None,
            "n": bool(tested["n"].notna().any()) if tested is not None else None,
            "blinding": bool(_BLIND.search(text)) if tested is not None else None,
            "randomisation": bool(_RANDOM.search(text)) if tested is not None else None,
        }
        rows.append({"study": study, "basis": row["basis"], **_scored(stated)})
    return _frame(rows, QUALITY_COLUMNS)


def own_quality(
    context: pd.DataFrame, preconditioning: pd.DataFrame, collected: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return how completely one's own preparations are described, and what to state.

    Parameters
    ----------
    context : pandas.DataFrame
        One row a sample (the index), as `Profiles.context`.
    preconditioning : pandas.DataFrame
        One row a sample and agent, as `Profiles.preconditioning`.
    collected : pandas.DataFrame, optional
        `collection_medium`, `collection_hours`, `isolation` by sample, where they are stated: an evidence
        record can, a table of profiles cannot.

    Returns
    -------
    pandas.DataFrame
        Columns `OWN_COLUMNS`, scored as `study_quality`; what belongs to an experiment is not asked.

    Examples
    --------
    >>> told = {"cell_source": ["adipose"], "product": ["ev"], "donor": ["passage 4"]}
    >>> context = pd.DataFrame(told, index=["a"])
    >>> done = pd.DataFrame({"sample": [], "kind": []})
    >>> own_quality(context, done)[["stated", "applicable"]].iloc[0].tolist()
    [2, 6]
    """
    rows = []
    for sample, row in context.iterrows():
        product = str(row.get("product"))
        vesicles = carrier_of(product) == "vesicles"
        kept = collected.loc[sample] if collected is not None and sample in collected.index else {}
        own = preconditioning[preconditioning["sample"] == sample]
        stated = {
            "source": isinstance(row.get("cell_source"), str),
            "passage": bool(_PASSAGE.search(donor if isinstance(donor := row.get("donor"), str) else "")),
            "medium": bool(pd.notna(kept.get("collection_medium"))),
            "collection": bool(pd.notna(kept.get("collection_hours"))),
            "isolation": bool(pd.notna(kept.get("isolation"))) if vesicles else None,
            "characterisation": False if vesicles else None,
            "preconditioning": _numbers(own),
        }
        lacking = [ITEMS[i] for i, v in stated.items() if v is False]
        rows.append({"sample": str(sample), **_scored(stated), "to_state": "; ".join(lacking) or None})
    return _frame(rows, OWN_COLUMNS)


def _scored(stated: dict[str, bool | None]) -> dict[str, object]:
    """Return the items as true or missing, with how many are stated of those that apply."""
    applicable = [v for v in stated.values() if v is not None]
    count = sum(applicable)
    return {
        **{k: True if v else None for k, v in stated.items()},
        "stated": count,
        "applicable": len(applicable),
        "completeness": round(count / len(applicable), 4),
    }


def _numbers(done: pd.DataFrame | None) -> bool | None:
    """Say whether every preconditioning has a number; None where there is none that takes one."""
    if done is None or "kind" not in done:
        return None
    own = done[~done["kind"].isin(("none", "genetic_modification", "immortalisation", "differentiation"))]
    if own.empty:
        return None
    return bool(own[[c for c in _NUMBERS if c in own]].notna().any(axis=1).all())


def _characterised(factors: pd.DataFrame | None) -> bool:
    if factors is None:
        return False
    vocabulary = FactorVocabulary.load()
    return any(vocabulary.resolve(str(n)).factor in MARKERS for n in factors["name"])


def _frame(rows: list[dict[str, object]], columns: tuple[str, ...]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=list(columns))
    return table.astype({c: "boolean" for c in columns if c in ITEMS})
