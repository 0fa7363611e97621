"""Records to tables and back: nothing is lost, nothing is invented, and every wrong field is named."""

import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from conftest import make_arm, make_evidence, make_record
from secretome_ml.core.errors import InputRefused
from secretome_ml.evidence import read_records, write_records
from secretome_ml.evidence.tables import TABLES

LISTS = ("preconditioning", "factors", "outcomes", "relative", "manipulations", "recipient_mediators")


def write(folder: Path, *lines: object) -> Path:
    path = folder / "new.jsonl"
    text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    path.write_bytes(text.encode("utf-8", errors="surrogatepass"))
    return path


def assert_same(first, second) -> None:
    for table in TABLES:
        pd.testing.assert_frame_equal(first.tables[table.name], second.tables[table.name])


def test_the_real_corpus_survives_the_round_trip(corpus, tmp_path: Path):
    path = tmp_path / "all.jsonl"
    path.write_text(write_records(corpus), encoding="utf-8")
    again = read_records(path)
    assert_same(corpus, again)
    assert again.digest == corpus.digest


def plain(value):
    """Return a value without its empty parts: a record may leave out what it does not state."""
    if isinstance(value, dict):
        found = {k: plain(v) for k, v in value.items()}
        return {k: v for k, v in found.items() if v not in (None, [], {})}
    return [plain(v) for v in value] if isinstance(value, list) else value


def test_the_shared_records_lose_nothing(shared_folder: Path):
    """Every field of every record comes back, compared as JSON; comparisons as sets of signed statements."""
    path = shared_folder / "evidence" / "studies.jsonl"
    originals = {r["study"]["id"]: r for r in map(json.loads, path.read_text(encoding="utf-8").splitlines())}
    back = {r["study"]["id"]: r for r in map(json.loads, write_records(read_records(path)).splitlines())}
    assert set(back) == set(originals)
    for name, record in originals.items():
        mine, theirs = plain(back[name]), plain(record)
        assert signed(back[name]) == signed(record), name
        for arm in (*mine["arms"], *theirs["arms"]):
            arm.pop("relative", None)
        if "doi" in theirs["study"]:
            theirs["study"]["doi"] = theirs["study"]["doi"].lower()
        assert mine == theirs, name


def signed(record) -> set[tuple[str, str, str, str, str]]:
    """Return what a record says about pairs, from the side of the arm that comes first in the alphabet."""
    turn = {"higher": "lower", "lower": "higher", "equal": "equal"}
    found = set()
    for arm in record["arms"]:
        for pair in arm.get("relative") or []:
            one, other, way = arm["arm"], pair["than"], pair["direction"]
            if one > other:
                one, other, way = other, one, turn[way]
            found.add((one, other, pair["effect"], pair.get("assay") or "", way))
    return found


def test_nothing_stated_is_missing_not_zero():
    evidence = make_evidence(make_record(1, make_arm(factors=[{"name": "VEGF", "state": "detected"}])))
    assert evidence.outcomes.empty
    assert evidence.factors["value"].isna().all()
    assert evidence.arms[["cell_source", "species", "serum_free", "collection_hours"]].isna().all(axis=None)


def test_zero_false_and_null_stay_apart():
    arms = (
        make_arm("zero", factors=[{"name": "x", "state": "not_detected", "value": 0, "causal": False}]),
        make_arm("none", factors=[{"name": "x", "state": "detected", "value": None, "causal": None}]),
        make_arm("null", outcomes=[{"effect": "angiogenic", "result": "null"}]),
    )
    evidence = make_evidence(make_record(1, *arms))
    assert evidence.factors["value"].tolist() == [0.0, pd.NA]
    assert evidence.factors["causal"].tolist() == [False, pd.NA]
    assert evidence.outcomes["result"].tolist() == ["null"]


PAIR = {"effect": "angiogenic", "than": "b", "direction": "higher"}
BACK = {"effect": "angiogenic", "than": "a", "direction": "lower"}


def test_a_comparison_told_from_both_sides_is_one_row():
    evidence = make_evidence(make_record(1, make_arm("a", relative=[PAIR]), make_arm("b", relative=[BACK])))
    assert evidence.comparisons[["arm", "than", "direction"]].to_numpy().tolist() == [["a", "b", "higher"]]


def test_equal_from_both_sides_is_one_row():
    arms = (
        make_arm("a", relative=[{**PAIR, "direction": "equal"}]),
        make_arm("b", relative=[{**BACK, "direction": "equal"}]),
    )
    assert len(make_evidence(make_record(1, *arms)).comparisons) == 1


@pytest.mark.parametrize("back", ["higher", "equal"])
def test_a_contradiction_is_refused(back: str):
    arms = make_arm("a", relative=[PAIR]), make_arm("b", relative=[{**BACK, "direction": back}])
    with pytest.raises(InputRefused, match="contradicts") as refused:
        make_evidence(make_record(1, *arms))
    assert [(p.file, p.row, p.column) for p in refused.value.problems] == [
        ("made.jsonl", 1, "arms[b].relative[0]")
    ]


def test_two_readouts_may_disagree():
    one, other = {**PAIR, "assay": "tube formation"}, {**PAIR, "assay": "Matrigel plug", "direction": "lower"}
    evidence = make_evidence(make_record(1, make_arm("a", relative=[one, other]), make_arm("b")))
    assert evidence.comparisons["direction"].tolist() == ["higher", "lower"]
    assert evidence.comparisons["number"].tolist() == [1, 2]


WRONG = {
    "not json": ("{", None),
    "an array": ("[]", None),
    "a number": ("7", None),
    "unknown field": ({**make_record(), "colour": 1}, "colour"),
    "unknown study field": (make_record(1, autor="x"), "study.autor"),
    "unknown arm field": (make_record(1, make_arm(cellsource="x")), "arms[a].cellsource"),
    "unknown inner field": (make_record(1, make_arm(factors=[{"nam": "x"}])), "arms[a].factors[0].nam"),
    "unknown collection field": (
        make_record(1, make_arm(collection={"serum": 1})),
        "arms[a].collection.serum",
    ),
    "no study": ({"basis": "title", "arms": [make_arm()]}, "study"),
    "study is text": ({**make_record(), "study": "x"}, "study"),
    "no arms": ({**make_record(), "arms": []}, "arms"),
    "arms is text": ({**make_record(), "arms": "x"}, "arms"),
    "arm is text": ({**make_record(), "arms": ["x"]}, "arms[0].arm"),
    "arm without name": ({**make_record(), "arms": [{"cell_type": "MSC"}]}, "arms[0].arm"),
    "arm name blank": (make_record(1, make_arm(" ")), "arms[0].arm"),
    "arms share a name": (make_record(1, make_arm("x"), make_arm("x")), "arms[x]"),
    "list is a dict": (make_record(1, make_arm(factors={"name": "x"})), "arms[a].factors"),
    "item is text": (make_record(1, make_arm(outcomes=["angiogenic"])), "arms[a].outcomes[0]"),
    "text for a number": (
        make_record(1, make_arm(factors=[{"name": "x", "value": "5"}])),
        "arms[a].factors[0].value",
    ),
    "fraction for a whole": (make_record(1, year=2017.5), "study.year"),
    "truth for a number": (make_record(1, year=True), "study.year"),
    "text for truth": (make_record(1, make_arm(collection={"serum_free": "yes"})), "arms[a].serum_free"),
    "list for text": (make_record(1, make_arm(donor=["x"])), "arms[a].donor"),
    "infinite": (
        json.dumps(make_record(1, make_arm(factors=[{"name": "x", "value": 7}]))).replace("7", "Infinity"),
        None,
    ),
    "than is nobody": (make_record(1, make_arm("a", relative=[PAIR])), "arms[a].relative[0].than"),
    "than is itself": (make_record(1, make_arm("b", relative=[PAIR])), "arms[b].relative[0].than"),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_named_with_its_line_and_field(tmp_path: Path, wrong):
    line, field = wrong
    path = write(tmp_path, make_record(9), "", line)
    with pytest.raises(InputRefused) as refused:
        read_records(path)
    assert {(p.file, p.row) for p in refused.value.problems} == {("new.jsonl", 3)}
    assert field is None or field in {p.column for p in refused.value.problems}
    assert all(p.what and p.remedy for p in refused.value.problems)


def test_all_wrong_lines_are_listed_at_once(tmp_path: Path):
    lines = [line for line, _ in WRONG.values()]
    with pytest.raises(InputRefused) as refused:
        read_records(write(tmp_path, *lines))
    assert {p.row for p in refused.value.problems} == set(range(1, len(lines) + 1))


def test_the_same_study_twice_is_refused(tmp_path: Path):
    with pytest.raises(InputRefused, match="earlier line"):
        read_records(write(tmp_path, make_record(1), make_record(1)))


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes):
    (tmp_path / "e.jsonl").write_bytes(content)
    with pytest.raises(InputRefused, match=r"e\.jsonl"):
        read_records(tmp_path / "e.jsonl")


def test_what_is_not_text_or_not_there_is_refused(tmp_path: Path):
    (tmp_path / "b.jsonl").write_bytes(b"\xff\xfe{}")
    for name in ("b.jsonl", "none.jsonl", "."):
        with pytest.raises(InputRefused):
            read_records(tmp_path / name)


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path):
    text = "\ufeff" + "\r\n".join(json.dumps(make_record(n)) for n in (1, 2)) + "\r\n"
    (tmp_path / "w.jsonl").write_bytes(text.encode())
    assert len(read_records(tmp_path / "w.jsonl").studies) == 2


@pytest.mark.parametrize("number", ["1e30", "1" + "0" * 400, "9" * 5000, "-1e300", "1e999"])
@pytest.mark.parametrize("field", ["year", "value"])
def test_numbers_beyond_reason_are_refused_not_crashed_on(tmp_path: Path, field: str, number: str):
    record = make_record(
        1, make_arm(factors=[{"name": "x", "state": "detected", "value": 12321}]), year=12321
    )
    text = json.dumps(record)
    marker = f'"{field}": 12321'
    assert marker in text
    path = write(
        tmp_path, text.replace(marker, f'"{field}": {number}').replace('"year": 12321', '"year": 2001')
    )
    problems = []
    try:
        assert read_records(path).digest
    except InputRefused as refused:
        problems = refused.problems
    assert all(p.row == 1 and p.file == "new.jsonl" for p in problems)


@pytest.mark.parametrize("character", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c"])
def test_a_line_ends_at_a_newline_only(tmp_path: Path, character: str):
    """JSON allows these inside a string; `str.splitlines` ends a line at them."""
    try:
        evidence = make_evidence({**make_record(), "note": f"one{character}two"})
    except InputRefused as refused:
        # A control character may be refused, as what it is; a line separator is ordinary text.
        assert "control character" in str(refused)  # noqa: PT017
        assert character not in "\u2028\u2029"
        return
    path = tmp_path / "a.jsonl"
    path.write_text(write_records(evidence), encoding="utf-8")
    assert_same(evidence, read_records(path))


def test_half_a_surrogate_is_refused_or_kept(tmp_path: Path):
    path = write(tmp_path, json.dumps({**make_record(), "note": "\ud800"}))
    try:
        evidence = read_records(path)
    except InputRefused:
        return
    assert evidence.digest


def test_a_name_with_blanks_around_it_can_be_compared_with():
    arms = make_arm("a", relative=[{**PAIR, "than": "b "}]), make_arm("b ")
    assert (
        make_evidence(make_record(1, *arms)).comparisons["than"].tolist()
        == make_evidence(make_record(1, make_arm("a"), make_arm("b "))).arms["arm"].tolist()[1:]
    )


@pytest.mark.parametrize(
    "text",
    ["a\nb", "a\rb", "a\r\nb", "a\tb", 'a"b', "a,b", "NA", "nan", "None", "null", "true", "1e5", "a\x00b"],
)
def test_difficult_text_survives_the_tables_or_is_refused(tmp_path: Path, text: str):
    """What was taken in must come out of the saved tables; a corpus that cannot be read again is lost."""
    from secretome_ml import load_evidence

    try:
        evidence = make_evidence({**make_record(1, make_arm(donor=text), make_arm("b")), "note": text})
    except InputRefused:
        return
    evidence.save(tmp_path / "tables")
    assert load_evidence(tmp_path / "tables").digest == evidence.digest


TEXT = (
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), min_size=1, max_size=12)
    .map(str.strip)
    .filter(bool)
)
FACTS = st.fixed_dictionaries(
    {"name": TEXT, "state": st.sampled_from(["elevated", "decreased", "not_detected"])},
    optional={
        "vs": st.none() | TEXT,
        "value": st.none() | st.floats(0, 1e9, allow_nan=False).map(lambda v: float(format(v, ".10g"))),
        "causal": st.none() | st.booleans(),
    },
)


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    arms=st.lists(
        st.tuples(TEXT, st.lists(FACTS, max_size=3), st.none() | TEXT),
        min_size=1,
        max_size=3,
        unique_by=lambda a: a[0],
    ),
    note=st.none() | TEXT,
)
def test_any_text_survives_the_round_trip(tmp_path: Path, arms, note):
    record = make_record(1, *(make_arm(name, factors=facts, donor=donor) for name, facts, donor in arms))
    evidence = make_evidence({**record, "note": note})
    path = tmp_path / "back.jsonl"
    path.write_text(write_records(evidence), encoding="utf-8", newline="")
    again = read_records(path)
    assert_same(evidence, again)
    evidence.save(tmp_path / "tables")
    from secretome_ml import load_evidence

    assert load_evidence(tmp_path / "tables").digest == evidence.digest
