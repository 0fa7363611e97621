"""The commands do what the contract says: results on stdout, the rest on stderr, the stated columns."""

import io
import json
import math
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from conftest import HEADLINE, ROOT, make_arm, make_record, run_command
from secretome_ml.explanation.term_map import TERM_COLUMNS
from secretome_ml.model import SCORE_COLUMNS

CONTRACT = [
    "sample",
    "effect",
    "score",
    "probability",
    "probability_low",
    "probability_high",
    "verdict",
    "percentile",
    "in_domain",
    "domain_reason",
    "factors_used",
    "factors_unknown",
    "reading",
    "drivers",
]
WIDE = (
    "sample,cell_type,cell_source,species,product,preconditioning,VEGF-A,IL-6,XYZZY-17\n"
    "A,MSC,adipose,human,conditioned_medium,"
    '"hypoxia(o2=1%, hours=48) + cytokine(IFNG, 10 ng/mL, hours=24)",elevated,decreased,1\n'
    "B,MSC,bone_marrow,human,exosome,none,not_detected,,\n"
)


@pytest.fixture
def wide(tmp_path: Path) -> Path:
    (tmp_path / "wide.csv").write_text(WIDE, encoding="utf-8")
    return tmp_path / "wide.csv"


@pytest.fixture
def records(few, tmp_path: Path) -> Path:
    from secretome_ml.evidence import write_records

    (tmp_path / "some.jsonl").write_text(
        write_records(few.subset(few.studies["study"][:3])), encoding="utf-8"
    )
    return tmp_path / "some.jsonl"


# ---- score -------------------------------------------------------------------------------------------


def test_score_has_the_columns_of_the_contract(command, trained, wide: Path):
    assert list(SCORE_COLUMNS) == CONTRACT
    done = command("score", wide, "--model", trained.bundle)
    assert done.code == 0, done.err
    table = pd.read_csv(io.StringIO(done.out))
    assert table.columns.tolist() == CONTRACT
    assert table[["sample", "effect"]].to_numpy().tolist() == [[s, e] for s in "AB" for e in HEADLINE]


def test_scores_make_sense(command, trained, wide: Path):
    rows = command("score", wide, "--model", trained.bundle, "--json").json
    shares = json.loads((trained.bundle / "trust.json").read_text(encoding="utf-8"))["usual"]
    for row in rows:
        assert 0 <= row["probability_low"] <= row["probability"] <= row["probability_high"] <= 1
        assert 0 <= row["percentile"] <= 100
        assert math.isfinite(row["score"])
        low, high, usual = row["probability_low"], row["probability_high"], shares[row["effect"]]
        judged = "more than usual" if low > usual else "less than usual" if high < usual else "usual"
        assert row["verdict"] == (judged if row["in_domain"] else "not judged")
        assert row["in_domain"] == (row["domain_reason"] == "")
    first = {r["sample"]: r for r in rows}
    assert first["A"]["factors_used"] == 2
    assert first["A"]["factors_unknown"] == "XYZZY-17"
    assert first["B"]["factors_used"] == 1
    assert first["B"]["factors_unknown"] == ""
    assert any("VEGFA" in r["drivers"] or "hypoxia" in r["drivers"] for r in rows if r["sample"] == "A")


def test_records_give_a_row_for_each_arm_and_effect(command, trained, records: Path):
    rows = command("score", records, "--model", trained.bundle, "--json").json
    arms = [
        f"{r['study']['id']}/{a['arm']}"
        for r in map(json.loads, records.read_text(encoding="utf-8").splitlines())
        for a in r["arms"]
    ]
    assert [(r["sample"], r["effect"]) for r in rows] == [(a, e) for a in arms for e in HEADLINE]


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".json"])
def test_every_output_format_holds_the_same(command, trained, records: Path, tmp_path: Path, suffix: str):
    expected = pd.DataFrame(command("score", records, "--model", trained.bundle, "--json").json)
    out = tmp_path / f"out{suffix}"
    done = command("score", records, "--model", trained.bundle, "--out", out)
    assert (done.code, done.out) == (0, "")
    found = {
        ".csv": lambda p: pd.read_csv(p, keep_default_na=False),
        ".parquet": pd.read_parquet,
        ".json": pd.read_json,
    }[suffix](out)
    assert found.columns.tolist() == CONTRACT
    for column in CONTRACT:
        if column in ("score", "probability", "probability_low", "probability_high", "percentile"):
            assert found[column].astype(float).tolist() == pytest.approx(expected[column].tolist())
        else:
            assert found[column].tolist() == expected[column].tolist()


def test_the_contributions_add_up_to_the_score(command, trained, records: Path, tmp_path: Path):
    out = tmp_path / "out.csv"
    done = command(
        "score",
        records,
        "--model",
        trained.bundle,
        "--out",
        out,
        "--explain",
        "--report",
        tmp_path / "page.html",
    )
    assert done.code == 0, done.err
    scores, terms = pd.read_csv(out), pd.read_csv(tmp_path / "out.contributions.csv")
    assert terms.columns.tolist() == list(TERM_COLUMNS)
    sums = terms.groupby(["sample", "effect"])["contribution"].sum()
    for row in scores.to_dict("records"):
        assert abs(sums[row["sample"], row["effect"]] - row["score"]) < 1e-5
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.lstrip().lower().startswith("<!doctype html")
    assert all(s in page for s in scores["sample"].unique())
    assert 'src="http' not in page
    assert "<link" not in page
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "out.contributions.csv",
        "out.csv",
        "page.html",
        "some.jsonl",
    ]


def test_a_sample_gets_the_same_score_alone_and_in_company(command, trained, few, tmp_path: Path):
    """What else stands in the file must not change a score."""
    from secretome_ml.evidence import write_records

    names = few.studies["study"][:8].tolist()
    (tmp_path / "all.jsonl").write_text(write_records(few.subset(names)), encoding="utf-8")
    together = {
        (r["sample"], r["effect"]): r
        for r in command("score", tmp_path / "all.jsonl", "--model", trained.bundle, "--json").json
    }
    for name in names[:4]:
        (tmp_path / "one.jsonl").write_text(write_records(few.subset([name])), encoding="utf-8")
        for row in command("score", tmp_path / "one.jsonl", "--model", trained.bundle, "--json").json:
            other = together[row["sample"], row["effect"]]
            assert row["score"] == pytest.approx(other["score"], abs=1e-6), row["sample"]
            assert row["verdict"] == other["verdict"]


def test_stdin_gives_what_the_file_gives(command, trained, wide: Path):
    one = command("score", wide, "--model", trained.bundle)
    other = command("score", "-", "--model", trained.bundle, stdin=WIDE.encode())
    assert other.code == 0, other.err
    assert other.out == one.out


def test_aliases_give_one_score(command, trained, tmp_path: Path):
    found = []
    for number, name in enumerate(("VEGF-A", "VEGFA", "VEGF165", "vegf-a")):
        path = tmp_path / f"{number}.csv"
        path.write_text(
            f"sample,cell_type,product,{name}\nA,MSC,conditioned_medium,elevated\n", encoding="utf-8"
        )
        found.append([r["score"] for r in command("score", path, "--model", trained.bundle, "--json").json])
    assert found[1:] == found[:1] * 3


def test_not_measured_and_not_detected_score_differently(command, trained, tmp_path: Path):
    path = tmp_path / "nd.csv"
    path.write_text(
        "sample,cell_type,VEGF-A,HGF\nnm,MSC,,\nnd,MSC,not_detected,not_detected\n", encoding="utf-8"
    )
    rows = command("score", path, "--model", trained.bundle, "--json").json
    by_sample = {s: [r["score"] for r in rows if r["sample"] == s] for s in ("nm", "nd")}
    assert by_sample["nm"] != by_sample["nd"]
    assert {r["sample"]: r["factors_used"] for r in rows} == {"nm": 0, "nd": 2}


def test_json_is_json_and_quiet_is_quiet(command, trained, wide: Path):
    done = command("score", wide, "--model", trained.bundle, "--json", "--quiet")
    assert json.loads(done.out)
    assert done.err == ""


def test_check_reports_what_was_read(command, trained, wide: Path):
    """`--check`: what was read, before any score."""
    plain = command("score", wide, "--model", trained.bundle)
    checked = command("score", wide, "--model", trained.bundle, "--check")
    assert checked.code == 0
    assert (checked.out, checked.err) != (plain.out, plain.err)


# ---- explain -----------------------------------------------------------------------------------------


# ---- evaluate ----------------------------------------------------------------------------------------


@pytest.fixture
def unseen(corpus, few, tmp_path: Path) -> Path:
    from conftest import choose_studies

    names = [n for n in choose_studies(corpus, 20) if n not in set(few.studies["study"])]
    corpus.subset([*names[:40], *few.studies["study"][:3]]).save(tmp_path / "mixed")
    return tmp_path / "mixed"


def test_evaluate_drops_what_was_seen_and_judges_the_rest(command, trained, corpus, few, unseen: Path):
    done = command("evaluate", unseen, "--model", trained.bundle, "--drop-seen", "--json")
    assert done.code == 0, done.err
    assert done.json["dropped"] == {n: n for n in few.studies["study"][:3]}
    metrics = {(m["effect"], m["metric"]): m for m in done.json["metrics"]}
    assert {m for _, m in metrics} >= {"auroc", "average_precision_rarer", "log_loss", "brier", "concordance"}
    from secretome_ml import load_evidence

    fresh = load_evidence(unseen)
    left = set(fresh.studies["study"]) - set(done.json["dropped"])
    pairs = [p for p in done.json["pairs"] if p["effect"] == "angiogenic"]
    assert pairs
    assert {p["study"] for p in done.json["pairs"]} <= left
    assert metrics["angiogenic", "concordance"]["value"] == pytest.approx(
        sum(p["hit"] for p in pairs) / len(pairs)
    )


def test_evaluate_by_another_road(command, trained, unseen: Path, tmp_path: Path):
    """AUROC again: `score` the same studies, count the pairs of a beneficial and another arm by hand."""
    from secretome_ml import load_evidence
    from secretome_ml.evidence import write_records

    metrics = command("evaluate", unseen, "--model", trained.bundle, "--drop-seen", "--json").json
    fresh = load_evidence(unseen)
    fresh = fresh.subset(set(fresh.studies["study"]) - set(metrics["dropped"]))
    (tmp_path / "fresh.jsonl").write_text(write_records(fresh), encoding="utf-8")
    scores = {
        (r["sample"], r["effect"]): r["score"]
        for r in command("score", tmp_path / "fresh.jsonl", "--model", trained.bundle, "--json").json
    }
    compared = 0
    for effect in HEADLINE:
        good, bad = [], []
        rows = fresh.outcomes[fresh.outcomes["effect"] == effect]
        for (study, arm), part in rows.groupby(["study", "arm"]):
            share = (part["result"] == "beneficial").mean()
            if share != 0.5:
                (good if share > 0.5 else bad).append(scores[f"{study}/{arm}", effect])
        found = next(
            m["value"] for m in metrics["metrics"] if (m["effect"], m["metric"]) == (effect, "auroc")
        )
        if not good or not bad:
            assert found is None
            continue
        expected = sum((g > b) + 0.5 * (g == b) for g in good for b in bad) / (len(good) * len(bad))
        assert found == pytest.approx(expected, abs=1e-6)
        compared += 1
    assert compared >= 2


def test_evaluate_with_nothing_left_fails(command, trained, few, tmp_path: Path):
    few.subset(few.studies["study"][:2]).save(tmp_path / "seen")
    done = command("evaluate", tmp_path / "seen", "--model", trained.bundle, "--drop-seen")
    assert (done.code, done.out) == (1, "")
    assert "nothing to evaluate" in done.err


# ---- evidence ----------------------------------------------------------------------------------------


def test_evidence_validate_and_stats(command, trained, few):
    assert command("evidence", "validate", "--evidence", trained.evidence).code == 0
    found = command("evidence", "validate", "--evidence", trained.evidence, "--json").json
    assert found == {"studies": len(few.studies), "problems": []}
    assert command("evidence", "stats", "--evidence", trained.evidence, "--json").json["arms"] == len(
        few.arms
    )
    shown = command("evidence", "stats", "--evidence", trained.evidence)
    assert str(len(few.arms)) in shown.out


def test_evidence_validate_lists_every_row(command, few, tmp_path: Path):
    few.save(tmp_path / "t")
    path = tmp_path / "t" / "arms.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("conditioned_medium", "soup"), encoding="utf-8")
    count = int((few.arms["product"] == "conditioned_medium").sum())
    done = command("evidence", "validate", "--evidence", tmp_path / "t", "--json")
    assert done.code == 3
    assert [(p["file"], p["column"]) for p in done.json["problems"]] == [("arms.csv", "product")] * count
    shown = command("evidence", "validate", "--evidence", tmp_path / "t")
    assert shown.code == 3
    assert shown.err.count("'soup'") == count


def test_evidence_import(command, few, tmp_path: Path):
    from secretome_ml import load_evidence

    few.subset(few.studies["study"][:5]).save(tmp_path / "corpus")
    before = load_evidence(tmp_path / "corpus").digest
    new = [make_record(1), make_record(2), json.loads(json.dumps(make_record(3))) | {"note": "n"}]
    known = few.studies["study"].iloc[0]
    new.append({**make_record(4), "study": {"id": known, "doi": None, "url": "https://example.org/x"}})
    (tmp_path / "new.jsonl").write_text("".join(json.dumps(r) + "\n" for r in new), encoding="utf-8")
    dry = command(
        "evidence", "import", tmp_path / "new.jsonl", "--evidence", tmp_path / "corpus", "--dry-run", "--json"
    ).json
    assert dry["written"] is False
    assert load_evidence(tmp_path / "corpus").digest == before
    done = command(
        "evidence", "import", tmp_path / "new.jsonl", "--evidence", tmp_path / "corpus", "--json"
    ).json
    assert done["added"] == ["s-00000001", "s-00000002", "s-00000003"]
    assert done["known"] == {known: known}
    assert done["written"] is True
    assert len(load_evidence(tmp_path / "corpus").studies) == 8
    again = command(
        "evidence", "import", tmp_path / "new.jsonl", "--evidence", tmp_path / "corpus", "--json"
    ).json
    assert (again["added"], again["written"]) == ([], False)


def test_evidence_export_and_back(command, trained, few, tmp_path: Path):
    from secretome_ml.evidence import read_records

    assert command("evidence", "export", tmp_path / "all.jsonl", "--evidence", trained.evidence).code == 0
    assert read_records(tmp_path / "all.jsonl").digest == few.digest
    done = command(
        "evidence", "export", tmp_path / "parquet", "--evidence", trained.evidence, "--format", "parquet"
    )
    assert done.code == 0
    for name, table in few.tables.items():
        assert len(pd.read_parquet(tmp_path / "parquet" / f"{name}.parquet")) == len(table)


def test_evidence_search_and_show(command, few, trained, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    found = command(
        "evidence", "search", "--effect", "angiogenic", "--evidence", trained.evidence, "--json"
    ).json
    assert {r["study"] for r in found} == set(
        few.outcomes.loc[few.outcomes["effect"] == "angiogenic", "study"]
    )
    name = few.studies["study"].iloc[0]
    shown = command("evidence", "show", name, "--evidence", trained.evidence, "--json").json
    assert shown["study"]["id"] == name
    plain = command("evidence", "show", name, "--evidence", trained.evidence)
    assert plain.code == 0
    assert name in plain.out


def test_evidence_agreement(command, trained, tmp_path: Path):
    command("evidence", "export", tmp_path / "again.jsonl", "--evidence", trained.evidence)
    found = command(
        "evidence", "agreement", tmp_path / "again.jsonl", "--evidence", trained.evidence, "--json"
    ).json
    assert found["kappa_result"] == 1.0


def test_brackets_in_a_text_are_shown_as_they_stand(command, tmp_path: Path):
    """Rich reads [bold] as markup; a source's words are not markup."""
    record = {**make_record(1), "note": "odd [bold]words[/bold] [/] here"}
    (tmp_path / "odd.jsonl").write_text(json.dumps(record) + "\n", encoding="utf-8")
    done = command("evidence", "show", "s-00000001", "--evidence", tmp_path / "odd.jsonl")
    assert done.code == 0, done.err
    assert "[bold]words[/bold]" in done.out.replace("\n", "")


@pytest.mark.parametrize("name", ["[bold]x[/bold]", "[/]", "a\x1b[31mred"])
def test_brackets_in_a_file_name_do_not_break_messages(
    command, trained, wide: Path, tmp_path: Path, name: str
):
    if "/" in name:
        name = name.replace("/", "")
    done = command("score", wide, "--model", trained.bundle, "--out", tmp_path / f"{name}.csv")
    assert done.code == 0, done.err
    assert (tmp_path / f"{name}.csv").exists()


# ---- vocabulary and models ---------------------------------------------------------------------------------


def test_vocabulary_find(command):
    found = command("vocabulary", "find", "MCP-1", "SDF-1α", "miR-126", "bFGF", "XYZZY-17", "--json").json
    assert [f["factor"] for f in found] == ["CCL2", "CXCL12", found[2]["factor"], "FGF2", None]
    assert "126" in found[2]["factor"]
    assert found[4]["reason"]
    shown = command("vocabulary", "find", "IL-8")
    assert shown.code == 0
    assert "CXCL8" in shown.out


def test_vocabulary_list(command):
    rows = command("vocabulary", "list", "cell_sources", "--json").json
    assert {"adipose", "bone_marrow"} <= {r["id"] for r in rows}
    assert command("vocabulary", "list", "effects").code == 0


def test_models_list_show_verify(command, trained):
    found = command("models", "list", trained.folder, "--json").json
    assert [(Path(f["folder"]), f["model"], f["digest"]) for f in found] == [
        (trained.bundle, "blend", trained.report["bundle_digest"])
    ]
    card = command("models", "show", trained.bundle)
    assert card.code == 0
    assert "few" in card.out
    assert (
        command("models", "verify", trained.bundle, "--json").json["digest"]
        == trained.report["bundle_digest"]
    )


def test_one_broken_bundle_does_not_hide_the_others(command, trained, tmp_path: Path):
    shutil.copytree(trained.bundle, tmp_path / "good")
    shutil.copytree(trained.bundle, tmp_path / "bad")
    (tmp_path / "bad" / "card.md").write_text("changed", encoding="utf-8")
    done = command("models", "list", tmp_path, "--json")
    assert "good" in {Path(row["folder"]).name for row in done.json}
    assert command("models", "verify", tmp_path / "bad").code == 3


def test_version(command):
    from secretome_ml import __version__

    assert command("--version").out.strip() == __version__


# ---- as a program of its own -------------------------------------------------------------------------------


def program(
    *arguments: object, folder: Path, stdin: bytes | None = None
) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    words = [sys.executable, "-m", "secretome_ml", *map(str, arguments)]
    return subprocess.run(
        words, cwd=folder, env=environment, input=stdin, capture_output=True, timeout=120, check=False
    )


def test_the_program_scores_from_any_folder(trained, wide: Path, command, tmp_path: Path):
    done = program("score", wide, "--model", trained.bundle, folder=tmp_path)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.decode() == command("score", wide, "--model", trained.bundle).out
    assert [p.name for p in tmp_path.iterdir()] == ["wide.csv"]


def test_the_program_speaks_to_a_terminal_of_another_tongue(trained, tmp_path: Path):
    """An ASCII locale must not turn a clear refusal into a traceback."""
    (tmp_path / "bad.csv").write_text("sample,cell_source\nµ-β,adiposse-Ω\n", encoding="utf-8")
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "src"),
        "LC_ALL": "C",
        "PYTHONIOENCODING": "ascii",
        "PYTHONUTF8": "0",
    }
    words = [
        sys.executable,
        "-m",
        "secretome_ml",
        "score",
        str(tmp_path / "bad.csv"),
        "--model",
        str(trained.bundle),
    ]
    done = subprocess.run(words, env=environment, capture_output=True, timeout=120, check=False)
    assert done.returncode == 3, done.stderr
    assert b"Traceback" not in done.stderr


def test_a_reader_that_stops_early_is_no_traceback(trained, records: Path, tmp_path: Path):
    words = f"{sys.executable} -m secretome_ml evidence stats --json | head -c 10"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        ["bash", "-c", words], env=environment, capture_output=True, timeout=120, check=False
    )
    assert b"Traceback" not in done.stderr


def test_an_unexpected_error_is_not_swallowed(monkeypatch, command):
    from secretome_ml.evidence import corpus as module

    def broken(*_: object) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr(module, "_read_table", broken)
    with pytest.raises(ZeroDivisionError):
        command("evidence", "stats")


def test_exit_with_a_text_is_a_failure():
    from secretome_ml.cli.guard import run_guarded

    def stops() -> None:
        raise SystemExit("it went wrong")

    assert run_guarded(stops) == 1


def test_new_arms_of_unseen_words_are_outside_the_domain(command, trained, tmp_path: Path):
    record = make_record(1, make_arm("odd", cell_source="other:spleen", product="other:foam"))
    (tmp_path / "odd.jsonl").write_text(json.dumps(record) + "\n", encoding="utf-8")
    rows = command("score", tmp_path / "odd.jsonl", "--model", trained.bundle, "--json").json
    assert not any(r["in_domain"] for r in rows)
    assert all("spleen" in r["domain_reason"] and "foam" in r["domain_reason"] for r in rows)


def test_a_long_table_is_streamed_without_being_asked(tmp_path: Path, monkeypatch):
    from secretome_ml.stream import batches

    monkeypatch.setattr(batches, "LONG_ROWS", 1)
    source = ROOT / "data" / "examples" / "bone_marrow_supplements.parquet"
    for command, name in (("explain", "parts"), ("score", "scores")):
        done = run_command(command, source, "--out", tmp_path / f"{name}.parquet")
        assert done.code == 0, done.err
    parts, scores = (pd.read_parquet(tmp_path / f"{n}.parquet") for n in ("parts", "scores"))
    total = parts.groupby(["sample", "effect"])["contribution"].sum()
    own = scores.set_index(["sample", "effect"])["score"]
    np.testing.assert_allclose(total.loc[own.index], own, atol=1e-5)
    assert scores["drivers"].str.len().gt(0).all()
    wrong = run_command("explain", source, "--by", "species", "--out", tmp_path / "x.parquet")
    assert wrong.code == 2
    wrong = run_command("explain", source, "--out", tmp_path / "folder")
    assert wrong.code == 2
    assert "too long for a page" in " ".join(wrong.err.split())
