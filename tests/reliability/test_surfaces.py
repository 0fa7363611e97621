"""Samples named as markup, as formulas, as terminal commands: on every surface they are text."""

import csv
import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from secretome_ml.core.files import read_cell
from secretome_ml.core.logs import keep_log, visible
from secretome_ml.readers import read_profiles

NAMES = [
    "<script>alert(1)</script>",
    "\x1b[31mred\x1b]0;title\x07",
    '=HYPERLINK("http://x","y")',
    "@SUM(1)",
    "+1+cmd|' /C calc'!A0",
    "[bold]markup[/bold]",
    "abc\u202egnp.exe",
    "../../etc/passwd",
    "a&b\"c'd{{7*7}}",
]
# Raw, a terminal or a reader of the text would act on these.
ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module")
def nasty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a profile table whose samples, and one factor, have nasty names."""
    path = tmp_path_factory.mktemp("nasty") / "nasty.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["sample", "cell_type", "cell_source", "VEGF-A", "<img src=x onerror=alert(1)>"])
        for name in NAMES:
            writer.writerow([name, "MSC", "adipose", "elevated", "elevated"])
    return path


def test_the_names_are_read_as_they_stand(nasty: Path):
    assert list(read_profiles(nasty).samples) == NAMES


def test_csv_to_stdout(command, trained, nasty: Path):
    done = command("score", nasty, "--model", trained.bundle, "-v")
    assert done.code == 0, done.err
    rows = list(csv.DictReader(io.StringIO(done.out)))
    shown = list(dict.fromkeys(r["sample"] for r in rows))
    assert [read_cell(s) for s in shown] == [visible(n) for n in NAMES]
    assert not any(cell[:1] in ("=", "@") for r in rows for cell in r.values())
    assert not ACTING.search(done.out)
    assert not ACTING.search(done.err)


def test_json(command, trained, nasty: Path):
    done = command("score", nasty, "--model", trained.bundle, "--json", "--quiet")
    assert list(dict.fromkeys(r["sample"] for r in done.json)) == NAMES, "JSON carries names unchanged"
    assert not ACTING.search(done.out)


def test_the_report_before_a_score(command, trained, nasty: Path):
    for words in (["--check"], ["--check", "--json"]):
        done = command("score", nasty, "--model", trained.bundle, *words)
        assert done.code == 0, done.err
        assert not ACTING.search(done.out)
        assert "markup" in done.out


def test_files_and_the_page(command, trained, nasty: Path, tmp_path: Path):
    out, page = tmp_path / "scores.csv", tmp_path / "page.html"
    words = ["--out", out, "--explain", "--report", page, "--quiet"]
    assert command("score", nasty, "--model", trained.bundle, *words).code == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "page.html",
        "scores.contributions.csv",
        "scores.csv",
    ]
    for name in ("scores.csv", "scores.contributions.csv"):
        rows = list(csv.DictReader(io.StringIO((tmp_path / name).read_text(encoding="utf-8"))))
        assert list(dict.fromkeys(read_cell(r["sample"]) for r in rows)) == [visible(n) for n in NAMES]
        assert not any(cell[:1] in ("=", "@") for r in rows for cell in r.values())
    require_inert(page.read_text(encoding="utf-8"))


def test_tables_and_figures_of_an_explanation(command, trained, nasty: Path, tmp_path: Path):
    lines = nasty.read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "two.csv").write_text("".join(lines[:3]), encoding="utf-8")
    done = command("explain", tmp_path / "two.csv", "--model", trained.bundle, "--out", tmp_path / "x")
    assert done.code == 0, done.err
    files = [p for p in (tmp_path / "x").rglob("*") if p.is_file()]
    assert all(re.fullmatch(r"[a-z0-9_.]+", p.name) for p in files), "text of the user in a file name"
    for path in files:
        if path.suffix in (".html", ".svg"):
            require_inert(path.read_text(encoding="utf-8"))
        if path.suffix == ".svg":
            ElementTree.fromstring(path.read_bytes())


def require_inert(text: str) -> None:
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert "49" not in re.findall(r"c'd(\d+)", text), "a template was run"
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f]", text), "a control character"


def test_refusals_spell_out_what_they_quote(command, trained, tmp_path: Path):
    (tmp_path / "bad.csv").write_text(
        "sample,cell_source,IL-6\n\x1b[31ma,\x1b[2Jsea\u202e,1\n", encoding="utf-8"
    )
    done = command("score", tmp_path / "bad.csv", "--model", trained.bundle)
    assert done.code == 3
    assert "\\x1b[2Jsea\\u202e" in done.err
    assert not ACTING.search(done.err)


def test_the_log_is_ascii_lines_of_json(nasty: Path):
    with keep_log("test") as log:
        read_profiles(nasty)
        import logging

        logging.getLogger("secretome_ml").warning("%s", "a\nb\x1b\u202e")
    assert log.text().isascii()
    lines = [json.loads(line) for line in log.text().splitlines()]
    assert lines[-1]["said"] == "a\nb\x1b\u202e"
    assert {line["run"] for line in lines} == {log.run}


def test_evidence_with_nasty_words_is_text_in_tables(command, few, tmp_path: Path):
    from conftest import make_arm, make_evidence, make_record
    from secretome_ml import load_evidence

    made = make_evidence(
        make_record(1, make_arm("=a+b"), title="@title"), make_record(2, make_arm("'=c"), title="-x")
    )
    made.save(tmp_path / "corpus")
    raw = (tmp_path / "corpus" / "studies.csv").read_text() + (tmp_path / "corpus" / "arms.csv").read_text()
    assert "'@title" in raw
    assert "'=a+b" in raw
    again = load_evidence(tmp_path / "corpus")
    assert again.studies["title"].tolist() == ["@title", "-x"]
    assert again.arms["arm"].tolist() == ["=a+b", "'=c"]
    assert again.digest == made.digest
