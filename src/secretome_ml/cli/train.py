"""`secretome-ml train`."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Annotated

import typer

from secretome_ml.cli.options import EvidenceFolder, Json, Quiet, Verbose, print_json, speaker, stdout, steps
from secretome_ml.cli.spreading import ComputeDevice, Device, Jobs, Scheduler, every_core, spread_over

log = logging.getLogger(__name__)


def train(
    recipe: Annotated[
        Path | None, typer.Argument(help="A recipe; default: experiments/default.toml.")
    ] = None,
    evidence: EvidenceFolder = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder of the bundle. Default: models/latest.")
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Seed of folds, trees and intervals.")] = None,
    jobs: Jobs = None,
    scheduler: Scheduler = None,
    device: ComputeDevice = Device.cpu,
    tracking_uri: Annotated[
        str | None, typer.Option("--tracking-uri", help="MLflow server; default: experiments/mlflow.db.")
    ] = None,
    experiment: Annotated[str | None, typer.Option("--experiment", help="MLflow experiment.")] = None,
    register: Annotated[
        str | None, typer.Option("--register", help="Register the model under this name.")
    ] = None,
    fast: Annotated[bool, typer.Option("--fast", help="A coarse search, for trying out.")] = False,
    json_output: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Train on published studies: cross-validate by study, fit, explain, write a bundle, log the run.

    \b
    For example:
      secretome-ml train
      secretome-ml train experiments/default.toml --seed 7 --out models/mine --json
    """
    import shlex
    from dataclasses import replace

    from secretome_ml.bundle import MANIFEST, write_bundle
    from secretome_ml.core.files import refuse_foreign, write_file
    from secretome_ml.core.logs import run_log
    from secretome_ml.models.device import usable_device
    from secretome_ml.recipe import load_recipe
    from secretome_ml.report.tables import results_table
    from secretome_ml.tracking import require_names
    from secretome_ml.workflows.record import record_training
    from secretome_ml.workflows.sources import local_store, open_evidence
    from secretome_ml.workflows.train import train as run

    console = speaker(quiet)
    require_names(experiment, register)
    if out is not None and not (out / MANIFEST).is_file():
        refuse_foreign(out)
    chosen = load_recipe(recipe)
    chosen = chosen if seed is None else replace(chosen, seed=seed)
    log.debug(
        "recipe %s: model %s, %d folds, seed %d%s",
        chosen.name,
        chosen.model,
        chosen.folds,
        chosen.seed,
        ", made coarse by --fast" if fast else "",
    )
    corpus = open_evidence(evidence)
    computes = usable_device(device)
    with spread_over(scheduler, jobs) as spread, steps(console) as advance:
        training = run(chosen, corpus, every_core(jobs), fast, advance, spread, computes)
    log.debug("%s: hyperparameters %s, by joint loss on inner folds", chosen.model, training.parameters)
    command = shlex.join(["secretome-ml", *sys.argv[1:]])
    bundle = training.model.to_bundle(command)
    # What is released lies under version control, and `models release` alone replaces it.
    folder = out or Path("models") / "latest"
    write_bundle(bundle, folder)
    console.print("Logging the run to MLflow ...")
    run_id = record_training(
        training,
        bundle,
        training.evidence,
        str(evidence or "shipped corpus"),
        local_store(),
        tracking_uri,
        experiment,
        register,
    )
    kept = run_log()
    if kept is not None:
        write_file(folder.with_name(f"{folder.name}.log.jsonl"), kept.text())
    if json_output:
        print_json(
            {
                "bundle": str(folder),
                "bundle_digest": bundle.digest,
                "evidence_digest": training.evidence.digest,
                "run_id": run_id,
                "recipe": training.model.recipe.as_dict(),
                "parameters": training.parameters,
                "metrics": training.model.metrics,
            }
        )
        return
    stdout().print(results_table(dict(list(training.metrics.groupby("model", sort=False))), chosen.level))
    if verbose:
        stdout().print(training.folds.to_string())
    stdout().print(
        f"Bundle   {folder} (digest {bundle.digest[:12]})\nMLflow   run {run_id}; see it with: "
        f"mlflow ui --backend-store-uri {tracking_uri or 'sqlite:///experiments/mlflow.db'}\n"
        f"Next     secretome-ml score PROFILES --model {folder}\n"
        f"         secretome-ml explain --model {folder}",
        highlight=False,
        soft_wrap=True,
    )
