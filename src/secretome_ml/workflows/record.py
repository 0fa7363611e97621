"""What of a training run is kept in MLflow: figures, tables, texts, numbers, the model."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from secretome_ml.bundle import Bundle
from secretome_ml.core.files import scratch_folder, sha256, write_file
from secretome_ml.core.logs import run_log
from secretome_ml.evidence import Evidence
from secretome_ml.models.targets import Targets
from secretome_ml.profiles import profiles_from_evidence
from secretome_ml.profiles.from_evidence import study_of
from secretome_ml.report import page
from secretome_ml.report.figures import beeswarm, importance_bar, metrics_forest, reliability
from secretome_ml.report.style import figure_files
from secretome_ml.report.summary import summarise
from secretome_ml.serving import SERVED_COLUMNS
from secretome_ml.tracking import Run, log_run, to_json
from secretome_ml.validation.guard import joined_duplicates
from secretome_ml.validation.splits import study_groups
from secretome_ml.workflows.train import Training

# One line of the table that the model serves, kept as the input example.
_EXAMPLE = dict.fromkeys(SERVED_COLUMNS, "") | {
    "sample": "example",
    "cell_type": "MSC",
    "cell_source": "bone_marrow",
    "species": "human",
    "stage": "adult",
    "product": "conditioned_medium",
    "culture": "2d",
    "preconditioning": "hypoxia(o2=1%, hours=48)",
    "factors": "VEGF-A=elevated; HGF=elevated",
}


def record_training(
    training: Training,
    bundle: Bundle,
    evidence: Evidence,
    source: str,
    store: Path,
    uri: str | None = None,
    experiment: str | None = None,
    register: str | None = None,
) -> str:
    """Log a training run and return its id."""
    with scratch_folder() as folder:
        draw_training(training, folder)
        figures = tuple(sorted(folder.iterdir()))
        run = Run(
            name=training.model.recipe.name,
            parameters=_parameters(training),
            metrics=_metrics(training.metrics),
            fold_metrics=[
                (f"{r['model']}.joint_loss", int(r["repeat"]) * 100 + int(r["fold"]), float(r["joint_loss"]))
                for r in training.folds.to_dict("records")
            ],
            tables={
                "tables/metrics.csv": training.metrics,
                "tables/folds.csv": training.folds,
                "tables/importance.csv": training.importance,
                "tables/contributions.parquet": training.terms,
                "tables/predictions.csv": _predictions(training),
                "tables/labels.csv": labels_table(training.targets, _groups(training, evidence)),
            },
            texts={
                "recipe.json": to_json(training.model.recipe.as_dict()),
                "evidence_stats.json": to_json(training.stats),
                "model_card.md": training.model.card,
                "explanation.html": learned_page(training),
                **_kept_log(),
            },
            files=figures,
            evidence=evidence.studies,
            evidence_digest=evidence.digest,
            evidence_source=source,
            bundle=bundle,
            example=pd.DataFrame([_EXAMPLE]),
            tags={"folds_digest": _folds_digest(training)},
        )
        return log_run(run, store, uri, experiment, register)


def _kept_log() -> dict[str, str]:
    """Return the run's log, where one is kept."""
    log = run_log()
    return {} if log is None else {"log.jsonl": log.text()}


def draw_training(training: Training, folder: Path) -> None:
    """Draw what was learned and how good it is, as SVG and PNG."""
    files = figure_files(metrics_forest(training.metrics, model=training.model.recipe.model), "metrics")
    chance = training.out_of_fold[training.model.recipe.model].probability
    for effect in training.model.effects:
        files |= figure_files(beeswarm(training.terms, effect), f"beeswarm_{effect}")
        files |= figure_files(importance_bar(training.importance, effect), f"bar_{effect}")
        label = training.targets.binary(effect)
        drawn = reliability(chance.loc[label.index, effect].to_numpy(), label.to_numpy(), effect)
        files |= figure_files(drawn, f"reliability_{effect}")
    for name, content in files.items():
        write_file(folder / name, content)


def learned_page(training: Training) -> str:
    """Return the page about what the model learned."""
    return page.learned_page(
        "What the model learned", training.terms, summarise(training.model), training.importance
    )


def _parameters(training: Training) -> dict[str, object]:
    recipe = {f"recipe.{k}": str(v) for k, v in training.model.recipe.as_dict().items()}
    return recipe | {f"model.{k}": v for k, v in training.parameters.items()}


def _metrics(metrics: pd.DataFrame) -> dict[str, float]:
    """Return every metric and its bounds under a name of the form `model.effect.metric[.low|.high]`."""
    found: dict[str, float] = {}
    for row in metrics.to_dict("records"):
        name = f"{row['model']}.{row['effect']}.{row['metric']}"
        found |= {
            name: float(row["value"]),
            f"{name}.low": float(row["low"]),
            f"{name}.high": float(row["high"]),
        }
    return found


def labels_table(targets: Targets, groups: pd.Series) -> pd.DataFrame:
    """Return what the predictions are judged by: `kind, effect, sample, than, study, group, value`.

    An outcome's value is its share of beneficial readouts; a comparison's is 1 where `sample` has more
    of the effect than `than`, 0 where they are equal, -1 where it has less.
    """
    tested = targets.outcomes.stack().rename("value").rename_axis(["sample", "effect"]).reset_index()
    tested = tested.assign(kind="outcome", than="", study=study_of(pd.Index(tested["sample"])))
    pairs = targets.comparisons.rename(columns={"arm": "sample", "direction": "value"})
    table = pd.concat([tested, pairs.assign(kind="comparison")], ignore_index=True)
    table["group"] = groups.reindex(table["study"]).to_numpy(dtype=object)
    return table[["kind", "effect", "sample", "than", "study", "group", "value"]]


def _groups(training: Training, evidence: Evidence) -> pd.Series:
    """Return study to group, as the folds had it."""
    profiles = profiles_from_evidence(evidence)
    return joined_duplicates(study_groups(evidence.studies), profiles, training.targets)


def _folds_digest(training: Training) -> str:
    """Return a digest of which samples each fold held out: equal means judged on the same folds."""
    parts = training.out_of_fold[training.model.recipe.model].parts
    held = [[sorted(map(str, fold.split.test)) for fold in folds] for folds in parts]
    return sha256(to_json(held).encode())


def _predictions(training: Training) -> pd.DataFrame:
    """Return every out-of-fold prediction, one row per arm, effect and model."""
    frames = []
    for name, found in training.out_of_fold.items():
        long = found.margin.stack().rename("score").to_frame()
        long["probability"] = found.probability.stack()
        frames.append(long.rename_axis(["sample", "effect"]).reset_index().assign(model=name))
    return pd.concat(frames, ignore_index=True)
