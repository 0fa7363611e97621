"""Do explanations agree with experiments? `python -m experiments.causal_agreement`."""

from __future__ import annotations

import argparse
import sys
import textwrap
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from experiments.bench import Section
from experiments.causal import CHANGED, ROUTES, agreement_row, causal_experiments, findings_of, terms_of
from secretome_ml.core.files import write_file
from secretome_ml.evidence import Evidence, load_evidence
from secretome_ml.explanation.contributions import term_maps, typical_parts
from secretome_ml.features.batch import batch_of
from secretome_ml.features.knowledge import KnowledgeBlock
from secretome_ml.features.roles import known_roles
from secretome_ml.models import MODELS, Targets, targets_from_evidence
from secretome_ml.profiles import Profiles, profiles_from_evidence
from secretome_ml.profiles.from_evidence import study_of
from secretome_ml.recipe import Recipe, load_recipe
from secretome_ml.report.words import effect_label, signed
from secretome_ml.validation.guard import check_split, joined_duplicates
from secretome_ml.validation.sealed import without_sealed
from secretome_ml.validation.splits import Split, study_folds, study_groups
from secretome_ml.vocabulary.phrases import label
from secretome_ml.workflows.train import make_encoder

FOLDS = 10
PREDICTORS = {
    "model": "this model",
    "learned": "this model without known roles",
    "role": "known-role list",
    "majority": "majority sign",
}


def causal_findings(
    recipe: Recipe,
    evidence: Evidence,
    folds: int = FOLDS,
    jobs: int = 1,
    say: Callable[[str], None] | None = None,
) -> pd.DataFrame:
    """Return every causal finding with its sign and the sign that each predictor gives it, out of fold.

    The model that is asked about a study was trained without it and without the studies that repeat it:
    encoder, typical parts and weights are all fitted on the other folds. Its hyperparameters are those of
    the recipe or the model's defaults; nothing is tuned.

    Parameters
    ----------
    recipe : Recipe
        What to train.
    evidence : Evidence
        The corpus.
    folds, jobs : int
        Folds by group of studies, and processes.
    say : callable, optional
        Told what is done next.

    Returns
    -------
    pandas.DataFrame
        One row per study, factor and effect: `study, group, doi, factor, effect, route, sign`, one column
        per predictor (`PREDICTORS`; logits for the models, 0 = says nothing), and `same_source`: the role was
        read from the review that the study was read from.
    """
    tell = say or (lambda _: None)
    evidence = without_sealed(evidence)
    profiles = profiles_from_evidence(evidence)
    targets = targets_from_evidence(evidence, recipe.effects, recipe.basis_weights)
    groups = joined_duplicates(study_groups(evidence.studies), profiles, targets)
    experiments = causal_experiments(evidence, profiles, recipe.effects)
    asked = set(experiments["study"])
    splits = [
        s for s in study_folds(profiles.samples, folds, recipe.seed, groups) if asked & set(study_of(s.test))
    ]
    for split in splits:
        check_split(split, groups)
    bare = replace(recipe, blocks=tuple(b for b in recipe.blocks if b != KnowledgeBlock.name))
    for name, own in (("model", recipe), ("learned", bare)):
        tell(f"{PREDICTORS[name]}: {len(splits)} folds")
        parts = Parallel(n_jobs=jobs)(
            delayed(_of_fold)(own, profiles, targets, split, _of_side(experiments, split)) for split in splits
        )
        experiments[name] = pd.concat(parts).reindex(experiments.index)
    experiments["majority"] = 0.0
    for split in splits:
        side = _of_side(experiments, split).index
        experiments.loc[side, "majority"] = np.sign(experiments.drop(side)["sign"].sum())
    roles = known_roles().factors
    keys = zip(experiments["effect"], experiments["factor"], strict=True)
    experiments["role"] = [roles.get(key, 0.0) for key in keys]
    found = findings_of(experiments, tuple(PREDICTORS))
    studies = evidence.studies.set_index("study")
    return found.assign(
        group=groups.reindex(found["study"]).to_numpy(),
        doi=studies["doi"].reindex(found["study"]).fillna("").to_numpy(),
        same_source=_same_source(found, studies),
    )


def report(findings: pd.DataFrame, recipe: Recipe, digest: str, draws: int = 2000, folds: int = FOLDS) -> str:
    """Return the agreement of explanations with experiments as Markdown."""
    clean = findings[~findings["same_source"]]
    direct = clean[clean["route"] == CHANGED]
    known = direct["role"] != 0
    settings = (recipe.level, draws, recipe.seed)

    def section(title: str, note: str, parts: dict[str, pd.DataFrame]) -> Section:
        rows = [
            {"findings": label, "sign from": words, **agreement_row(part, name, *settings)}
            for label, part in parts.items()
            for name, words in PREDICTORS.items()
        ]
        return Section(title, note, rows)

    sections = [
        section(
            "By how the experiment tells the sign",
            "The first route is the test; the others are weaker.",
            {route: clean[clean["route"] == route] for route in ROUTES},
        ),
        section(
            "Factors that promote, factors that inhibit",
            "Blocked or engineered alone. Nearly all experiments are about factors that help, so a sign that "
            "is always + is right most of the time; what inhibits is the hard part.",
            {"promotes": direct[direct["sign"] > 0], "inhibits": direct[direct["sign"] < 0]},
        ),
        section(
            "By effect",
            "Blocked or engineered alone.",
            {effect_label(e): direct[direct["effect"] == e] for e in recipe.effects},
        ),
        section(
            "Factors with and without a known role",
            "Blocked or engineered alone. Without a known role, the sign was learned from other studies, or "
            "comes from the belief that a gene is engineered because it helps.",
            {"with a known role": direct[known], "without": direct[~known]},
        ),
        section(
            "Set apart: role and study from the same review",
            "Not part of the tables above.",
            {"same review": findings[findings["same_source"]]},
        ),
    ]
    head = _head(findings, recipe, digest, folds)
    return "\n".join([head, *(s.markdown() for s in sections), _wrong(direct).markdown()])


def _of_fold(
    recipe: Recipe, profiles: Profiles, targets: Targets, split: Split, experiments: pd.DataFrame
) -> pd.Series:
    """Return, per experiment of the test side, what the factor's terms contribute, as more of it would."""
    learned = profiles.take(split.train)
    encoder = make_encoder(recipe).fit(learned)
    model = MODELS[recipe.model](**recipe.settings.get(recipe.model, {}))
    model.fit(encoder.transform(learned), targets.take(split.train))
    named = pd.unique(experiments[["first", "second"]].to_numpy().ravel())
    asked = profiles.take([s for s in named if isinstance(s, str)])
    batch = batch_of(asked)
    features, given = encoder.encode(batch), {}
    for effect, found in term_maps(encoder, batch, features, typical_parts(encoder, learned)).items():
        values = found.contributions(model.contributions(features, effect))
        given[effect] = pd.DataFrame(values, index=asked.samples, columns=list(map(label, found.terms)))
    return pd.Series(
        [_contributed(given[row.effect], row) for row in experiments.itertuples()], index=experiments.index
    )


def _contributed(given: pd.DataFrame, row: tuple[object, ...]) -> float:
    terms = given.columns.intersection(list(terms_of(row.factor)))  # type: ignore[attr-defined]
    first = float(given.loc[row.first, terms].sum())  # type: ignore[attr-defined]
    second = row.second  # type: ignore[attr-defined]
    other = float(given.loc[second, terms].sum()) if isinstance(second, str) else 0.0
    return (first - other) * row.held  # type: ignore[attr-defined, no-any-return]


def _of_side(experiments: pd.DataFrame, split: Split) -> pd.DataFrame:
    return experiments[experiments["study"].isin(set(study_of(split.test)))]


def _same_source(found: pd.DataFrame, studies: pd.DataFrame) -> list[bool]:
    """Return whether the known role was read from the review that the study was read from."""
    from secretome_ml.vocabulary import frame

    table = frame("roles", "knowledge")
    seed = {(r["effect"], r["factor"]): str(r["evidence"]).split("#")[0] for r in table.to_dict("records")}
    place = studies["locator"].reindex(found["study"]).fillna("").str.split("#").str[0]
    roles = [seed.get(key, "") for key in zip(found["effect"], found["factor"], strict=True)]
    return [bool(p) and p == role for p, role in zip(place, roles, strict=True)]


def _wrong(direct: pd.DataFrame) -> Section:
    wrong = direct[(np.sign(direct["model"]) != direct["sign"]) & (direct["model"].abs() > 0)]
    note = "Blocked or engineered; the contribution is oriented as more of the factor would contribute."
    rows = [
        {
            "study": f"[{r['study']}](https://doi.org/{r['doi']})" if r["doi"] else r["study"],
            "factor": r["factor"],
            "effect": effect_label(r["effect"]),
            "experiment": "promotes" if r["sign"] > 0 else "inhibits",
            "contribution": signed(float(r["model"])),
            "known role": signed(float(r["role"])) if r["role"] else "none",
        }
        for r in wrong.sort_values(["factor", "study"]).to_dict("records")
    ]
    return Section("Where this model has the other sign", note, rows)


def _head(findings: pd.DataFrame, recipe: Recipe, digest: str, folds: int) -> str:
    counts = findings.groupby("route").size()
    told = ", ".join(f"{int(counts.get(r, 0))} {r}" for r in ROUTES)
    direct = findings[~findings["same_source"] & (findings["route"] == CHANGED)]
    level = f"{100 * recipe.level:.0f} %"
    paragraphs = (
        f"Written by `python -m experiments.causal_agreement --folds {folds}` on evidence `{digest[:12]}`.",
        "The evidence marks a factor `causal` where blocking, silencing or over-expressing it changed the "
        "outcome. Each such finding says that the factor promotes an effect or inhibits it: "
        f"{len(findings)} findings of {findings['study'].nunique()} studies ({told}). Here its sign is set "
        f"beside the sign of the factor's contribution in a `{recipe.model}` model that was trained without "
        "the study and without its repeats: encoder, typical parts and weights are all fitted on the other "
        "folds; hyperparameters are fixed, not tuned.",
        "`says`: share of findings for which a sign is given at all. `agrees`: share of those with the "
        f"experiment's sign, with its {level} interval over resampled studies. `chance`: the mean agreement "
        "when the experiments' signs are permuted among the findings; `p`: how often a permutation agrees at "
        "least as well. `majority sign` is the more frequent sign of the other folds. Known roles come from "
        "the Gene Ontology, from reviews and from the project's own prior (data/knowledge). What the "
        "ontology's annotators read is not known to us and may include some of these studies; roles of the "
        "project's own prior were written by people who know the field.",
        _summary(direct),
    )
    told_all = "\n\n".join(textwrap.fill(p, 110, break_on_hyphens=False) for p in paragraphs)
    return f"# Do the explanations agree with experiments?\n\n{told_all}\n"


def _summary(direct: pd.DataFrame) -> str:
    """Return the main result in words, whatever it is."""
    helps, harms = direct[direct["sign"] > 0], direct[direct["sign"] < 0]
    told = []
    for name, words in PREDICTORS.items():
        right = [int((np.sign(part[name]) == part["sign"]).sum()) for part in (helps, harms)]
        told.append(f"{words} {right[0]} of {len(helps)} and {right[1]} of {len(harms)}")
    return (
        f"In short: of {len(direct)} factors that were blocked or engineered, {len(helps)} promote the "
        f"effect and {len(harms)} inhibit it. Signs that agree, of those that promote and of those that "
        f"inhibit (no sign counts as wrong here): {'; '.join(told)}. Since nearly all experiments are about "
        "factors that help, agreement on these alone is no proof of insight."
    )


def main(arguments: list[str] | None = None) -> None:
    """Measure, and write `experiments/causal_agreement.md`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--recipe", type=Path, default=None, help="a recipe in TOML; default: the shipped one"
    )
    parser.add_argument("--out", type=Path, default=Path("experiments/causal_agreement.md"))
    parser.add_argument("--table", type=Path, default=None, help="also write every finding as CSV")
    parser.add_argument("--folds", type=int, default=FOLDS, help="folds by group of studies")
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args(arguments)
    start = time.monotonic()

    def say(what: str) -> None:
        sys.stderr.write(f"[{time.monotonic() - start:4.0f} s] {what}\n")

    recipe, evidence = load_recipe(asked.recipe), load_evidence()
    found = causal_findings(recipe, evidence, asked.folds, asked.jobs, say)
    if asked.table is not None:
        write_file(asked.table, found.to_csv(index=False))
    write_file(asked.out, report(found, recipe, evidence.digest, folds=asked.folds))
    say(f"wrote {asked.out}")


if __name__ == "__main__":
    main()
