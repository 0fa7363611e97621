"""Name to plug-in; the names are what the command line offers, and a file in the folder is enough."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any, TypeVar

from secretome_ml.core.errors import UnknownName

T = TypeVar("T")


def modules_of(package: str, path: list[str]) -> list[ModuleType]:
    """Return every module that lies in the folder of a package, by name.

    Parameters
    ----------
    package, path : str, list of str
        `__name__` and `__path__` of the package.
    """
    return [importlib.import_module(f"{package}.{found.name}") for found in pkgutil.iter_modules(path)]


class Registry(Mapping[str, T]):
    """Plug-ins of one kind by name.

    Parameters
    ----------
    kind : str
        What the plug-ins are, for messages.
    members : mapping of str to plug-in
        The explicit list.

    Examples
    --------
    >>> colours = Registry("colour", {"red": 1})
    >>> colours["red"]
    1
    """

    def __init__(self, kind: str, members: Mapping[str, T]) -> None:
        self._kind = kind
        self._members = dict(members)

    def __getitem__(self, name: str) -> T:
        if name not in self._members:
            raise UnknownName(f"'{name}' is no {self._kind}; use one of {', '.join(self._members)}.")
        return self._members[name]

    def __contains__(self, name: object) -> bool:
        return name in self._members

    def get(self, name: str, default: Any = None) -> Any:
        """Return the plug-in called `name`, or `default`."""
        return self._members.get(name, default)

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)
