"""What is stated about an arm, as facts: the one description that every comparison of two arms uses.

A fact is one thing that can be gained, lost or shared. Measured factors are no facts of an arm: they follow
from what it is.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from secretome_ml.profiles.profiles import Profiles
from secretome_ml.vocabulary import Intervention, Terms, donor_state, parse_intervention
from secretome_ml.vocabulary.columns import context_columns, names_where
from secretome_ml.vocabulary.phrases import AGENT, DONE, GENE, NO_PRECONDITIONING, Term

FACT_COLUMNS = ("sample", "aspect", "about", "fact", "target", "sign")
"""Columns of the facts of arms, one row a fact.

`aspect` is source, donor, product, gene or agent. `about` is what the fact is about: a context column,
`cell_class`, `words` (a donor's own words), `done` (what was done to the cells), `kind`, `class` and `agent`
(the same by its parts), `amount` (its dose, oxygen and hours), `manipulation` and `manipulated` (what was
done to the product, with and without the factor). `target` is the factor that was added or taken away, `sign`
which of the two.
"""

CELLS, PRODUCT = ("done", "kind", "class", "agent", "amount"), ("manipulation", "manipulated")
GENETIC = "genetic_modification"
INTERVENTION_COLUMNS = ("sample", "kind", "target", "direction", "agent_class", "presence")
ASPECTS = (*dict.fromkeys(c.aspect for c in context_columns()), "gene", "agent")
# Which facts are a change of their own; the others are parts of these, or follow from them.
CHANGES = (
    *names_where(compared="yes"),
    *(f"{name.removesuffix('_type')}_class" for name in names_where(compared="class")),
    "done",
    "manipulation",
)
# Facts by which arms are near to one another; a dose never makes an arm unlike every other.
NEAR = (*(c.name for c in context_columns() if c.domain), "kind", "class", "agent", "manipulated")
_AMOUNTS = (("dose", "{} {}"), ("o2_percent", "{} % O2"), ("hours", "{} h"))
_TO_THE_PRODUCT = ("depleted", "neutralised")
_TAKEN = ("depleted", "neutralised", "inhibited")
TAKING_CLASSES = (
    "kinase_inhibitor", "ev_release_inhibitor", "receptor_blocker", "enzyme_inhibitor", "synthesis_inhibitor",
    "neutralising_antibody", "nuclease", "protease", "inhibitor", "secretion_blocker", "cytotoxic",
    "detergent",
)  # fmt: skip
"""Classes of agents that take something away; without a stated role such an agent counts as a loss."""
TARGETED = (*_TAKEN, "added")
"""Manipulations of the product that take one factor away or add it."""


def arm_facts(profiles: Profiles) -> pd.DataFrame:
    """Return what is stated about every arm, columns `FACT_COLUMNS`.

    Examples
    --------
    >>> from secretome_ml.design.start import read_start
    >>> facts = arm_facts(read_start("cell_source=adipose; preconditioning=hypoxia(o2=1%)"))
    >>> facts.loc[facts["about"].isin(CHANGES), "fact"].tolist()
    ['cell_source=adipose', 'hypoxia']
    >>> facts.loc[facts["about"] == "amount", "fact"].tolist()
    ['hypoxia: 1 % O2']
    """
    parts = [*_context(profiles), _done(profiles), _manipulated(profiles)]
    return _joined(parts).drop_duplicates(ignore_index=True)


def fact_sets(profiles: Profiles, about: Iterable[str]) -> pd.Series:
    """Return, per sample, the set of its facts about some things.

    Examples
    --------
    >>> from secretome_ml.design.start import read_start
    >>> sorted(fact_sets(read_start("cell_source=adipose; product=ev"), NEAR)["start"])
    ['cell_source=adipose', 'product=ev']
    """
    facts = arm_facts(profiles)
    wanted = facts[facts["about"].isin(set(about))]
    sets = wanted.groupby("sample", sort=False)["fact"].agg(frozenset)
    found = [sets.get(sample, frozenset()) for sample in profiles.samples]
    return pd.Series(found, index=profiles.samples, dtype=object)


def differing_aspects(profiles: Profiles, pairs: pd.DataFrame) -> list[tuple[str, ...]]:
    """Return, per pair of arms (`arm, than`), the aspects in which what is stated differs, amounts included.

    Parameters
    ----------
    profiles : Profiles
        The arms.
    pairs : pandas.DataFrame
        Columns `arm` and `than`, names of samples.
    """
    facts = arm_facts(profiles)
    sets: dict[tuple[Hashable, ...], frozenset[str]] = dict(
        facts.groupby(["sample", "aspect"])["fact"].agg(frozenset).items()
    )
    nothing: frozenset[str] = frozenset()
    return [
        tuple(a for a in ASPECTS if sets.get((arm, a), nothing) != sets.get((than, a), nothing))
        for arm, than in zip(pairs["arm"], pairs["than"], strict=True)
    ]


def done_fact(entry: Mapping[str, object]) -> str | None:
    """Return what one preconditioning entry does to the cells, or None for a sham.

    Dose, oxygen and time are not part of it: the same thing done at another dose is the same change. A
    knocked-down gene is another fact than the same gene over-expressed.

    Examples
    --------
    >>> done_fact({"kind": "genetic_modification", "agent": "VEGF siRNA"})
    'knock down VEGFA'
    >>> done_fact({"kind": "cytokine", "agent": "IFN-γ"})
    'cytokine: IFNG'
    """
    found = understood(str(entry["kind"]), entry["agent"] if isinstance(entry["agent"], str) else None)
    if found.direction == 0 or found.kind in _TO_THE_PRODUCT:
        return None
    what = " + ".join(found.targets or ((found.target,) if found.target else ()))
    if found.kind in ("gene_up", "gene_down"):
        return f"{'over-express' if found.direction > 0 else 'knock down'} {what}"
    kind = str(entry["kind"]).removeprefix("other:").replace("_", " ").replace("three d", "3D")
    if found.direction < 0 and what:
        return f"{kind}: {what} blocked"
    agent = entry["agent"] if isinstance(entry["agent"], str) and not what else ""
    named = what or (agent if kind != "hypoxia" else "")
    return f"{kind}: {named}" if named and named != kind else kind


def manipulation_fact(entry: Mapping[str, object]) -> str:
    """Return what was done to the product after collection: `TGFB1 neutralised`."""
    target = entry["target"] if isinstance(entry["target"], str) else ""
    return f"{target} {entry['kind']}".strip()


@lru_cache(maxsize=4096)
def understood(kind: str, agent: str | None) -> Intervention:
    """Return what a preconditioning entry means; the same words are read once."""
    return parse_intervention(kind, agent)


@dataclass(frozen=True)
class Done:
    """One thing that an entry does to the cells; `presence` is 1 for what was applied and 0 for a sham."""

    kind: str
    target: str | None
    direction: float
    agent_class: str | None
    presence: float


def done_by(kind: str, agent: str | None) -> tuple[Done, ...]:
    """Return what a preconditioning entry does to the cells, agent by agent; the same words are read once.

    Nothing where it was done to the product: the profile holds that as a manipulation.

    Examples
    --------
    >>> [d.target for d in done_by("cytokine", "TNF-alpha and IFN-gamma")]
    ['TNF', 'IFNG']
    """
    found = understood(kind, agent)
    if found.kind in _TO_THE_PRODUCT:
        return ()
    shown = "other" if kind.startswith("other:") else kind
    sign = float(found.direction)
    targets = found.targets or (found.target,)
    return tuple(Done(shown, target, sign, found.agent_class, float(sign != 0)) for target in targets)


def term_of(done: Done) -> Term:
    """Return what was done to the cells as a term of an explanation; a sham did nothing.

    Examples
    --------
    >>> [term_of(d).word for d in done_by("genetic_modification", "VEGF siRNA") + done_by("none", None)]
    ['VEGFA', 'none']
    """
    if done.direction == 0:
        return NO_PRECONDITIONING
    if done.target is None:
        return Term(DONE, done.kind)
    return Term(GENE if done.kind == GENETIC else AGENT, done.target)


def interventions(profiles: Profiles) -> pd.DataFrame:
    """Return one row per sample and agent: kind, target, direction (+1, -1, 0 for a sham), agent class.

    `presence` is 1 for a thing that was applied and 0 for a sham control.
    """
    frame = profiles.preconditioning
    columns = (frame[c].to_numpy(dtype=object, na_value=None) for c in ("sample", "kind", "agent"))
    rows = [
        (sample, done.kind, done.target, done.direction, done.agent_class, done.presence)
        for sample, kind, agent in zip(*columns, strict=True)
        for done in done_by(str(kind), agent)
    ]
    return pd.DataFrame(rows, columns=list(INTERVENTION_COLUMNS))


def _context(profiles: Profiles) -> Iterable[pd.DataFrame]:
    for column in context_columns():
        stated = profiles.context[column.name].dropna()
        own = {"sample": stated.index, "aspect": column.aspect}
        if column.name == "donor":
            yield pd.DataFrame({**own, "about": "words", "fact": "donor: " + stated.to_numpy(dtype=object)})
            states = stated.map(donor_state)
            named = states.where(states.map(bool), stated.map(lambda text: [text])).map(sorted).explode()
            stated, own = named, {"sample": named.index, "aspect": column.aspect}
        values = stated.to_numpy(dtype=object)
        yield pd.DataFrame({**own, "about": column.name, "fact": f"{column.name}=" + values})
        if column.compared == "class":
            classes = [Terms().cell_class(v) or v for v in values]
            yield pd.DataFrame({**own, "about": "cell_class", "fact": [f"cell_class={c}" for c in classes]})


def _done(profiles: Profiles) -> pd.DataFrame:
    entries = profiles.preconditioning
    rows: list[dict[str, object]] = []
    for entry in entries.to_dict("records"):
        agent = entry["agent"] if isinstance(entry["agent"], str) else None
        fact = done_fact(entry)
        aspect = "gene" if entry["kind"] == GENETIC else "agent"
        own = {"sample": entry["sample"], "aspect": aspect}
        if fact is None:
            continue
        rows.append({**own, "about": "done", "fact": fact})
        amount = ", ".join(_amounts(entry))
        if amount:
            rows.append({**own, "about": "amount", "fact": f"{fact}: {amount}"})
        if agent is not None and understood(str(entry["kind"]), agent).target is None:
            rows.append({**own, "about": "words", "fact": f"{fact}: {agent}"})
    parts = interventions(profiles)
    parts = parts[parts["direction"] != 0]  # a sham is no treatment
    genetic = (parts["kind"] == GENETIC).map({True: "gene", False: "agent"})
    split = [
        parts[["sample", "target"]].assign(
            aspect=genetic, about=about, fact=f"{about}=" + parts[column], sign=parts["direction"]
        )[parts[column].notna()]
        for about, column in (("kind", "kind"), ("class", "agent_class"), ("agent", "target"))
    ]
    return _joined([pd.DataFrame(rows, columns=list(FACT_COLUMNS[:4]), dtype=object), *split])


def _joined(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return parts as one frame; an empty part brings no types of its own."""
    kept = [part.astype(object) for part in parts if not part.empty]
    whole = pd.concat(kept, ignore_index=True) if kept else pd.DataFrame(dtype=object)
    return whole.reindex(columns=list(FACT_COLUMNS))


def _amounts(entry: Mapping[str, object]) -> Iterable[str]:
    for column, form in _AMOUNTS:
        value = entry[column]
        if isinstance(value, float | int) and value == value:
            unit = entry["unit"] if isinstance(entry["unit"], str) else ""
            yield form.format(f"{value:g}", unit).strip()


def _manipulated(profiles: Profiles) -> pd.DataFrame:
    rows: list[dict[str, object]] = []
    for entry in profiles.manipulations.to_dict("records"):
        kind = str(entry["kind"])
        own = {"sample": entry["sample"], "aspect": "product"}
        target = entry["target"] if isinstance(entry["target"], str) and kind in TARGETED else None
        sign = -1.0 if kind in _TAKEN else 1.0
        fact = {"fact": manipulation_fact(entry), "target": target, "sign": sign if target else None}
        rows += [{**own, "about": "manipulation", **fact}]
        rows += [{**own, "about": "manipulated", "fact": f"manipulation={kind}"}]
    return pd.DataFrame(rows, columns=list(FACT_COLUMNS), dtype=object)
