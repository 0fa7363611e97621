"""Rebuild `data/knowledge/roles.csv` from Gene Ontology and from the hand-kept files in `curated/`.

Usage: python tools/build_knowledge.py RAW_DIR, where RAW_DIR holds `GO_Biological_Process_2021.fixed.gmt.gz`
(gene sets by GO term, one per line, genes divided by tabs). Writes `roles.csv` and `conflicts.csv`.

How a factor gets a role from GO: `curated/go_terms.csv` gives each term an effect, a role and a weight. A
factor with terms on one side only gets that role; with terms on both sides it gets the role of the side that
has at least twice as many terms, one step weaker; otherwise it gets none and stands in `conflicts.csv`. A
hand-kept row of `curated/roles.csv` always wins over GO for its factor and effect; its role `none` sets GO's
role aside.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VOCABULARY = ROOT / "data" / "vocabulary"
KNOWLEDGE = ROOT / "data" / "knowledge"
COLUMNS = ["factor", "effect", "role", "strength", "evidence", "source", "licence", "note"]
GO_SOURCE = "GO Biological Process 2021"
LICENCE = "CC BY 4.0"
MAJORITY = 2
CLEAR_TERMS = 2
MOST_TERMS = 6
# A shed receptor acts against the membrane receptor that GO describes, and an enzyme of the cell's interior
# does not act from outside: their GO roles would have the wrong sign or no meaning in a secretome.
LEFT_OUT_FAMILIES = {
    "growth factor receptor",
    "cytokine receptor",
    "TNF receptor",
    "chemokine receptor",
    "cell adhesion and shed receptor",
    "intracellular regulator",
    "cellular enzyme",
    "cytoskeleton",
    "nucleic acid binding",
    "vesicle and RNA machinery",
    "lysosomal",
}
# Not secreted, but the genes that cells of the field are engineered with or that are blocked in them.
ENGINEERED = {
    "AKT1",
    "BCL2",
    "BCL2L1",
    "BIRC5",
    "CD274",
    "CXCR4",
    "ENTPD1",
    "GATA4",
    "GJA1",
    "HIF1A",
    "HLA-G",
    "MYC",
    "NFE2L2",
    "NOTCH1",
    "NT5E",
    "PIK3CA",
    "PTEN",
    "SIRT1",
    "SMAD7",
    "TERT",
    "TLR3",
    "TLR4",
}


def read_csv(path: Path) -> list[dict[str, str]]:
    """Read one table."""
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def write_csv(path: Path, rows: Iterable[dict[str, str]]) -> None:
    """Write one table of roles with Unix line ends."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, fieldnames=COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def read_gene_sets(path: Path) -> dict[str, frozenset[str]]:
    """Read the genes of each GO term, by term id."""
    sets: dict[str, frozenset[str]] = {}
    with gzip.open(path, "rt", encoding="utf-8") as handle:
        for line in handle:
            title, _, *genes = line.rstrip("\n").split("\t")
            found = re.search(r"\((GO:\d{7})\)", title)
            if found:
                sets[found.group(1)] = frozenset(filter(None, genes))
    return sets


def symbols_in_scope() -> dict[str, str]:
    """Return every gene symbol, current or older, of the proteins that may get a role from GO."""
    older = {row["accession"]: row["symbol"] for row in read_csv(VOCABULARY / "proteins.csv")}
    scope: dict[str, str] = {}
    for row in read_csv(VOCABULARY / "factors.csv"):
        secreted = row["kind"] == "protein" and row["family"] not in LEFT_OUT_FAMILIES
        if secreted or row["id"] in ENGINEERED:
            scope[row["id"]] = row["id"]
            scope.setdefault(older.get(row["uniprot"], row["id"]), row["id"])
    return scope


def strength_of(terms: list[dict[str, str]], contested: bool) -> int:
    """Grade a role: 3 needs a central term and a second one, 2 a clear term, contested roles lose one."""
    heaviest = max(int(term["weight"]) for term in terms)
    grade = heaviest if len(terms) >= CLEAR_TERMS else min(heaviest, 2)
    return max(1, grade - 1) if contested else grade


def go_roles(gene_sets: dict[str, frozenset[str]]) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Return the roles that GO supports, and those that its terms contradict."""
    scope = symbols_in_scope()
    sides: dict[tuple[str, str], dict[str, list[dict[str, str]]]] = defaultdict(lambda: defaultdict(list))
    for term in read_csv(KNOWLEDGE / "curated" / "go_terms.csv"):
        for gene in sorted(gene_sets.get(term["term"], frozenset())):
            if gene in scope:
                sides[scope[gene], term["effect"]][term["role"]].append(term)
    roles: list[dict[str, str]] = []
    conflicts: list[dict[str, str]] = []
    for (factor, effect), by_role in sorted(sides.items()):
        (role, best), *others = sorted(by_role.items(), key=lambda item: (-len(item[1]), item[0]))
        against = len(others[0][1]) if others else 0
        best = sorted(best, key=lambda term: (-int(term["weight"]), term["term"]))
        row = {
            "factor": factor,
            "effect": effect,
            "role": role,
            "strength": str(strength_of(best, contested=against > 0)),
            "evidence": "|".join(term["term"] for term in best[:MOST_TERMS]),
            "source": GO_SOURCE,
            "licence": LICENCE,
            "note": f"{len(best)} terms for, {against} against" if against else "",
        }
        (roles if len(best) >= MAJORITY * against else conflicts).append(row)
    return roles, conflicts


def main() -> None:
    """Build the two tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("raw", type=Path, help="folder with GO_Biological_Process_2021.fixed.gmt.gz")
    raw: Path = parser.parse_args().raw
    found, conflicts = go_roles(read_gene_sets(raw / "GO_Biological_Process_2021.fixed.gmt.gz"))
    from_go = {(row["factor"], row["effect"]): row for row in found}
    kept = []
    for row in read_csv(KNOWLEDGE / "curated" / "roles.csv"):
        other = from_go.pop((row["factor"], row["effect"]), None)
        if row["role"] == "none":
            conflicts.extend(
                [{**other, "note": f"set aside by hand: {row['note']}"}] if other is not None else []
            )
            continue
        if other is not None and other["role"] != row["role"]:
            remark = f"GO says {other['role']} ({other['evidence'].split('|')[0]})"
            row = {**row, "note": f"{row['note']}; {remark}" if row["note"] else remark}
        kept.append(row)
    decided = {(row["factor"], row["effect"]) for row in kept}
    roles = sorted([*kept, *from_go.values()], key=lambda row: (row["factor"], row["effect"]))
    write_csv(KNOWLEDGE / "roles.csv", roles)
    write_csv(
        KNOWLEDGE / "conflicts.csv", (r for r in conflicts if (r["factor"], r["effect"]) not in decided)
    )
    print(f"{len(roles)} roles ({len(kept)} hand-kept, {len(from_go)} from GO), {len(conflicts)} set aside")


if __name__ == "__main__":
    main()
