"""Registered versions: made, found, and one of them put into use by moving an alias."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from secretome_ml.core.errors import TrackingFailed, UnknownName
from secretome_ml.core.files import aside, left_behind
from secretome_ml.tracking.runs import main_metrics
from secretome_ml.tracking.store import connected, store_exists

# Held for a few calls; older ones were left by a process that died, on a machine that cannot be asked.
# Waiting takes longer, so that whoever comes after a dead one succeeds.
_SECONDS_HELD = 60.0
_SECONDS_TO_WAIT = 90.0
_LOCK, _HOLDER = ".promoting", "holder"


@dataclass(frozen=True)
class Version:
    """A registered version of a model.

    Parameters
    ----------
    name : str
        Name in the registry.
    version : int
        Number of the version.
    run_id : str
        Run that made it.
    aliases : tuple of str
        Aliases that point at it.
    tags : dict of str to str
        Its tags.
    metrics : dict of str to float
        Main metrics of its run.
    model : str
        The model of its recipe, by which tables of the run name its predictions.
    evidence_digest, folds_digest : str
        What its run was validated on: the studies, and which of them each fold held out.
    """

    name: str
    version: int
    run_id: str
    aliases: tuple[str, ...]
    tags: dict[str, str]
    metrics: dict[str, float]
    model: str
    evidence_digest: str
    folds_digest: str

    @property
    def address(self) -> str:
        """The address that commands take."""
        return f"models:/{self.name}/{self.version}"


def register_model(client: MlflowClient, name: str, model_id: str, run_id: str) -> int:
    """Register a logged model as a version and return its number; one that is registered is kept."""
    try:
        client.create_registered_model(name)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    for version in client.search_model_versions(f"name = '{name}'"):
        if version.run_id == run_id:
            return int(version.version)
    made = client.create_model_version(name, f"models:/{model_id}", run_id=run_id, model_id=model_id)
    return int(made.version)


def list_versions(store: Path, name: str | None = None, uri: str | None = None) -> list[Version]:
    """Return the registered versions, of one model or of all; newest first within a model."""
    if not store_exists(store, uri):
        return []
    with connected(store, uri) as client:
        names = [name] if name else [m.name for m in client.search_registered_models()]
        found = []
        for one in sorted(n for n in names if not n.endswith(_LOCK)):
            versions = client.search_model_versions(f"name = '{one}'")
            aliases = _aliases(client, one)
            found += [_version(client, v, aliases) for v in sorted(versions, key=lambda v: -int(v.version))]
    return found


def find_version(store: Path, name: str, which: str, uri: str | None = None) -> Version:
    """Return the version with this number or alias, or that this run made.

    Raises
    ------
    UnknownName
        If the registry holds no such version.
    """
    with connected(store, uri) as client:
        aliases = _aliases(client, name)
        number = str(aliases.get(which, which))
        for found in client.search_model_versions(f"name = '{name}'"):
            if number in (str(found.version), found.run_id):
                return _version(client, found, aliases)
    raise UnknownName(
        f"The registry holds no version '{which}' of '{name}'; "
        "`secretome-ml models list --registered` shows what it holds."
    )


def holder_of(store: Path, name: str, alias: str, uri: str | None = None) -> Version | None:
    """Return the version that has an alias; None where none has it."""
    with connected(store, uri) as client:
        taken = alias in _aliases(client, name)
    return find_version(store, name, alias, uri) if taken else None


def promote_version(
    store: Path,
    chosen: Version,
    alias: str,
    expected: int | None,
    tags: Mapping[str, str],
    uri: str | None = None,
    patience: float = _SECONDS_HELD,
) -> None:
    """Move an alias to a version, if it still stands where the comparison found it.

    Parameters
    ----------
    store : Path
        Folder of the local store.
    chosen : Version
        The version to put into use.
    alias : str
        E.g. `champion`.
    expected : int or None
        The version that had the alias when the comparison was made; None for none.
    tags : mapping of str to str
        What was found; written to the version before the alias moves.
    uri : str, optional
        Address of the tracking server.
    patience : float
        Seconds after which another promotion counts as dead.

    Raises
    ------
    TrackingFailed
        If another promotion moved the alias meanwhile, or is under way.
    """
    number = str(chosen.version)
    with connected(store, uri) as client, _alone(client, chosen.name, patience):
        now = _aliases(client, chosen.name).get(alias)
        holder = None if now is None else int(now)
        if holder not in (expected, chosen.version):
            stood = "no version" if expected is None else f"version {expected}"
            raise TrackingFailed(
                f"While version {number} was compared with {stood}, version {holder} became {alias} of "
                f"'{chosen.name}'; nothing was changed. Promote again to compare with version {holder}."
            )
        for key, value in {**tags, "promotion.state": "begun"}.items():
            client.set_model_version_tag(chosen.name, number, key, value)
        client.set_registered_model_alias(chosen.name, alias, number)
        client.set_model_version_tag(chosen.name, number, "promotion.state", "done")


@contextmanager
def _alone(client: MlflowClient, name: str, patience: float) -> Iterator[None]:
    """Let one promotion of a model at a time in, on whichever machine: a name can be registered only once."""
    lock = name + _LOCK
    until = time.monotonic() + _SECONDS_TO_WAIT
    while True:
        try:
            client.create_registered_model(lock, tags={_HOLDER: aside(Path(), hidden=False).name})
            break
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
        _remove_dead(client, lock, patience)
        if time.monotonic() > until:
            raise TrackingFailed(f"Another promotion of '{name}' is under way; try again in a minute.")
        time.sleep(0.2)
    try:
        yield
    finally:
        client.delete_registered_model(lock)


def _remove_dead(client: MlflowClient, lock: str, patience: float) -> None:
    """Remove a lock whose process is no more, or that is too old for a promotion that still lives."""
    try:
        found = client.get_registered_model(lock)
        begun = found.creation_timestamp / 1000
        if left_behind(found.tags.get(_HOLDER, "")) or time.time() - begun > patience:
            client.delete_registered_model(lock)
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":  # it was released meanwhile
            raise


def _aliases(client: MlflowClient, name: str) -> dict[str, str]:
    """Return alias to version number of a registered model."""
    try:
        return {str(a): str(v) for a, v in client.get_registered_model(name).aliases.items()}
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
    raise UnknownName(
        f"No model is registered as '{name}'; `secretome-ml models list --registered` shows those that are."
    )


def _version(client: MlflowClient, found: ModelVersion, aliases: Mapping[str, str]) -> Version:
    run = client.get_run(found.run_id) if found.run_id else None
    tags = run.data.tags if run else {}
    return Version(
        name=found.name,
        version=int(found.version),
        run_id=found.run_id or "",
        aliases=tuple(sorted(a for a, number in aliases.items() if str(number) == str(found.version))),
        tags=dict(found.tags),
        metrics=main_metrics(run) if run else {},
        model=run.data.params.get("recipe.model", "") if run else "",
        evidence_digest=tags.get("evidence_digest", ""),
        folds_digest=tags.get("folds_digest", ""),
    )
