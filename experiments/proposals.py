"""How much of a record `evidence propose` finds, and how much of what it proposes stands in the record.

    python -m experiments.proposals TEXTS

`TEXTS` is a folder of papers, each named by the identifier of its study (`s-0002bc31.txt`, `.xml`, `.html`).
The texts are not ours to publish, so they are not here. Per field the values of all arms of a study are one
set; precision and recall are pooled over studies.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from secretome_ml.core.errors import InputRefused
from secretome_ml.evidence import Evidence, load_evidence
from secretome_ml.papers import Candidate, propose, read_paper
from secretome_ml.vocabulary import FactorVocabulary, Terms, parse_intervention

FIELDS = (
    "cell type", "cell source", "species", "product", "kind of preconditioning", "agent or gene", "numbers",
    "factor", "factor and state", "effect", "effect and result", "effect compared", "effect and direction",
)  # fmt: skip
Values = dict[str, set[str]]


def of_record(evidence: Evidence, study: str) -> Values:
    """Return what the record of a study states, by field."""
    own = evidence.subset([study])
    rows = [("arms", r) for r in own.arms.to_dict("records")]
    rows += [
        (n, r)
        for n in ("preconditioning", "manipulations", "factors", "outcomes", "comparisons")
        for r in own.tables[n].to_dict("records")
    ]
    return _values((table, {k: v for k, v in row.items() if pd.notna(v)}) for table, row in rows)


def of_candidates(candidates: Iterable[Candidate]) -> Values:
    """Return what was proposed of a paper, by field."""
    return _values((c.table, {"arm": c.arm, **c.fact}) for c in candidates)


def _values(rows: Iterable[tuple[str, dict[str, object]]]) -> Values:
    found: Values = {field: set() for field in FIELDS}
    kinds: dict[str, set[str]] = {}
    stated = list(rows)
    for table, row in stated:
        if table == "manipulations" or (table == "preconditioning" and row["kind"] != "none"):
            kinds.setdefault(str(row["arm"]), set()).add(str(row["kind"]))
    for table, row in stated:
        if table == "arms":
            named = {
                "cell type": "cell_type",
                "cell source": "cell_source",
                "species": "species",
                "product": "product",
            }
            for field, column in named.items():
                value = Terms().resolve(column, str(row[column])) if column in row else None
                if value and value != "none":
                    found[field].add(
                        _merged(Terms().parent(column, value) or value if column == "cell_type" else value)
                    )
        elif table == "preconditioning" and row["kind"] != "none":
            agent = str(row["agent"]) if "agent" in row else None
            meant = parse_intervention(str(row["kind"]), agent)
            if meant.kind != "sham":
                found["kind of preconditioning"].add(str(row["kind"]))
                found["agent or gene"] |= {f"{t} {meant.direction:+d}" for t in meant.targets}
                found["numbers"] |= {
                    f"{c} {float(str(row[c])):g}" for c in ("o2_percent", "hours", "dose") if c in row
                }
        elif table == "factors":
            name = FactorVocabulary.load().resolve(str(row["name"])).factor or str(row["name"])
            found["factor"].add(name)
            found["factor and state"].add(f"{name} {row['state']}")
        elif table == "outcomes":
            found["effect"].add(str(row["effect"]))
            found["effect and result"].add(f"{row['effect']} {row['result']}")
        elif table == "comparisons":
            found["effect compared"].add(str(row["effect"]))
            more, less = len(kinds.get(str(row["arm"]), ())), len(kinds.get(str(row["than"]), ()))
            turned = {"higher": "lower", "lower": "higher", "equal": "equal"}
            # Said of the arm to which more was done, whichever the record wrote first.
            direction = str(row["direction"]) if more >= less else turned[str(row["direction"])]
            found["effect and direction"].add(f"{row['effect']} {direction}")
    return found


def _merged(value: str) -> str:
    """Return one word for vesicles, whose names papers use for one another."""
    return "vesicles" if value in ("ev", "exosome", "microvesicle") else value


def measure(folder: Path) -> pd.DataFrame:
    """Return, per field, the values in the record, proposed and shared, with precision and recall."""
    evidence = load_evidence()
    known = set(evidence.studies["study"])
    counts = {field: [0, 0, 0] for field in FIELDS}
    studies = refused = 0
    for file in sorted(p for p in folder.iterdir() if p.stem in known):
        studies += 1
        try:
            proposed = of_candidates(propose(read_paper(file)))
        except InputRefused as why:
            refused += 1
            print(f"{file.name}: {why.problems[0].what}", file=sys.stderr)
            proposed = of_candidates(())
        record = of_record(evidence, file.stem)
        for field in FIELDS:
            counts[field][0] += len(record[field])
            counts[field][1] += len(proposed[field])
            counts[field][2] += len(record[field] & proposed[field])
    rows = [
        (f, r, p, b, round(b / p, 3) if p else None, round(b / r, 3) if r else None)
        for f, (r, p, b) in counts.items()
    ]
    print(f"{studies} studies, {refused} refused", file=sys.stderr)
    return pd.DataFrame(rows, columns=["field", "in the record", "proposed", "both", "precision", "recall"])


if __name__ == "__main__":
    print(measure(Path(sys.argv[1])).to_string(index=False))
