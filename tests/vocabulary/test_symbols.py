"""Names as people and instruments write them, each against the UniProt accession of the protein."""

from __future__ import annotations

import csv

import pytest

from conftest import ROOT
from secretome_ml.vocabulary import FactorVocabulary, parse_mirna

VOCABULARY = FactorVocabulary.load()


@pytest.mark.parametrize(
    ("name", "accession"),
    [
        ("AARS1", "P49588"),
        ("EPRS1", "P07814"),
        ("SEPTIN2", "Q15019"),
        ("SEPT2", "Q15019"),
        ("Septin2", "Q15019"),
        ("MARCHF5", "Q9NX47"),
        ("H1-2", "P16403"),
        ("HIST1H1C", "P16403"),
        ("H1-0", "P07305"),
        ("H2AZ1", "P0C0S5"),
        ("H3-3A", "P84243"),
        ("H4C1", "P62805"),
        ("H4-16", "P62805"),
        ("NIBAN1", "Q9BZQ8"),
        ("RIGI", "O95786"),
        ("STING1", "Q86WV6"),
        ("CAVIN1", "Q6NZI2"),
        ("P2RY12", "Q9H244"),
        ("B4GAT1", "O43505"),
        ("Lyz2", "P61626"),
        ("Trp53", "P04637"),
        ("Serpina3n", "P01011"),
        ("hIL-6", "P05231"),
        ("rIL-6", "P05231"),
        ("mTNF", "P01375"),
        ("huTNF", "P01375"),
        ("IFNy", "P01579"),
        ("IFN-y", "P01579"),
        ("mVEGF-A", "P15692"),
        ("trm|P02768|ALBU_HUMAN", "P02768"),
        ("tr|P02768|ALBU_HUMAN", "P02768"),
        ("mTOR", "P42345"),
        ("hTERT", "O14746"),
    ],
)
def test_a_name_is_the_protein_of_its_accession(name: str, accession: str) -> None:
    found = VOCABULARY.resolve(name).factor
    assert found is not None
    assert VOCABULARY.accession(found) == accession


@pytest.mark.parametrize("name", ["cAMP", "cGMP", "MAX", "Max", "SET", "set", "REST", "O75", "rRNA", "H10"])
def test_a_word_or_another_molecule_is_no_protein(name: str) -> None:
    found = VOCABULARY.resolve(name)
    assert found.factor is None
    assert found.reason


def test_the_gene_beside_the_molecule_stays() -> None:
    assert VOCABULARY.resolve("CAMP").factor == "CAMP"
    assert VOCABULARY.resolve("Camp").factor == "CAMP"


@pytest.mark.parametrize(
    ("name", "factor"),
    [
        ("miR-29 family", "miR-29"),
        ("miR-29a/b/c", "miR-29"),
        ("miR-17~92 cluster", "miR-17-92"),
        ("MIR7", "miR-7"),
        ("miR-7", "miR-7"),
        ("circHIPK3", "circHIPK3"),
        ("hsa_circ_HIPK3", "circHIPK3"),
        ("circRNA-Hipk3", "circHIPK3"),
    ],
)
def test_rna_as_papers_name_it(name: str, factor: str) -> None:
    assert VOCABULARY.resolve(name).factor == factor


def test_every_current_symbol_leads_to_a_protein_and_is_no_other_factor() -> None:
    with (ROOT / "data" / "vocabulary" / "symbols.csv").open() as file:
        rows = list(csv.DictReader(file))
    proteins = {r["symbol"] for r in csv.DictReader((ROOT / "data" / "vocabulary" / "proteins.csv").open())}
    assert len(rows) > 150
    assert len({r["symbol"] for r in rows}) == len(rows)
    for row in rows:
        found = VOCABULARY.resolve(row["symbol"])
        assert found.factor is not None, row
        assert VOCABULARY.accession(found.factor) is not None
        assert row["symbol"] not in proteins


def test_no_protein_has_a_microrna_for_a_name() -> None:
    with (ROOT / "data" / "vocabulary" / "factors.csv").open() as file:
        for row in csv.DictReader(file):
            if row["kind"] == "protein":
                assert not [s for s in row["synonyms"].split("|") if parse_mirna(s)], row["id"]
