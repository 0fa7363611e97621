"""`secretome-ml models ...`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from secretome_ml.cli.options import Json, print_json, stdout

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
Address = Annotated[
    str | None, typer.Argument(help="A bundle folder or an MLflow address. Default: the released bundle.")
]


@app.command("list")
def list_(
    folder: Annotated[Path | None, typer.Argument(help="Folder of bundles. Default: models/.")] = None,
    json_output: Json = False,
) -> None:
    """List the bundles of a folder with model and digest; a broken one says what is wrong with it."""
    import pandas as pd

    from secretome_ml.bundle import MANIFEST
    from secretome_ml.cli.listing import plain_table
    from secretome_ml.errors import BundleRefused
    from secretome_ml.model import load_model
    from secretome_ml.paths import models_dir

    found = []
    for place in sorted(p.parent for p in (folder or models_dir()).glob(f"*/{MANIFEST}")):
        try:
            loaded = load_model(place)
        except BundleRefused as error:
            found.append({"folder": str(place), "model": "", "digest": "", "problem": str(error)})
            continue
        name = loaded.estimator.name
        found.append({"folder": str(place), "model": name, "digest": loaded.digest, "problem": ""})
    if json_output:
        print_json(found)
    else:
        stdout().print(plain_table(pd.DataFrame(found, columns=["folder", "model", "digest", "problem"])))


@app.command()
def show(model: Address = None) -> None:
    """Print the card of a bundle."""
    from rich.markdown import Markdown

    from secretome_ml.workflows.sources import local_store, open_model

    stdout().print(Markdown(open_model(model, local_store()).card))


@app.command()
def verify(model: Address = None, json_output: Json = False) -> None:
    """Check every file of a bundle against its checksum."""
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
