"""Leaderboard: what becomes of the model on years, sources, preconditionings and factors it never saw."""

from __future__ import annotations

from secretome_ml.evaluation.bench import Bench
from secretome_ml.evaluation.held_out import (
    HeldOut,
    later_years,
    one_factor_out,
    one_preconditioning_out,
    one_source_out,
)
from secretome_ml.evaluation.judged import Judged, reduction
from secretome_ml.evaluation.section import Cell, Section, numbers
from secretome_ml.models.targets import study_of
from secretome_ml.workflows.board_models import plan_of, pooled


def held_out(bench: Bench) -> Section:
    """Return the recipe's model on later years, and on sources, preconditionings and factors it never saw."""
    least = 60 if bench.fast else 15
    cases = [later_years(bench.profiles.samples, bench.evidence.studies, bench.groups)]
    for make in (one_source_out, one_preconditioning_out, one_factor_out):
        cases += make(bench.profiles, bench.groups, least)
    names = (bench.recipe.model, "prevalence", "known_factor_list")
    judged = {n: [bench.judge_fold(f) for f in bench.predict(n, [c.split for c in cases])] for n in names}
    section = Section(
        "Harder splits: what is held out is never seen in training",
        f"Later years, and every cell source, preconditioning and factor that {least} studies or more state: "
        "all studies that state it are tested, by a model tuned and fitted on those that do not. The rows "
        "`every ...` pool the splits of a kind; a study may be tested in several of them.",
    )
    for what in dict.fromkeys(c.what for c in cases):
        places = [i for i, c in enumerate(cases) if c.what == what]
        if len(places) > 1:
            whole = {n: pooled([_tagged(judged[n][i], i) for i in places]) for n in names}
            section.rows.append(_held_out_row(bench, what, f"every {what}", whole, None))
        for i in places:
            section.rows.append(
                _held_out_row(bench, what, cases[i].value, {n: judged[n][i] for n in names}, cases[i])
            )
    return section


def _tagged(judged: Judged, number: int) -> Judged:
    """Return the same with sample names that tell the split apart, so that pooled rows stay distinct."""
    tag = f"#{number}"
    pairs = judged.pairs.assign(arm=judged.pairs["arm"] + tag)
    return Judged(pairs, judged.outcomes.assign(sample=judged.outcomes["sample"] + tag))


def _held_out_row(
    bench: Bench, what: str, value: str, judged: dict[str, Judged], case: HeldOut | None
) -> dict[str, Cell]:
    own = judged[bench.recipe.model]
    cells: dict[str, Cell] = {
        "concordance": own.estimate("concordance"),
        "known factor list": judged["known_factor_list"].estimate("concordance"),
        "log loss below prevalence": reduction(own, judged["prevalence"], "log_loss"),
    }
    sizes: dict[str, Cell] = {"training studies": "", "tested studies": "", "pairs": len(own.pairs)}
    if case is not None:
        sizes["training studies"] = len(set(study_of(case.split.train)))
        sizes["tested studies"] = len(set(study_of(case.split.test)))
    run = bench.log(f"held out {what} {value}", plan_of(bench), numbers(cells))
    return {"held out": what, "value": value, **sizes, **cells, "run": run}
