"""Canonical tables in every container, templates, examples, the report."""

import io
import json
import sys
from pathlib import Path

import pandas as pd
import pytest

from secretome_ml.core.errors import UnknownName
from secretome_ml.core.paths import data_dir
from secretome_ml.profiles import TEMPLATES, Profiles, join_profiles, template
from secretome_ml.readers import check_input, read_profiles
from secretome_ml.readers.formats.canonical_wide import profiles_from_table
from secretome_ml.readers.genes import resolve_group
from secretome_ml.readers.sample_sheet import read_sample_sheet

WIDE = pd.DataFrame(
    {
        "sample": ["a", "b"],
        "cell_source": ["adipose", None],
        "preconditioning": ["hypoxia(o2=1%, hours=48)", None],
        "VEGF-A [pg/mL]": ["500.5", "<3.2"],
        "IL-6": ["elevated", ">5000"],
    }
)


def same(left: Profiles, right: Profiles) -> bool:
    columns = ["sample", "factor", "state", "value", "unit", "lod", "level"]
    frames = [
        (p.factors[columns].astype(str), p.context.astype(str), p.preconditioning.astype(str))
        for p in (left, right)
    ]
    return all(a.equals(b) for a, b in zip(*frames, strict=True))


def test_wide_in_every_container(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    WIDE.to_csv(tmp_path / "w.csv", index=False)
    first = read_profiles(tmp_path / "w.csv")
    assert first.factors["lod"].dropna().tolist() == [3.2]
    WIDE.to_csv(tmp_path / "w.tsv", index=False, sep="\t")
    WIDE.to_csv(tmp_path / "w.txt", index=False, sep=";")
    WIDE.to_csv(tmp_path / "w.csv.gz", index=False)
    WIDE.to_csv(tmp_path / "w.csv.xz", index=False)
    WIDE.to_excel(tmp_path / "w.xlsx", index=False)
    WIDE.to_parquet(tmp_path / "w.parquet", index=False)
    for name in ("w.tsv", "w.txt", "w.csv.gz", "w.csv.xz", "w.xlsx", "w.parquet"):
        assert same(first, read_profiles(tmp_path / name)), name
        renamed = tmp_path / f"{name}.bin"
        renamed.write_bytes((tmp_path / name).read_bytes())
        assert same(first, read_profiles(renamed)), f"{name} by content"
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(renamed.read_bytes())))
        assert same(first, read_profiles("-")), f"{name} by stdin"


def test_long_and_wide_agree(tmp_path: Path) -> None:
    long = "sample,factor,value,unit,state,cell_source,preconditioning\n"
    long += 'a,VEGF-A,500.5,pg/mL,,adipose,"hypoxia(o2=1%, hours=48)"\nb,VEGF-A,<3.2,pg/mL,,,\n'
    long += "a,IL-6,,,elevated,,\nb,IL-6,>5000,,,,\n"
    (tmp_path / "l.csv").write_text(long)
    WIDE.to_csv(tmp_path / "w.csv", index=False)
    wide = read_profiles(tmp_path / "w.csv")
    assert same(read_profiles(tmp_path / "l.csv"), wide)


def test_a_table_in_memory() -> None:
    profiles = profiles_from_table(WIDE.astype("string"), "request")
    assert list(profiles.samples) == ["a", "b"]


def test_numbers_in_parquet_and_missing(tmp_path: Path) -> None:
    pd.DataFrame({"sample": ["a", "b"], "IL-6 [pg/mL]": [1.5, float("nan")]}).to_parquet(
        tmp_path / "n.parquet"
    )
    assert read_profiles(tmp_path / "n.parquet").factors["sample"].tolist() == ["a"]


def test_forced_format_and_unknown_format(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("sample,IL-6\na,5\n")
    assert read_profiles(tmp_path / "p.csv", format="plate").factors["unit"].tolist() == ["MFI"]
    with pytest.raises(UnknownName, match="is no format"):
        read_profiles(tmp_path / "p.csv", format="moon")


def test_context_names_of_any_case(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("Sample,Cell source,IL-6\na,adipose,5\n")
    assert read_profiles(tmp_path / "p.csv").context["cell_source"].tolist() == ["adipose"]


@pytest.mark.parametrize("name", TEMPLATES)
def test_templates_can_be_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(template(name))
    if name == "luminex-sheet":
        assert read_sample_sheet(path).frame["sample"].tolist() == [f"Unknown{i}" for i in range(1, 5)]
    else:
        profiles = read_profiles(path)
        assert list(profiles.samples) == ["example_1", "example_2"]
        assert profiles.preconditioning["kind"].tolist() == ["none", "hypoxia"]


EXAMPLES = {
    "adipose_freeze_dried.tsv": ("long", 2, 8),
    "adipose_hypoxia.csv": ("wide", 2, 4),
    "amnion_solution_elisa.csv": ("elisa", 1, 6),
    "bone_marrow_lps.xlsx": ("wide", 2, 10),
    "bone_marrow_supplements.parquet": ("wide", 2, 12),
    "bone_marrow_tgf_alpha.csv": ("long", 3, 3),
    "hypoxic_coculture.jsonl": ("evidence", 4, 12),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples(name: str) -> None:
    folder = data_dir() / "examples"
    sheet = folder / "bone_marrow_tgf_alpha_sheet.csv" if name == "bone_marrow_tgf_alpha.csv" else None
    report = check_input(folder / name, metadata=sheet)
    profiles = read_profiles(folder / name, metadata=sheet)
    assert report.ok
    assert (report.format, len(profiles), len(profiles.factors)) == EXAMPLES[name]
    assert profiles.unknown.empty
    assert profiles.factors["level"].notna().all()


def test_every_example_names_its_source() -> None:
    folder = data_dir() / "examples"
    text = (folder / "README.md").read_text(encoding="utf-8")
    for path in folder.iterdir():
        assert path.name == "README.md" or f"`{path.name}`" in text
    assert text.count("doi:") + text.count("https://") >= 7


def test_report_counts(tmp_path: Path) -> None:
    text = "sample,factor,value,unit\na,IL-6,5,pg/mL\na,VEGF,<2,pg/mL\na,ANG,3,ng/mL\n"
    text += "a,foo bar,1,pg/mL\nb,IL-6,6,pg/mL\n"
    (tmp_path / "t.csv").write_text(text)

    def judge(profiles: Profiles) -> pd.DataFrame:
        return pd.DataFrame(
            {"in_domain": [True, False], "domain_reason": ["", "new"]}, index=profiles.samples
        )

    report = check_input(tmp_path / "t.csv", important=["IL6", "VEGFA"], judge=judge)
    first, second = report.samples
    assert (first["factors_known"], first["factors_unknown"], first["factors_ambiguous"]) == (2, 1, 1)
    assert (first["important_measured"], second["important_measured"]) == (1.0, 0.5)
    assert (second["in_domain"], second["domain_reason"]) == (False, "new")
    assert report.units == {"pg/mL": 3}
    assert report.limits["below the limit"] == 1
    assert {n["name"] for n in report.names} == {"ANG", "foo bar"}
    assert json.loads(report.to_json())["ok"] is True
    assert {s[0] for s in report.sections()} >= {"Values", "Unknown or ambiguous names", "What was done"}


@pytest.mark.parametrize(
    ("accessions", "genes", "factor", "how"),
    [
        ("P15692", "", "VEGFA", "single"),
        ("sp|P15692|VEGFA_HUMAN;sp|P15692-4|VEGFA_HUMAN", "VEGFA", "VEGFA", "single"),
        ("CON__P02769;P05231", "ALB;IL6", "IL6", "single"),
        ("A0A000;P05231", "", "IL6", "single"),
        ("P10147;P13236", "CCL3;CCL4", "CCL3", "leading"),
        ("", "Il6", "IL6", "single"),
        ("", "nonsense", None, "unresolved"),
        ("", "", None, "unresolved"),
    ],
)
def test_protein_groups(accessions: str, genes: str, factor: str | None, how: str) -> None:
    found = resolve_group(accessions, genes)
    assert (found.factor, found.how) == (factor, how)


def test_a_group_within_one_family_becomes_the_family() -> None:
    from secretome_ml.vocabulary import FactorVocabulary, frame

    vocabulary = FactorVocabulary.load()
    table = frame("factors").query("kind == 'protein'")
    for family, members in table.groupby("family"):
        if vocabulary.kind(str(family)) == "family" and len(members) > 1:
            found = resolve_group(";".join(members["uniprot"].head(2)), "")
            assert (found.factor, found.how) == (family, "family")
            return
    pytest.skip("the vocabulary holds no family with members")


def test_joining_keeps_warnings(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_text(f"sample,IL-6\n{name},5\n")
    joined = join_profiles([read_profiles(tmp_path / "a.csv"), read_profiles(tmp_path / "b.csv")])
    assert list(joined.samples) == ["a", "b"]
    assert len(joined.notes) == 1
