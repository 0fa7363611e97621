"""The MLmodel file of a model that somebody logged, judged before anything of the model is used.

MLflow itself would import whatever module the file names and put whatever folder it names on the path.
"""

from __future__ import annotations

import re
from typing import Any

import yaml  # type: ignore[import-untyped]

from secretome_ml.core.errors import BundleRefused

DESCRIPTION = "MLmodel"
LOADER = "secretome_ml.serving"
# What we log takes 4 KiB and lies four deep.
LARGEST, _DEEPEST = 16 * 1024, 12
_SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FLAVOR = "python_function"
# What MLflow 3 writes for a loader module with data; anything else could name code, a pickle or a server.
_KNOWN = {"data", "env", "loader_module", "python_version", "streamable"}
# MLflow puts what it is given below `data/`.
_PLAIN = re.compile(r"(?:data/)?[a-z][a-z0-9_]{0,40}")


def bundle_folder(content: bytes, where: str) -> str:
    """Return the name of the folder that holds the bundle, from the content of an MLmodel file.

    Raises
    ------
    BundleRefused
        If the file is not plain YAML of ours: another loader, another flavor, code, a pickle, a path
        that leaves the model's folder.

    Examples
    --------
    >>> text = b"flavors: {python_function: {loader_module: secretome_ml.serving, data: data/bundle}}"
    >>> bundle_folder(text, "models:/mine/1")
    'data/bundle'
    """
    values = _read(content, where)
    flavors = values.get("flavors")
    if not isinstance(flavors, dict) or set(flavors) != {_FLAVOR} or not isinstance(flavors[_FLAVOR], dict):
        found = ", ".join(sorted(map(str, flavors)))[:80] if isinstance(flavors, dict) else "none"
        raise _refused(where, f"its flavors are {found}, not {_FLAVOR} alone")
    flavor = flavors[_FLAVOR]
    if flavor.get("loader_module") != LOADER:
        raise _refused(where, f"it is loaded by '{str(flavor.get('loader_module'))[:80]}', not by {LOADER}")
    if flavor.get("code") is None:  # MLflow may write the key without a value
        flavor = {k: v for k, v in flavor.items() if k != "code"}
    for key in sorted(map(str, set(flavor) - _KNOWN)):
        raise _refused(where, f"it states '{key[:40]}', which may bring code")
    data = flavor.get("data")
    if not isinstance(data, str) or not _PLAIN.fullmatch(data):
        raise _refused(where, f"its data lie in '{str(data)[:80]}', which is no plain folder of the model")
    return data


def _read(content: bytes, where: str) -> dict[str, Any]:
    if len(content) > LARGEST:
        raise _refused(where, f"its MLmodel file has more than {LARGEST} bytes")
    try:
        text = content.decode("utf-8")
        _require_shallow(text, where)
        values = yaml.load(text, _SafeLoader)  # noqa: S506 - safe: builds plain values alone
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _refused(where, f"its MLmodel file is not plain YAML ({str(error)[:80]})") from None
    if not isinstance(values, dict):
        raise _refused(where, "its MLmodel file states nothing")
    return values


def _require_shallow(text: str, where: str) -> None:
    """Refuse parts within parts beyond reason, and parts that stand for others, before anything is built."""
    depth = 0
    for event in yaml.parse(text, _SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise _refused(where, "its MLmodel file repeats parts by reference")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise _refused(where, f"its MLmodel file nests deeper than {_DEEPEST} levels")


def _refused(where: str, why: str) -> BundleRefused:
    return BundleRefused(f"{where} is no model of secretome-ml and is not loaded: {why}.")
