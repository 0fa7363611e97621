"""Every command tells what it decided when asked, and a run's log says it in lines that a program reads."""

import json
import logging
import warnings
from collections.abc import Iterator

import pytest
import typer
from typer.main import get_command

from secretome_ml.cli.main import app
from secretome_ml.cli.voice import give_voice
from secretome_ml.core.logs import MOST_LINES, facts, keep_log, run_log, visible


def leaves() -> Iterator[tuple[str, object]]:
    waiting = [("", get_command(app))]
    while waiting:
        words, command = waiting.pop(0)
        below = getattr(command, "commands", {})
        if not below:
            yield words, command
        waiting += [(f"{words} {name}".strip(), part) for name, part in below.items()]


def test_every_command_takes_quiet_and_verbose():
    found = dict(leaves())
    assert len(found) > 12
    for words, command in found.items():
        options = {o for p in command.params for o in p.opts}
        assert {"--quiet", "-q", "--verbose", "-v"} <= options, words


def test_verbose_tells_format_route_and_model_and_why(command, trained, tmp_path):
    (tmp_path / "p.csv").write_text("sample,cell_type,IL-6\na,MSC,elevated\n", encoding="utf-8")
    words = ["score", tmp_path / "p.csv", "--model", trained.bundle]
    told = command(*words, "-v").err
    assert "p.csv is read as wide, because the header has a `sample` column" in told
    assert "levels by the route 'stated': 1 values" in told
    assert "model blend of" in told
    assert command(*words, "--format", "wide", "-v").err.count("because --format says so") == 1
    assert "because" not in command(*words).err
    assert command(*words, "--quiet").err == ""


def test_warnings_stand_once_at_the_end(capsys: pytest.CaptureFixture[str]):
    log = logging.getLogger("secretome_ml.somewhere")
    with keep_log("test", quiet=False):
        for _ in range(3):
            log.warning("the same\x1b[31m")
        log.info("a remark")
        log.debug("a reason")
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            logging.captureWarnings(True)
            warnings.warn("of a library", UserWarning, stacklevel=1)
    assert capsys.readouterr().err.splitlines() == [
        "a remark",
        "Warning: the same\\x1b[31m (3 times)",
        "Warning: UserWarning: of a library",
    ]


def test_a_line_holds_time_run_level_place_and_facts():
    with keep_log("test") as kept:
        logging.getLogger("secretome_ml.a.b").info("%d read", 3, extra=facts(file="x\ny"))
        assert run_log() is kept
        try:
            raise ValueError("why")
        except ValueError:
            logging.getLogger("secretome_ml").exception("it broke")
    assert run_log() is None
    first, second, third = (json.loads(line) for line in kept.text().splitlines())
    assert first["said"] == f"run {kept.run}: test"
    assert second | {"time": ""} == {
        "time": "",
        "run": kept.run,
        "level": "info",
        "from": "a.b",
        "said": "3 read",
        "file": "x\ny",
    }
    assert second["time"].endswith("+00:00")
    assert third["error"] == "ValueError: why"


def test_two_runs_have_two_names_and_leave_logging_as_it_was():
    logger = logging.getLogger("secretome_ml")
    before = logger.level, list(logger.handlers)
    with keep_log("a") as one, keep_log("b") as other:
        assert one.run != other.run
    assert (logger.level, list(logger.handlers)) == before


def test_a_log_is_bounded():
    with keep_log("test") as kept:
        for number in range(MOST_LINES + 5):
            kept.handle(logging.makeLogRecord({"name": "secretome_ml", "msg": str(number), "levelno": 10}))
    lines = kept.text().splitlines()
    assert len(lines) == MOST_LINES + 1
    assert json.loads(lines[-1])["left_out"] == 6


def test_nobody_who_did_not_ask_hears_anything(capsys: pytest.CaptureFixture[str]):
    """A library is silent: no handler of the root, no lastResort."""
    logging.getLogger("secretome_ml.quiet").warning("nobody asked")
    assert capsys.readouterr() == ("", "")


def test_a_command_keeps_its_own_options_and_gains_the_missing_ones():
    made, seen = typer.Typer(), []

    @made.command()
    def one(name: str, quiet: bool = False) -> None:
        seen.append((name, quiet))

    @made.command()
    def two() -> None:
        seen.append("two")

    give_voice(made)
    give_voice(made)
    run = get_command(made)
    run.main(["one", "x", "--quiet"], standalone_mode=False)
    run.main(["two", "-v"], standalone_mode=False)
    assert seen == [("x", True), "two"]


@pytest.mark.parametrize("text", ["plain", "µ β 漢 é", "tab\tand\nline"])
def test_what_can_be_seen_stays(text: str):
    assert visible(text, keep="\t\n") == text


def test_a_training_keeps_its_log_beside_the_bundle(trained):
    """With the recipe, the evidence and the chosen hyperparameters."""
    text = trained.bundle.with_name("bundle.log.jsonl").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    assert len({line["run"] for line in lines}) == 1
    said = "\n".join(line["said"] for line in lines)
    assert "secretome-ml train" in said
    assert "recipe few: model blend" in said
    assert "made coarse by --fast" in said
    assert f"digest {trained.report['evidence_digest'][:12]}" in said
    assert "hyperparameters" in said
