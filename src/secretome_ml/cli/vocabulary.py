"""`secretome-ml vocabulary ...`."""

from __future__ import annotations

from typing import Annotated

import typer

from secretome_ml.cli.options import Json, print_json, stdout

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.command()
def find(
    names: Annotated[list[str], typer.Argument(help="Names of factors.")], json_output: Json = False
) -> None:
    """Say what each name resolves to and why: `vocabulary find MCP-1 "SDF-1α" miR-126`."""
    import pandas as pd

    from secretome_ml.cli.listing import plain_table
    from secretome_ml.vocabulary import FactorVocabulary

    vocabulary = FactorVocabulary.load()
    found = [vars(vocabulary.resolve(name)) for name in names]
    if json_output:
        print_json(found)
    else:
        stdout().print(plain_table(pd.DataFrame(found)))


@app.command("list")
def list_(
    kind: Annotated[str, typer.Argument(help="factors, cell_sources, products, effects, ...")] = "factors",
    json_output: Json = False,
) -> None:
    """List the terms of a vocabulary."""
    from secretome_ml.cli.listing import plain_table
    from secretome_ml.vocabulary import frame

    table = frame(kind)
    if json_output:
        print_json(table.to_dict("records"))
    else:
        stdout().print(
            plain_table(
                table[[c for c in ("id", "label", "kind", "family", "parent", "synonyms") if c in table]]
            )
        )
