"""What is stated about a preparation, as facts that can be gained or lost: one fact, one thing changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache

from secretome_ml.profiles.profiles import Profiles
from secretome_ml.vocabulary import Intervention, Terms, parse_intervention

# Stage, fraction and the finer cell type follow from the source and the product; they are no change of
# their own.
_DONE_TO_THE_PRODUCT = ("depleted", "neutralised")
COMPARED = ("cell_source", "species", "donor", "product", "culture")


def facts_by_sample(profiles: Profiles) -> dict[str, frozenset[str]]:
    """Return, per sample, the facts that a change could touch.

    Examples
    --------
    >>> from secretome_ml.design.start import read_start
    >>> sorted(facts_by_sample(read_start("cell_source=adipose; preconditioning=hypoxia(o2=1%)"))["start"])
    ['cell_source=adipose', 'hypoxia']
    """
    found: dict[str, set[str]] = defaultdict(set)
    terms = Terms()
    for sample, row in profiles.context.iterrows():
        own = found[str(sample)]
        own |= {f"{c}={row[c]}" for c in COMPARED if isinstance(row[c], str)}
        if isinstance(row["cell_type"], str):
            own.add(f"cell_class={terms.cell_class(row['cell_type']) or row['cell_type']}")
    for entry in profiles.preconditioning.to_dict("records"):
        fact = done_fact(entry)
        if fact is not None:
            found[str(entry["sample"])].add(fact)
    for entry in profiles.manipulations.to_dict("records"):
        found[str(entry["sample"])].add(manipulation_fact(entry))
    return {str(sample): frozenset(found[str(sample)]) for sample in profiles.samples}


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
    if found.direction == 0 or found.kind in _DONE_TO_THE_PRODUCT:
        return None
    what = " + ".join(found.targets or ((found.target,) if found.target else ()))
    if found.kind in ("gene_up", "gene_down"):
        return f"{'over-express' if found.direction > 0 else 'knock down'} {what}"
    kind = str(entry["kind"]).removeprefix("other:").replace("_", " ").replace("three d", "3D")
    if found.direction < 0:
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
