"""`secretome-ml models ...`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from secretome_ml.cli.options import Json, print_json, stdout

if TYPE_CHECKING:
    from secretome_ml.workflows.promote import Promotion

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
Address = Annotated[
    str | None, typer.Argument(help="A bundle folder or an MLflow address. Default: the released bundle.")
]
TrackingUri = Annotated[
    str | None, typer.Option("--tracking-uri", help="MLflow server; default: experiments/mlflow.db.")
]


@app.command("list")
def list_(
    folder: Annotated[Path | None, typer.Argument(help="Folder of bundles. Default: models/.")] = None,
    registered: Annotated[
        bool, typer.Option("--registered", help="List the versions in the MLflow registry instead.")
    ] = False,
    tracking_uri: TrackingUri = None,
    json_output: Json = False,
) -> None:
    """List bundles with model and digest, or the registered versions with aliases and metrics.

    A broken bundle says what is wrong with it.
    """
    import pandas as pd

    from secretome_ml.cli.listing import plain_table

    found = _versions(tracking_uri) if registered else _bundles(folder)
    if json_output:
        print_json(found)
    elif not found:
        stdout().print("No version is registered." if registered else "There is no bundle.")
    else:
        rows = [{k: _cell(v) for k, v in row.items() if k != "tags"} for row in found]
        stdout().print(plain_table(pd.DataFrame(rows)))


@app.command()
def show(model: Address = None) -> None:
    """Print the card of a bundle."""
    from rich.markdown import Markdown

    from secretome_ml.workflows.sources import local_store, open_model

    stdout().print(Markdown(open_model(model, local_store()).card))


@app.command()
def verify(model: Address = None, json_output: Json = False) -> None:
    """Check every file of a bundle against its checksum, and an MLflow model for code and pickles."""
    from secretome_ml.workflows.sources import local_store, open_model

    found = open_model(model, local_store())
    if json_output:
        print_json(
            {"digest": found.digest, "model": found.estimator.name, "evidence_digest": found.evidence_digest}
        )
    else:
        stdout().print(
            f"Every file is as it was written. Digest {found.digest}", highlight=False, soft_wrap=True
        )


@app.command()
def promote(
    name: Annotated[str, typer.Argument(help="Name in the registry.")],
    version: Annotated[str, typer.Argument(help="Number of the version, or the run that made it.")],
    alias: Annotated[str, typer.Option("--alias", help="Alias to move.")] = "champion",
    tolerance: Annotated[
        float, typer.Option("--tolerance", min=0.0, help="How far below zero the intervals may reach.")
    ] = 0.02,
    evidence: Annotated[
        Path | None,
        typer.Option("--evidence", help="Compare on the studies there that neither version has seen."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Promote all the same; recorded.")] = False,
    tracking_uri: TrackingUri = None,
    json_output: Json = False,
) -> None:
    """Put a registered version into use, if it beats the one in use on studies that neither has seen.

    \b
    For example:
      secretome-ml models promote secretome 2
      secretome-ml models promote secretome 2 --evidence new_studies.jsonl
    """
    from secretome_ml.workflows.promote import promote as run
    from secretome_ml.workflows.sources import local_store, open_evidence

    studies = open_evidence(evidence) if evidence is not None else None
    done = run(name, version, local_store(), tracking_uri, alias, tolerance, force, studies)
    if json_output:
        print_json(_told(done, alias))
        return
    how = " (forced)" if done.forced else ""
    stdout().print(
        f"{name} version {done.version.version} is {alias}{how}: {done.reason}.\n"
        f"Next     secretome-ml score PROFILES --model models:/{name}@{alias}",
        highlight=False,
        soft_wrap=True,
    )


@app.command()
def release(
    bundle: Annotated[Path, typer.Argument(help="Folder of the bundle.")] = Path("models/latest"),
    json_output: Json = False,
) -> None:
    """Make a bundle the one that ships with the package: a checkout's models/default.

    \b
    For example:
      secretome-ml train && secretome-ml models release
    """
    from secretome_ml.workflows.release import release as run

    folder, digest = run(bundle)
    if json_output:
        print_json({"bundle": str(folder), "digest": digest})
        return
    stdout().print(
        f"Released {folder} (digest {digest[:12]})\n"
        "Next     python tests/frozen/make.py, docs/corpus_card.py and tools/build_help.py; look at what\n"
        "         they change, run the tests, commit",
        highlight=False,
        soft_wrap=True,
    )


@app.command()
def log(
    folders: Annotated[
        list[Path] | None, typer.Argument(help="Runs that wait. Default: all in experiments/unlogged.")
    ] = None,
    tracking_uri: TrackingUri = None,
    json_output: Json = False,
) -> None:
    """Log training runs that MLflow could not take when they were made, or that were cut off."""
    from secretome_ml.tracking import log_staged, unlogged_runs
    from secretome_ml.workflows.sources import local_store

    store = local_store()
    waiting = folders or unlogged_runs(store)
    ids = {str(folder): log_staged(folder, store, tracking_uri) for folder in waiting}
    if json_output:
        print_json(ids)
    elif not ids:
        stdout().print("No run waits to be logged.")
    for folder, run_id in {} if json_output else ids.items():
        stdout().print(f"{folder}: run {run_id}", highlight=False, soft_wrap=True)


def _bundles(folder: Path | None) -> list[dict[str, Any]]:
    from secretome_ml.bundle import MANIFEST
    from secretome_ml.core.errors import BundleRefused
    from secretome_ml.core.paths import models_dir
    from secretome_ml.model import load_model

    found = []
    for place in sorted(p.parent for p in (folder or models_dir()).glob(f"*/{MANIFEST}")):
        try:
            loaded = load_model(place)
        except BundleRefused as error:
            found.append({"folder": str(place), "model": "", "digest": "", "problem": str(error)})
            continue
        name = loaded.estimator.name
        found.append({"folder": str(place), "model": name, "digest": loaded.digest, "problem": ""})
    return found


def _versions(uri: str | None) -> list[dict[str, Any]]:
    from secretome_ml.tracking import list_versions
    from secretome_ml.workflows.sources import local_store

    return [
        {
            "name": v.name,
            "version": v.version,
            "aliases": list(v.aliases),
            "model": v.model,
            "concordance": [v.metrics.get(f"concordance{end}") for end in ("", ".low", ".high")],
            "evidence": v.evidence_digest[:12],
            "run": v.run_id,
            "tags": v.tags,
        }
        for v in list_versions(local_store(), uri=uri)
    ]


def _cell(value: object) -> object:
    """Return a number with its interval, or several words, as one cell."""
    if not isinstance(value, list):
        return value
    if len(value) == 3 and all(isinstance(v, float) for v in value):
        return f"{value[0]:.3f} ({value[1]:.3f} to {value[2]:.3f})"
    return ", ".join(str(v) for v in value if v is not None)


def _told(done: Promotion, alias: str) -> dict[str, Any]:
    """Return a promotion as plain values."""
    from dataclasses import asdict

    found = done.found
    return {
        "name": done.version.name,
        "version": done.version.version,
        "alias": alias,
        "against": done.champion.version if done.champion else None,
        "forced": done.forced,
        "reason": done.reason,
        "concordance": asdict(found.concordance) if found else None,
        "joint_loss": asdict(found.joint_loss) if found else None,
    }
