"""Leaderboard: what lies outside the domain, what training never saw, which pairs are still wrong."""

from __future__ import annotations

import pandas as pd

from experiments.bench import Bench, Cell, Section, numbers
from experiments.board_models import plan_of, pooled
from experiments.judged import Judged, reduction, right_by_kind
from experiments.variants import HeldOut, later_years, one_factor_out, one_preconditioning_out, one_source_out
from secretome_ml.profiles.from_evidence import study_of
from secretome_ml.trust.domain import fit_domain
from secretome_ml.trust.resampling import Estimate, difference_over_studies, mean_over_studies
from secretome_ml.validation.cross_validation import OutOfFold
from secretome_ml.validation.pair_kinds import SAME, pair_kinds


def domain(bench: Bench, found: OutOfFold, judged: Judged) -> Section:
    """Return the error inside and outside the applicability domain, each fold judged by its training side."""
    verdicts = pd.concat(
        [
            fit_domain(bench.profiles.take(f.split.train)).judge(bench.profiles.take(f.split.test))
            for f in found.parts[0]
        ]
    )
    why = verdicts["domain_reason"].map(_first_reason)
    apart = pair_kinds(bench.profiles, judged.pairs) != SAME
    pairs, outcomes = judged.pairs[apart.to_numpy()], judged.outcomes
    section = Section(
        "Applicability domain: error inside against outside",
        "An arm is outside when its tissue, cell type, product, species, culture or preconditioning stands "
        "in fewer than two training studies, when its panel is another one, or when no training arm shares "
        "enough of what is stated (threshold learnt by leaving studies out). A pair is outside when "
        "one of its arms is; pairs described alike are left out. Error: share of pairs ordered "
        "wrongly, and log loss.",
    )
    for reason in ("any", *sorted(set(why) - {""})):
        out = set(verdicts.index[~verdicts["in_domain"] & ((why == reason) | (reason == "any"))])
        any_out = set(verdicts.index[~verdicts["in_domain"]])
        far = pairs["arm"].isin(out) | pairs["than"].isin(out)
        near = ~(pairs["arm"].isin(any_out) | pairs["than"].isin(any_out))
        lost, tested = 1.0 - pairs["hit"], outcomes["sample"].isin(out)
        inside = ~outcomes["sample"].isin(any_out)
        if not far.any() or not tested.any():
            continue
        cells: dict[str, Cell] = {
            "pairs outside": int(far.sum()),
            "wrong inside": mean_over_studies(lost[near], pairs["group"][near]),
            "wrong outside": mean_over_studies(lost[far], pairs["group"][far]),
            "more wrong outside": difference_over_studies(
                lost[far], pairs["group"][far], lost[near], pairs["group"][near]
            ),
            "log loss outside minus inside": difference_over_studies(
                outcomes["loss"][tested],
                outcomes["group"][tested],
                outcomes["loss"][inside],
                outcomes["group"][inside],
            ),
        }
        run = bench.log(f"domain {reason}", plan_of(bench), numbers(cells))
        section.rows.append({"reason": reason, "arms": len(out), **cells, "run": run})
    return section


def _first_reason(text: str) -> str:
    """Return the kind of the first reason, e.g. `cell type` or `far from every study`."""
    return text.split(":", 1)[0].split(" '", 1)[0].split(";", 1)[0]


def wrong_pairs(bench: Bench, judged: Judged) -> list[Section]:
    """Return which kinds of pair are still wrong, and the pairs that every repeat gets wrong."""
    kinds = Section(
        "What is still wrong, by what differs between the two arms",
        "`several`: more than one of source, donor, product, gene, agent. `nothing stated`: the two "
        "descriptions are the same, so that no model can do better than one half. `ties`: the model scores "
        "both arms the same, because they are described alike or in words that no column holds.",
    )
    table = right_by_kind(judged, bench.profiles)
    for row in table.to_dict("records"):
        cell = Estimate(row["right"], row["low"], row["high"], row["pairs"], row["studies"])
        wrong = float((1.0 - row["right"]) * row["pairs"])
        run = bench.log(f"right {row['kind']}", plan_of(bench), numbers({"share right": cell}))
        kinds.rows.append(
            {"differs": row["kind"], "pairs": row["pairs"], "studies": row["studies"], "ties": row["ties"],
             "share right": cell, "pairs lost": wrong, "run": run}
        )  # fmt: skip
    listed = Section(
        "Pairs that every repeat orders wrongly",
        "The better arm by the study is on either side. Many turn on what the description does not say.",
    )
    lost = judged.pairs[judged.pairs["hit"] == 0].assign(kind=pair_kinds(bench.profiles, judged.pairs))
    address = bench.evidence.studies.set_index("study")
    run = bench.log("wrong pairs", plan_of(bench), {"pairs": float(len(lost))})
    for row in lost.sort_values(["kind", "effect", "arm"]).to_dict("records"):
        study = address.loc[row["study"]]
        source = next((str(study[c]) for c in ("doi", "pmid", "url") if isinstance(study[c], str)), "")
        listed.rows.append(
            {"differs": row["kind"], "effect": row["effect"],
             "arm": row["arm"], "than": row["than"].split("/", 1)[1],
             "source": source, "run": run}
        )  # fmt: skip
    return [kinds, listed]


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
