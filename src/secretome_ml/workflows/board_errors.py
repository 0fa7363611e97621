"""Leaderboard: does the applicability domain matter, and which pairs are still wrong."""

from __future__ import annotations

import pandas as pd

from secretome_ml.evaluation.bench import Bench
from secretome_ml.evaluation.folds import OutOfFold
from secretome_ml.evaluation.judged import Judged
from secretome_ml.evaluation.pair_kinds import SAME, pair_kinds, right_by_kind
from secretome_ml.evaluation.section import Cell, Section, numbers
from secretome_ml.trust.domain import fit_domain
from secretome_ml.trust.resampling import Estimate, difference_over_studies, mean_over_studies
from secretome_ml.workflows.board_models import plan_of


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
