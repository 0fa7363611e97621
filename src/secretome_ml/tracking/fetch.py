"""Models and tables out of a store: listed, checked and only then downloaded; MLflow loads nothing."""

from __future__ import annotations

import contextlib
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

import mlflow
import pandas as pd
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from secretome_ml.bundle import LARGEST_BUNDLE, LARGEST_FILE, MOST_FILES, Bundle, read_bundle
from secretome_ml.core.errors import BundleRefused, TrackingFailed
from secretome_ml.core.files import read_cell, scratch_folder
from secretome_ml.model_file import DESCRIPTION, LARGEST, bundle_folder
from secretome_ml.tracking.store import connected

_ADDRESSES = ("models:/", "runs:/")


def fetch_model(uri: str, store: Path, tracking_uri: str | None = None) -> Bundle:
    """Return the audited bundle behind `models:/name@alias`, `models:/name/1`, `runs:/id/model` or a folder.

    The MLmodel file is judged first: our loader module, no code, no other flavor. Names and sizes are
    judged before a download, symbolic links in a local store are refused, and the files are read by
    the bundle's own reader. MLflow never imports anything on behalf of the model.

    Raises
    ------
    TrackingFailed
        If the store cannot be reached or does not hold the model.
    BundleRefused
        If the model is not one of ours, too large, or its bundle does not pass the audit.
    """
    with contextlib.ExitStack() as opened:
        source = uri
        if uri.startswith(_ADDRESSES):
            source = _artifacts_of(opened.enter_context(connected(store, tracking_uri)), uri)
        folder = opened.enter_context(scratch_folder())
        _refuse_links(source, uri)
        top = _listed(source, uri)
        if DESCRIPTION not in top:
            raise TrackingFailed(f"{uri} holds no {DESCRIPTION} file; check the name.")
        if top[DESCRIPTION] > LARGEST:
            raise BundleRefused(f"{uri}: its {DESCRIPTION} file has {top[DESCRIPTION]} bytes; not loaded.")
        data = bundle_folder(_download(source, DESCRIPTION, folder).read_bytes(), uri)
        sizes = _listed(f"{source}/{data}", uri)
        largest, total = max(sizes.values(), default=0), sum(sizes.values())
        if len(sizes) > MOST_FILES + 1 or largest > LARGEST_FILE or total > LARGEST_BUNDLE:
            raise BundleRefused(
                f"{uri}: {len(sizes)} files, {total} bytes, more than a bundle holds; it is not loaded."
            )
        place = folder / data
        place.mkdir(parents=True)
        for name in sizes:
            _download(source, f"{data}/{name}", folder)
        return read_bundle(place)


def fetch_table(run_id: str, path: str, store: Path, uri: str | None = None) -> pd.DataFrame:
    """Return a CSV table that a run holds.

    Raises
    ------
    TrackingFailed
        If the store cannot be reached or the run holds no such table.
    """
    with connected(store, uri) as client, scratch_folder() as folder:
        table = pd.read_csv(client.download_artifacts(run_id, path, str(folder)))
    for column in table.select_dtypes("object").columns:
        table[column] = table[column].map(lambda v: read_cell(v) if isinstance(v, str) else v)
    return table


def _artifacts_of(client: MlflowClient, uri: str) -> str:
    """Return where the files of a model lie; an alias or a run is followed to the logged model."""
    if uri.startswith("runs:/"):
        run_id, _, name = uri.removeprefix("runs:/").partition("/")
        run = client.get_run(run_id)
        found = client.search_logged_models([run.info.experiment_id], f"source_run_id = '{run_id}'")
        for model in found:
            if model.name == name:
                return str(model.artifact_location)
        return f"{run.info.artifact_uri}/{name}"
    name = uri.removeprefix("models:/")
    if name.startswith("m-") and "/" not in name:
        return str(client.get_logged_model(name).artifact_location)
    if "@" in name:
        name, _, alias = name.partition("@")
        number = client.get_model_version_by_alias(name, alias).version
    else:
        name, _, number = name.partition("/")
    if not str(number).isdigit():
        raise TrackingFailed(f"{uri} names no version; write models:/NAME/1 or models:/NAME@champion.")
    return str(client.get_model_version_download_uri(name, number))


def _refuse_links(source: str, uri: str) -> None:
    """Refuse a model in a local folder that holds symbolic links; a copy would follow them."""
    parts = urlsplit(source)
    if parts.scheme not in ("", "file"):
        return
    folder = Path(unquote(parts.path))
    linked = [p for p in (folder, *folder.rglob("*")) if p.is_symlink()]
    if linked:
        raise BundleRefused(f"{uri}: {linked[0].name} is a symbolic link; a bundle holds plain files only.")


def _listed(source: str, uri: str) -> dict[str, int]:
    """Return the files of a folder of a store, by name, with their sizes in bytes."""
    try:
        entries = mlflow.artifacts.list_artifacts(artifact_uri=source)
    except MlflowException as error:
        raise TrackingFailed(f"{uri} cannot be listed: {error.message}") from error
    return {PurePosixPath(e.path).name: int(e.file_size or 0) for e in entries if not e.is_dir}


def _download(source: str, name: str, folder: Path) -> Path:
    target = (folder / name).parent
    target.mkdir(parents=True, exist_ok=True)
    return Path(mlflow.artifacts.download_artifacts(artifact_uri=f"{source}/{name}", dst_path=str(target)))
