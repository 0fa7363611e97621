"""Name to plug-in: small, explicit, and the names are what the command line offers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from secretome_ml.errors import UnknownName

T = TypeVar("T")


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
