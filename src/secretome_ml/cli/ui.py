"""`secretome-ml ui`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from secretome_ml.cli.options import EvidenceFolder, ModelAddress, Verbose


def ui(
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on; beyond 127.0.0.1 only with a token.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port; 0 takes a free one.")] = 8000,
    model: ModelAddress = None,
    evidence: EvidenceFolder = None,
    token: Annotated[
        str | None,
        typer.Option(
            "--token", envvar="SECRETOME_TOKEN", help="Ask for this token. Better given by SECRETOME_TOKEN."
        ),
    ] = None,
    allowed_host: Annotated[
        list[str] | None,
        typer.Option("--allowed-host", help="Further host name to answer to, for a reverse proxy."),
    ] = None,
    proxy: Annotated[
        list[str] | None,
        typer.Option("--proxy", help="Address of a reverse proxy whose X-Forwarded headers are believed."),
    ] = None,
    models_folder: Annotated[
        Path | None, typer.Option("--models-folder", help="Folder of bundles to browse.")
    ] = None,
    mlflow_url: Annotated[
        str | None, typer.Option("--mlflow-url", help="Address of an MLflow UI to link to.")
    ] = None,
    open_page: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
    verbose: Verbose = False,
) -> None:
    """Serve the web page and the JSON API, on this machine.

    \b
    For example:
      secretome-ml ui
      secretome-ml ui --port 8080 --open
      SECRETOME_TOKEN=... secretome-ml ui --host 0.0.0.0 --allowed-host secretome.example.org
    """
    import webbrowser
    from dataclasses import replace
    from threading import Timer

    from secretome_ml.web.server import listen, serve
    from secretome_ml.web.settings import Settings
    from secretome_ml.web.voice import speak

    speak(verbose)
    settings = Settings(
        host=host,
        port=port,
        token=token,
        allowed_hosts=tuple(allowed_host or ()),
        trusted_proxies=tuple(proxy or ()),
        model=model,
        models_folder=models_folder,
        evidence=evidence,
        mlflow_url=mlflow_url,
    )
    opened = listen(host, port)
    settings = replace(settings, port=opened.getsockname()[1])
    typer.echo(f"Listening on {settings.address} - stop with Ctrl-C.")
    if open_page:
        Timer(0.5, webbrowser.open, (settings.address,)).start()
    serve(settings, opened)
