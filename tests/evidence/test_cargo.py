"""The catalogue of cargo, against records written here and against a walk over the corpus."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conftest import make_arm, make_evidence, make_record
from secretome_ml.core.errors import InputRefused, UnknownName
from secretome_ml.evidence import cargo, write_records
from secretome_ml.evidence.cargo import read_list, reported, set_against
from secretome_ml.vocabulary import FactorVocabulary


@pytest.fixture(scope="module")
def made():
    vesicles = make_arm(
        "v",
        product="exosome",
        cell_source="adipose",
        collection={"isolation": "ultracentrifugation"},
        preconditioning=[{"kind": "hypoxia", "o2_percent": 1}],
        factors=[
            {"name": "VEGF-A", "state": "elevated", "assay": "ELISA"},
            {"name": "miR-126-3p", "state": "detected", "assay": "qPCR"},
            {"name": "HGF", "state": "not_detected"},
            {"name": "CD63", "state": "detected"},
        ],
    )
    medium = make_arm("m", product="conditioned_medium", factors=[{"name": "VEGF165", "state": "decreased"}])
    transcript = make_arm(
        "c", product="cells", factors=[{"name": "IL-6", "state": "detected", "assay": "RT-PCR"}]
    )
    return make_evidence(
        make_record(1, vesicles),
        make_record(2, medium, transcript),
        make_record(3, make_arm("v", product="ev", factors=[{"name": "VEGF", "state": "not_detected"}])),
    )


def rows(table, **where) -> list[dict[str, object]]:
    return [r for r in table.to_dict("records") if all(r[k] == v for k, v in where.items())]


def test_what_found_and_what_did_not_find_it(made):
    table = cargo(made, by=("carrier",))
    (vegf,) = rows(table, factor="VEGFA", carrier="vesicles")
    assert (vegf["found"], vegf["not_found"], vegf["elevated"], vegf["decreased"]) == (1, 1, 1, 0)
    assert (vegf["methods"], vegf["isolations"]) == ("ELISA", "ultracentrifugation")
    assert vegf["markers"] == "CD63", "what the same study reports of its vesicles"
    assert (vegf["studies"], vegf["studies_not_found"]) == ("s-00000001", "s-00000003")
    (hgf,) = rows(table, factor="HGF")
    assert (hgf["found"], hgf["not_found"]) == (0, 1), "looked for and not found is a row of its own"
    assert not rows(table, factor="TNF"), "not looked for is no row"


def test_what_was_measured(made):
    molecules = {r["factor"]: r["molecule"] for r in cargo(made, by=()).to_dict("records")}
    assert molecules == {
        "VEGFA": "protein",
        "HGF": "protein",
        "CD63": "protein",
        "miR-126-3p": "RNA",
        "IL6": "RNA",
    }


def test_told_apart_by_preparation(made):
    table = cargo(made, by=("preparation",))
    assert rows(table, factor="VEGFA", preparation="hypoxia")[0]["found"] == 1
    assert rows(table, factor="VEGFA", preparation="none stated")[0]["found"] == 1
    with pytest.raises(UnknownName, match="colour"):
        cargo(made, by=("colour",))


def test_an_own_list(made, tmp_path: Path):
    (tmp_path / "mine.csv").write_text("sample,gene\n1,VEGF\n2,HGF\n3,TNF\n4,moonlight\n", encoding="utf-8")
    names = read_list(tmp_path / "mine.csv")
    assert names == ["VEGF", "HGF", "TNF", "moonlight"]
    told = set_against(cargo(made), names)
    assert told["answer"].tolist() == [
        "reported",
        "looked for and not found",
        "never looked for",
        "unknown name",
    ]
    assert told["found"].tolist()[:3] == [2, 0, 0], "a study counts once, however many rows it has"
    (tmp_path / "plain.txt").write_text("VEGF\nHGF\n", encoding="utf-8")
    assert read_list(tmp_path / "plain.txt") == ["VEGF", "HGF"]
    (tmp_path / "empty.csv").write_text("gene\n", encoding="utf-8")
    for bad in ("empty.csv", "nowhere.csv"):
        with pytest.raises(InputRefused):
            read_list(tmp_path / bad)


def test_the_corpus_against_a_walk_over_its_records(corpus):
    vocabulary = FactorVocabulary.load()
    found: dict[str, set[str]] = {}
    for line in write_records(corpus).splitlines():
        record = json.loads(line)
        for arm in record["arms"]:
            for factor in arm["factors"]:
                resolved = vocabulary.resolve(factor["name"]).factor
                if resolved and factor["state"] != "not_detected":
                    found.setdefault(resolved, set()).add(record["study"]["id"])
    table = cargo(corpus, by=())
    counted = dict.fromkeys(found, 0)
    for row in table.to_dict("records"):
        # A protein and its transcript are two rows of one factor.
        if row["found"]:
            counted[row["factor"]] = max(counted[row["factor"]], row["found"])
            assert set(row["studies"].split("; ")) <= found[row["factor"]]
    assert set(found) == {f for f, n in counted.items() if n}
    assert reported(corpus) == set(found)
    assert reported(corpus, "vesicles") < reported(corpus)
