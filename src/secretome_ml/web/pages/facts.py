"""What a preparation is, in words: context, preconditioning, and the factors that were measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from secretome_ml.report.words import factor_address
from secretome_ml.vocabulary import FactorVocabulary, Terms
from secretome_ml.vocabulary.columns import context_column, context_columns
from secretome_ml.vocabulary.phrases import level_words

if TYPE_CHECKING:
    from secretome_ml.profiles import Profiles

# More are listed nowhere but in the user's own file.
_MOST_FACTORS = 300
_PRESENT = 1.0


@dataclass(frozen=True)
class Measured:
    """One measured factor of a sample."""

    factor: str
    label: str
    words: str
    href: str


def facts(profile: Profiles) -> list[tuple[str, str]]:
    """Return what is stated about one sample, and an empty text for what is not."""
    context = profile.context.iloc[0]
    told = [(c.label, label(c.name, context[c.name])) for c in context_columns()]
    done = [_manipulation(row) for row in profile.manipulations.to_dict("records")]
    return [*told, ("preconditioning", condition_label(profile)), ("done to the product", "; ".join(done))]


def label(column: str, value: object) -> str:
    """Return the readable form of a context value; empty when it is not stated."""
    if not isinstance(value, str):
        return ""
    return Terms().label(column, value) if context_column(column).is_term else value


def condition_words(profile: Profiles) -> str:
    """Return the preconditioning of one sample in the form that a table has it in one cell.

    Examples
    --------
    >>> from secretome_ml import read_profiles
    >>> from secretome_ml.core.paths import data_dir
    >>> profiles = read_profiles(data_dir() / "examples" / "adipose_hypoxia.csv")
    >>> condition_words(profiles.take(["asc_hypoxia"])), condition_words(profiles.take(["asc_normoxia"]))
    ('hypoxia', 'none')
    """
    return " + ".join(_agent(row) for row in profile.preconditioning.to_dict("records"))


def condition_label(profile: Profiles) -> str:
    """Return the preconditioning of one sample as a reader says it.

    Examples
    --------
    >>> from secretome_ml.design.start import read_start
    >>> condition_label(read_start("preconditioning=hypoxia(o2=1%, hours=48) + cytokine(IFNG, 10 ng/mL)"))
    'hypoxia (1 % O2, 48 h); cytokine or growth factor: IFNG (10 ng/mL)'
    """
    return "; ".join(_agent_label(row) for row in profile.preconditioning.to_dict("records"))


def measured(profile: Profiles) -> list[Measured]:
    """Return the measured factors of one sample, those that are more or less than present first."""
    vocabulary = FactorVocabulary.load()
    rows = profile.factors.dropna(subset="level")
    rows = rows.assign(away=(rows["level"].astype(float) - _PRESENT).abs())
    rows = rows.sort_values(["away", "factor"], ascending=[False, True], kind="stable").head(_MOST_FACTORS)
    return [
        Measured(
            str(factor), vocabulary.label(str(factor)), level_words(float(level)),
            factor_address(str(factor)),
        )
        for factor, level in zip(rows["factor"], rows["level"], strict=True)
    ]  # fmt: skip


def _agent(row: Mapping[Any, Any]) -> str:
    inside = [str(row["agent"])] if isinstance(row["agent"], str) else []
    if given(row["dose"]) and given(row["unit"]):
        inside.append(f"{row['dose']:g} {row['unit']}")
    inside += [f"o2={row['o2_percent']:g}%"] if given(row["o2_percent"]) else []
    inside += [f"hours={row['hours']:g}"] if given(row["hours"]) else []
    return f"{row['kind']}({', '.join(inside)})" if inside else str(row["kind"])


def _agent_label(row: Mapping[Any, Any]) -> str:
    kind = Terms().label("preconditioning", str(row["kind"]))
    named = f"{kind}: {row['agent']}" if given(row["agent"]) else kind
    how = (
        [f"{row['dose']:g} {row['unit'] if given(row['unit']) else ''}".strip()] if given(row["dose"]) else []
    )
    how += [f"{row['o2_percent']:g} % O2"] if given(row["o2_percent"]) else []
    how += [f"{row['hours']:g} h"] if given(row["hours"]) else []
    return f"{named} ({', '.join(how)})" if how else named


def given(value: Any) -> bool:
    """Say whether a cell of a table holds something."""
    import pandas as pd

    return bool(pd.notna(value))


def _manipulation(row: Mapping[Any, Any]) -> str:
    words = str(row["kind"]).replace("_", " ")
    return f"{words}: {row['target']}" if isinstance(row["target"], str) else words
