"""Rerun every model on every split: `python -m experiments.leaderboard`."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from experiments import board_errors, board_models, board_trust
from experiments.bench import Bench, Section, make_bench
from secretome_ml.core.files import write_file
from secretome_ml.evidence import load_evidence
from secretome_ml.models.registry import BASELINES
from secretome_ml.recipe import load_recipe

REPEATS = 3


def leaderboard(bench: Bench, tried: Path, say: Callable[[str], None] | None = None) -> Iterator[Section]:
    """Measure everything, log every row, and yield the sections of the page, each when it is done.

    Parameters
    ----------
    bench : Bench
        What is measured, and how often.
    tried : Path
        A table of what was tried and left out.
    say : callable, optional
        Told what is done next.
    """
    tell = say or (lambda _: None)
    own_name = bench.recipe.model
    tell("models, nested and repeated")
    found = bench.validate(dict.fromkeys((*BASELINES, *bench.recipe.compare, own_name)))
    judged = {name: bench.judge(one) for name, one in found.items()}
    own = found[own_name]
    yield from board_models.score_models(bench, judged, tried)
    yield board_models.compare_models(bench, judged)
    tell("calibration, coverage, domain")
    yield from board_trust.reliability(bench, judged[own_name])
    yield from board_trust.coverage(bench, own)
    yield board_trust.cells(bench, judged[own_name])
    yield board_errors.domain(bench, own, judged[own_name])
    yield from board_errors.wrong_pairs(bench, judged[own_name])
    tell("rivals")
    first = board_models.first_repeat(bench, own)
    yield board_models.rival_models(bench, own, first)
    tell("ablations")
    yield board_models.ablations(bench, first)
    tell("permuted labels")
    yield board_models.null_run(bench)
    tell("learning curve")
    yield board_models.learning_curve(bench)
    tell("harder splits")
    yield board_errors.held_out(bench)


def _log(store: Path, name: str, parameters: Mapping[str, object], metrics: Mapping[str, float]) -> str:
    from secretome_ml.tracking import log_numbers

    return log_numbers(name, parameters, metrics, store)


def _head(bench: Bench) -> str:
    studies, groups, plan = len(bench.groups), bench.groups.nunique(), bench.plan
    pairs = bench.targets.comparisons
    decided = int((pairs["direction"] != 0).sum())
    return f"""# Leaderboard

Written by `python -m experiments.leaderboard`{" --fast (a coarse run)" if bench.fast else ""}.

{studies} studies in {groups} groups: studies that repeat each other (same DOI but for version or
supplement, PubMed or PMC number, title, address, or first author and year in one journal) stay on one
side, and so do studies with the same description and results. {len(pairs)} compared pairs, {decided} of
them decided, from {pairs["study"].nunique()} studies. Repeats: {plan.repeats}, each of {plan.folds} folds by
group, {plan.inner_folds} folds inside each for tuning, column choice and calibration; every repeat is
judged by itself and the mean is shown. Evidence `{bench.evidence.digest[:12]}`, recipe
`{bench.recipe.name}`, seed {plan.seed}. Every row names the MLflow run (experiment `leaderboard` of the
local store) that holds its numbers.

What nested validation does not cover: the strengths of the priors, the sizes of unstated roles, the word
lists and the roles marked `design` were written by people who had seen this corpus; the bend of the
calibration, the model spread of the intervals and the panel rule of the domain were chosen on it. Studies
kept apart may fare worse; the ablation without design roles and the split by year hint at how much.
"""


def main(arguments: list[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--recipe", type=Path, default=None, help="a recipe in TOML; default: the shipped one"
    )
    parser.add_argument("--store", type=Path, default=Path("experiments"), help="folder of the MLflow store")
    parser.add_argument(
        "--out", type=Path, default=None, help="the file to write; default: leaderboard.md in the store"
    )
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=REPEATS, help="repeats of the folds")
    parser.add_argument("--fast", action="store_true", help="a coarse run, for trying out")
    given = parser.parse_args(arguments)
    start = time.monotonic()

    def say(what: str) -> None:
        sys.stderr.write(f"[{time.monotonic() - start:4.0f} s] {what}\n")

    log = partial(_log, given.store)
    bench = make_bench(load_recipe(given.recipe), load_evidence(), given.repeats, given.jobs, given.fast, log)
    page = _head(bench) + "\n"
    for section in leaderboard(bench, Path(__file__).with_name("tried.csv"), say):
        page += section.markdown() + "\n"
        write_file(given.out or given.store / "leaderboard.md", page.encode())
    say("done")


if __name__ == "__main__":
    main()
