"""Rebuild the generated vocabulary tables from UniProt and from the hand-kept files in `curated/`.

Usage: python tools/build_vocabulary.py RAW_DIR, where RAW_DIR holds `uniprot_human_reviewed.tab.gz`, the
table of reviewed human proteins from UniProt (columns Entry, Protein names, Gene names). Writes
`factors.csv`, `proteins.csv` and `ambiguous.csv` into `data/vocabulary/`.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from secretome_ml.vocabulary.mirna import parse_mirna  # noqa: E402
from secretome_ml.vocabulary.normalise import normal_form  # noqa: E402

VOCABULARY = ROOT / "data" / "vocabulary"
FACTOR_COLUMNS = ["id", "label", "kind", "family", "synonyms", "uniprot", "chebi", "source"]
SHORTEST_NAME = 3
LONGEST_NAME = 70


@dataclass
class Protein:
    """One UniProt entry: its accession, gene names (the primary first) and protein names."""

    accession: str
    genes: list[str]
    names: list[str]


@dataclass
class Draft:
    """A factor on its way into the table; synonyms are kept apart by how far they can be trusted."""

    row: dict[str, str]
    curated: list[str]
    genes: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)


def protein_names(cell: str) -> Iterator[str]:
    """Yield the recommended name and the alternatives in top-level brackets; fragments and EC numbers not."""
    text, depth, start = cell.split(" [Cleaved into")[0].split(" [Includes")[0], 0, 0
    head = text.split(" (")[0]
    yield head
    for place, char in enumerate(text):
        if char == "(":
            depth += 1
            if depth == 1:
                start = place + 1
        elif char == ")":
            depth -= 1
            if depth == 0 and place - start > 1 and text[start - 2 : start - 1] == " ":
                yield text[start:place].removeprefix("CD antigen ")


def read_uniprot(path: Path) -> list[Protein]:
    """Read UniProt's table; entries without a gene name are left out."""
    with gzip.open(path, "rt", encoding="utf-8") as handle:
        found = []
        for row in csv.DictReader(handle, delimiter="\t"):
            genes = row["Gene names"].replace(";", " ").split()
            if genes:
                names = [n for n in protein_names(row["Protein names"]) if not n.startswith("EC ")]
                found.append(Protein(row["Entry"], genes, names))
    return found


def read_csv(path: Path) -> list[dict[str, str]]:
    """Read one hand-kept table."""
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def write_csv(path: Path, columns: list[str], rows: Iterable[dict[str, str]]) -> None:
    """Write one table with Unix line ends."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, fieldnames=columns, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def draft_factors(curated: list[dict[str, str]], proteins: list[Protein]) -> list[Draft]:
    """Join the hand-kept rows with UniProt; stop at a protein that UniProt does not know."""
    by_accession = {p.accession: p for p in proteins}
    by_symbol: dict[str, Protein] = {}
    for protein in proteins:
        by_symbol.setdefault(protein.genes[0], protein)
    drafts: list[Draft] = []
    unknown: list[str] = []
    for row in curated:
        draft = Draft(dict(row), [s for s in row["synonyms"].split("|") if s])
        if row["kind"] == "protein":
            found = by_accession.get(row["uniprot"]) or by_symbol.get(row["id"])
            if found is None:
                unknown.append(row["id"])
                continue
            draft.row["uniprot"] = found.accession
            draft.genes = [g for g in found.genes if g != row["id"]]
            draft.names = found.names
            draft.row["label"] = row["label"] or found.names[0]
            draft.row["source"] = (
                "UniProt (CC BY 4.0); curated synonyms" if draft.curated else "UniProt (CC BY 4.0)"
            )
        else:
            draft.row["label"] = row["label"] or row["id"]
            draft.row["source"] = "curated; ChEBI id" if row["chebi"] else "curated"
        drafts.append(draft)
    if unknown:
        raise SystemExit(f"Not in UniProt's table: {', '.join(unknown)}. Correct curated/factors.csv.")
    return drafts


def owners(
    drafts: list[Draft], decided: set[str], symbols: set[str]
) -> tuple[dict[str, str], dict[str, set[str]], list[str]]:
    """Give each normal form to one factor: id first, then curated, then gene names, then protein names.

    An alias from UniProt that is another protein's own symbol (`symbols`) is left out.
    """
    owner: dict[str, str] = {}
    contested: dict[str, set[str]] = {}
    errors: list[str] = []
    for draft in drafts:
        form = normal_form(draft.row["id"])
        if form in owner and form not in decided:
            errors.append(f"the ids {owner[form]} and {draft.row['id']} look alike")
        owner.setdefault(form, draft.row["id"])
    for layer in ("curated", "genes", "names"):
        claims: dict[str, set[str]] = defaultdict(set)
        spelling: dict[str, str] = {}
        for draft in drafts:
            for name in getattr(draft, layer):
                form = normal_form(name)
                if layer != "curated" and not (len(form) >= SHORTEST_NAME and len(name) <= LONGEST_NAME):
                    continue
                if layer != "curated" and (form in symbols or parse_mirna(name)):
                    continue
                claims[form].add(draft.row["id"])
                spelling.setdefault(form, name)
        for form, claimants in claims.items():
            if form in decided:
                continue
            if form in owner:
                if layer == "curated" and claimants != {owner[form]}:
                    errors.append(
                        f"the synonym {spelling[form]} of {sorted(claimants)} is also {owner[form]}"
                    )
            elif len(claimants) == 1 and spelling[form] not in contested:
                owner[form] = next(iter(claimants))
            elif layer == "curated":
                errors.append(f"the synonym {spelling[form]} is given to {sorted(claimants)}")
            else:
                contested[spelling[form]] = claimants
    return owner, contested, errors


def main() -> None:
    """Build the three tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("raw", type=Path, help="folder with uniprot_human_reviewed.tab.gz")
    raw: Path = parser.parse_args().raw
    proteins = read_uniprot(raw / "uniprot_human_reviewed.tab.gz")
    drafts = draft_factors(read_csv(VOCABULARY / "curated" / "factors.csv"), proteins)
    ambiguous = read_csv(VOCABULARY / "curated" / "ambiguous.csv")
    decided = {normal_form(row["name"]) for row in ambiguous}
    owner, contested, errors = owners(drafts, decided, {normal_form(p.genes[0]) for p in proteins})
    if errors:
        raise SystemExit("curated/factors.csv contradicts itself:\n" + "\n".join(errors))
    for draft in drafts:
        kept: dict[str, str] = {}
        for name in [*draft.curated, *draft.genes, *draft.names]:
            form = normal_form(name)
            if (
                owner.get(form) == draft.row["id"]
                and form != normal_form(draft.row["id"])
                and "|" not in name
            ):
                kept.setdefault(form, name)
        draft.row["synonyms"] = "|".join(kept.values())
    order = {
        "protein": 0,
        "family": 1,
        "complex": 2,
        "mirna": 3,
        "rna": 4,
        "lipid": 5,
        "small_molecule": 6,
        "class": 7,
    }
    drafts.sort(key=lambda d: (order[d.row["kind"]], d.row["id"]))
    write_csv(VOCABULARY / "factors.csv", FACTOR_COLUMNS, (d.row for d in drafts))
    shared = [
        {
            "name": name,
            "candidates": "|".join(sorted(ids)),
            "decision": "",
            "reason": "UniProt gives it to each of them",
        }
        for name, ids in sorted(contested.items())
        if normal_form(name) not in owner
    ]
    curated = [{**row, "source": "curated"} for row in ambiguous]
    write_csv(
        VOCABULARY / "ambiguous.csv",
        ["name", "candidates", "decision", "reason", "as_written", "source"],
        [*curated, *({**row, "source": "UniProt (CC BY 4.0)"} for row in shared)],
    )
    write_csv(
        VOCABULARY / "proteins.csv",
        ["symbol", "accession", "names", "source"],
        (
            {
                "symbol": p.genes[0],
                "accession": p.accession,
                "names": "|".join(p.genes),
                "source": "UniProt (CC BY 4.0)",
            }
            for p in sorted(proteins, key=lambda p: (p.genes[0], p.accession))
        ),
    )
    print(f"{len(drafts)} factors, {len(proteins)} proteins, {len(ambiguous) + len(shared)} ambiguous names")


if __name__ == "__main__":
    main()
