"""Every bad input: exit code 3; the file, row and column named; a remedy; nothing written."""

import gzip
import json
from pathlib import Path

import pytest

from conftest import make_arm, make_record

GOOD = (
    "sample,cell_type,cell_source,product,VEGF-A,IL-6\nA,MSC,adipose,conditioned_medium,elevated,detected\n"
)


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture
def refuse(trained, command, tmp_path: Path, monkeypatch):
    """Run a command that must be refused; return its message."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'never.db'}")

    def run(*arguments: object, mentions: tuple[object, ...] = (), stdin: bytes = b"") -> str:
        before = files(tmp_path)
        done = command(*arguments, stdin=stdin)
        assert done.code == 3, (done.code, done.out, done.err)
        assert files(tmp_path) == before, "something was written"
        assert done.out == ""
        assert "Traceback" not in done.err
        for word in mentions:
            assert str(word) in done.err, (word, done.err)
        return done.err

    return run


@pytest.fixture
def score(refuse, trained, tmp_path: Path):
    """Score a file that must be refused."""

    def run(content: str | bytes, *mentions: object, name: str = "input.csv") -> str:
        (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
        outputs = ("--out", tmp_path / "out.csv", "--report", tmp_path / "page.html", "--explain")
        return refuse(
            "score", tmp_path / name, "--model", trained.bundle, *outputs, mentions=(name, *mentions)
        )

    return run


def test_the_good_one_is_good(trained, command, tmp_path: Path):
    """Otherwise everything below could be refused for another reason."""
    (tmp_path / "input.csv").write_text(GOOD, encoding="utf-8")
    done = command("score", tmp_path / "input.csv", "--model", trained.bundle)
    assert done.code == 0, done.err
    assert len(done.out.splitlines()) == 4


def test_a_file_that_is_not_there(refuse, trained, tmp_path: Path):
    refuse("score", tmp_path / "none.csv", "--model", trained.bundle, mentions=("none.csv",))


def test_a_folder(refuse, trained, tmp_path: Path):
    (tmp_path / "folder.csv").mkdir()
    refuse("score", tmp_path / "folder.csv", "--model", trained.bundle, mentions=("folder.csv",))


@pytest.mark.parametrize("content", [b"", b"\n\n", b"  \n", b"\xef\xbb\xbf"])
def test_an_empty_file(score, content: bytes):
    score(content)


def test_a_file_without_rows(score):
    score(GOOD.splitlines()[0] + "\n")


@pytest.mark.parametrize(
    "content",
    [
        b"\x00\x01\x02\x03" * 50,
        b"\x89PNG\r\n\x1a\n" + b"x" * 100,
        gzip.compress(GOOD.encode(), mtime=0)[:-12],
        b"PK\x03\x04rubbish",
        b"%PDF-1.7 ...",
        b"PAR1rubbishPAR1",
        b"\x89HDF\r\n\x1a\nrubbish",
    ],
    ids=["zeros", "picture", "cut gzip", "broken zip", "pdf", "broken parquet", "broken h5ad"],
)
def test_a_file_that_cannot_be_read(score, content: bytes):
    score(content)


def test_a_table_without_samples(score):
    score(GOOD.replace("sample,", "name,"), "sample")


def test_an_unknown_column_that_is_almost_a_known_one(score):
    score(GOOD.replace("cell_source", "cell_sorce"), "cell_sorce", "cell_source")


def test_a_sample_twice(score):
    score(GOOD + GOOD.splitlines()[1] + "\n", "row 3", "sample", "'A'")


def test_a_sample_without_a_name(score):
    score(GOOD + ",MSC,adipose,conditioned_medium,1,1\n", "row 3", "sample")


def test_one_factor_under_two_names_with_two_values(score):
    content = "sample,cell_type,VEGF,VEGF-A\nA,MSC,elevated,decreased\nB,MSC,elevated,\n"
    message = score(content, "row 2", "VEGF")
    assert "row 3" not in message


def test_one_factor_under_two_names_with_one_value_is_fine(trained, command, tmp_path: Path):
    (tmp_path / "same.csv").write_text(
        "sample,cell_type,VEGF,VEGF-A\nA,MSC,elevated,elevated\n", encoding="utf-8"
    )
    assert command("score", tmp_path / "same.csv", "--model", trained.bundle).code == 0


def test_a_column_name_twice(score):
    score("sample,cell_type,IL-6,IL-6\nA,MSC,elevated,decreased\n", "IL-6")


def test_text_where_a_number_belongs(score):
    score(GOOD.replace("elevated", "quite a lot"), "row 2", "VEGF-A", "quite a lot")


def test_an_unknown_cell_source(score):
    message = score(GOOD.replace("adipose", "adiposse"), "row 2", "cell_source", "adiposse")
    assert "adipose" in message.replace("adiposse", ""), "the near one is named"


@pytest.mark.parametrize(
    ("column", "word"), [("cell_type", "sponge cell"), ("product", "soup"), ("species", "martian")]
)
def test_an_unknown_context_word(score, column: str, word: str):
    content = f"sample,{column},IL-6\nA,{word},detected\n"
    score(content, "row 2", column, word)


def test_preconditioning_that_cannot_be_read(score):
    score("sample,preconditioning,IL-6\nA,hypoxia(o2=1%,detected\n", "row 2", "preconditioning")


def test_everything_wrong_is_listed_at_once(score):
    content = (
        "sample,cell_type,cell_source,VEGF,VEGF-A\n"
        "A,MSC,adiposse,elevated,decreased\n"
        "A,MSC,adipose,lots,\n"
        ",MSC,bone_marow,1,\n"
    )
    message = score(content, "row 2", "row 3", "row 4", "adiposse", "bone_marow", "lots")
    assert message.count("\n") >= 6


@pytest.mark.parametrize("line", ["{", "[]", '{"study": 5}', '{"study": {"doi": "10.1000/x"}, "arms": []}'])
def test_records_that_cannot_be_read(score, line: str):
    score(json.dumps(make_record(1)) + "\n" + line + "\n", name="new.jsonl")


@pytest.mark.parametrize(
    ("arm", "word"),
    [
        (make_arm(factors=[{"name": "VEGF", "state": "risen"}]), "risen"),
        (make_arm(cell_source="adiposse"), "adiposse"),
        (make_arm(product="soup"), "soup"),
        (make_arm(preconditioning=[{"kind": "magic"}]), "magic"),
        (make_arm(preconditioning=[{"kind": "hypoxia", "o2_percent": 400}]), "400"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_records_with_words_of_no_vocabulary(score, arm: dict, word: str):
    """A state that is misspelt must not become "not measured" in silence."""
    score(json.dumps(make_record(1)) + "\n" + json.dumps(make_record(2, arm)) + "\n", word, name="new.jsonl")


def test_two_files_with_one_sample(refuse, trained, tmp_path: Path):
    for name in ("one.csv", "two.csv"):
        (tmp_path / name).write_text(GOOD, encoding="utf-8")
    refuse(
        "score",
        tmp_path / "one.csv",
        tmp_path / "two.csv",
        "--model",
        trained.bundle,
        mentions=("one.csv", "two.csv", "A"),
    )


def test_an_unknown_format_and_an_unknown_ending(refuse, trained, tmp_path: Path):
    (tmp_path / "input.csv").write_text(GOOD, encoding="utf-8")
    refuse(
        "score",
        tmp_path / "input.csv",
        "--model",
        trained.bundle,
        "--format",
        "runes",
        mentions=("runes", "wide"),
    )
    refuse(
        "score",
        tmp_path / "input.csv",
        "--model",
        trained.bundle,
        "--out",
        tmp_path / "out.xls",
        mentions=("out.xls", ".csv"),
    )


def test_strict_refuses_what_lenient_scores(refuse, trained, command, tmp_path: Path):
    content = "sample,cell_type,product,VEGF-A,XYZZY-17\nA,MSC,conditioned_medium,elevated,1\n"
    (tmp_path / "input.csv").write_text(content, encoding="utf-8")
    refuse("score", tmp_path / "input.csv", "--model", trained.bundle, "--strict", mentions=("A", "XYZZY-17"))
    done = command("score", tmp_path / "input.csv", "--model", trained.bundle, "--json")
    assert done.code == 0
    assert {r["factors_unknown"] for r in done.json} == {"XYZZY-17"}


@pytest.mark.parametrize("verb", [["score"], ["explain"]])
def test_a_bundle_that_is_none(refuse, trained, tmp_path: Path, verb: list[str]):
    import shutil

    (tmp_path / "input.csv").write_text(GOOD, encoding="utf-8")
    refuse(*verb, tmp_path / "input.csv", "--model", tmp_path / "nowhere", mentions=("nowhere", "train"))
    broken = Path(shutil.copytree(trained.bundle, tmp_path / "broken"))
    manifest = json.loads((broken / "manifest.json").read_bytes())
    (broken / "manifest.json").write_text(json.dumps(manifest | {"protocol": 99}), encoding="utf-8")
    refuse(*verb, tmp_path / "input.csv", "--model", broken, mentions=("protocol", "99"))
    (broken / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (broken / "card.md").write_text("changed", encoding="utf-8")
    refuse(*verb, tmp_path / "input.csv", "--model", broken, mentions=("card.md",))


def test_explain_refuses_too(refuse, trained, tmp_path: Path):
    (tmp_path / "input.csv").write_text(GOOD.replace("adipose", "adiposse"), encoding="utf-8")
    refuse(
        "explain",
        tmp_path / "input.csv",
        "--model",
        trained.bundle,
        "--out",
        tmp_path / "x",
        mentions=("input.csv", "row 2"),
    )


# ---- training and evidence -----------------------------------------------------------------------------


def test_train_on_a_recipe_that_is_wrong(refuse, trained, tmp_path: Path):
    recipe = tmp_path / "wrong.toml"
    recipe.write_text("folds = 'five'\ncolour = 1\n", encoding="utf-8")
    refuse(
        "train",
        recipe,
        "--evidence",
        trained.evidence,
        "--out",
        tmp_path / "b",
        mentions=("wrong.toml", "folds", "colour"),
    )
    refuse("train", tmp_path / "none.toml", "--out", tmp_path / "b", mentions=("none.toml",))


def test_train_on_an_effect_that_nobody_knows(refuse, trained, tmp_path: Path):
    recipe = tmp_path / "mine.toml"
    recipe.write_text('effects = ["angiogenesis"]\n', encoding="utf-8")
    refuse(
        "train", recipe, "--evidence", trained.evidence, "--out", tmp_path / "b", mentions=("angiogenesis",)
    )


def test_train_on_evidence_that_is_wrong(refuse, trained, tmp_path: Path):
    lines = [make_record(1), make_record(2, make_arm(product="soup"))]
    (tmp_path / "bad.jsonl").write_text("".join(json.dumps(r) + "\n" for r in lines), encoding="utf-8")
    refuse(
        "train",
        trained.recipe,
        "--evidence",
        tmp_path / "bad.jsonl",
        "--out",
        tmp_path / "b",
        mentions=("product", "soup"),
    )
    refuse(
        "train", trained.recipe, "--evidence", tmp_path / "none", "--out", tmp_path / "b", mentions=("none",)
    )
    (tmp_path / "empty").mkdir()
    refuse(
        "train",
        trained.recipe,
        "--evidence",
        tmp_path / "empty",
        "--out",
        tmp_path / "b",
        mentions=("studies.csv",),
    )


def test_too_little_evidence_fails_and_writes_nothing(trained, command, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'never.db'}")
    (tmp_path / "two.jsonl").write_text(json.dumps(make_record(1)) + "\n", encoding="utf-8")
    done = command("train", trained.recipe, "--evidence", tmp_path / "two.jsonl", "--out", tmp_path / "b")
    assert done.code == 1
    assert "studies" in done.err
    assert sorted(files(tmp_path)) == ["two.jsonl"]


@pytest.mark.parametrize(
    ("arm", "column", "word"),
    [
        (make_arm(product="soup"), "product", "soup"),
        (make_arm(outcomes=[{"effect": "angiogenic", "result": "benefical"}]), "result", "benefical"),
    ],
)
@pytest.mark.parametrize("verb", ["validate", "import"])
def test_new_records_with_an_unknown_word_are_named_in_the_owners_terms(
    refuse, few, tmp_path: Path, verb: str, arm: dict, column: str, word: str
):
    """The owner has new.jsonl, not a products.csv: the message names that file and the line."""
    few.subset(few.studies["study"][:3]).save(tmp_path / "corpus")
    lines = [make_record(1), make_record(2, arm)]
    (tmp_path / "new.jsonl").write_text("".join(json.dumps(r) + "\n" for r in lines), encoding="utf-8")
    words = ("new.jsonl", "2", column, word)
    if verb == "validate":
        refuse("evidence", "validate", "--evidence", tmp_path / "new.jsonl", mentions=words)
    else:
        refuse(
            "evidence", "import", tmp_path / "new.jsonl", "--evidence", tmp_path / "corpus", mentions=words
        )


def test_evaluate_refuses_a_result_of_no_vocabulary(refuse, trained, tmp_path: Path):
    """A misspelt result must not be counted as a negative."""
    record = make_record(1, make_arm(outcomes=[{"effect": "angiogenic", "result": "benefical"}]))
    (tmp_path / "new.jsonl").write_text(json.dumps(record) + "\n", encoding="utf-8")
    refuse("evaluate", tmp_path / "new.jsonl", "--model", trained.bundle, mentions=("benefical",))


def test_evaluate_refuses_what_the_model_has_seen(refuse, trained, few, tmp_path: Path):
    few.subset(few.studies["study"][:2]).save(tmp_path / "seen")
    names = few.studies["study"][:2].tolist()
    refuse("evaluate", tmp_path / "seen", "--model", trained.bundle, mentions=(*names, "--drop-seen"))


def test_searches_for_what_nobody_knows(refuse):
    refuse("evidence", "search", "--factor", "xyzzy-17", mentions=("xyzzy-17",))
    refuse("evidence", "search", "--source", "moon dust", mentions=("moon dust",))
    refuse("evidence", "show", "s-nowhere", mentions=("s-nowhere",))
    refuse("vocabulary", "list", "runes", mentions=("runes",))


def test_an_out_folder_that_holds_something_else_is_not_swept_away(
    trained, command, tmp_path: Path, monkeypatch
):
    """`train --out ~/results` and `export --format parquet ~/results` must not delete what lies there."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'never.db'}")
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "thesis.docx").write_bytes(b"three years of work")
    command("evidence", "export", tmp_path / "results", "--evidence", trained.evidence, "--format", "parquet")
    assert (tmp_path / "results" / "thesis.docx").exists()


def test_bundles_are_not_written_over_something_else(few_model, tmp_path: Path):
    from secretome_ml.bundle import write_bundle
    from secretome_ml.core.errors import SecretomeError

    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "thesis.docx").write_bytes(b"three years of work")
    with pytest.raises(SecretomeError):
        write_bundle(few_model.to_bundle("x"), tmp_path / "results")
    assert (tmp_path / "results" / "thesis.docx").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["score"],
        ["train", "--jobs", "0"],
        ["nonsense"],
        ["score", "x.csv", "--nonsense"],
        ["score", "x.csv", "--explain"],
        ["evidence", "export", "x", "--format", "runes"],
        ["train", "--seed", "three"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_code_2(command, words: list[str], tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = command(*words)
    assert done.code == 2, done.err
    assert list(tmp_path.iterdir()) == []
