"""Named errors: each says what is wrong, where, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an input, placed so that its owner can find it.

    Parameters
    ----------
    file : str
        Name of the file or table, as the user gave it.
    row : int or str or None
        Line number, sample or key of the offending row; None when the whole file is meant.
    column : str or None
        Column or field; None when the whole row is meant.
    what : str
        What is wrong, in one sentence.
    remedy : str
        What to do about it, in one sentence.
    """

    file: str
    row: int | str | None
    column: str | None
    what: str
    remedy: str

    def __str__(self) -> str:
        place = self.file
        if self.row is not None:
            place += f", row {self.row}"
        if self.column is not None:
            place += f", column '{self.column}'"
        return f"{place}: {self.what} {self.remedy}"

    def as_dict(self) -> dict[str, object]:
        """Return the problem as a plain dictionary, for JSON."""
        return asdict(self)


class SecretomeError(Exception):
    """Base of every error that this package raises on purpose; `exit_code` is the command's."""

    exit_code = 1


class InputRefused(SecretomeError):
    """The input was read and refused; every offending row is listed in `problems`."""

    exit_code = 3

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        count = len(self.problems)
        head = f"{count} problem{'s' if count != 1 else ''} in the input"
        super().__init__("\n".join([head, *(f"  {p}" for p in self.problems)]))


class BundleRefused(SecretomeError):
    """A model bundle that is missing, changed, or written to another protocol."""

    exit_code = 3


class BundleMissing(BundleRefused):
    """There is no bundle, or one of its files is not there."""


class BundleChanged(BundleRefused):
    """A file of the bundle is not the one that was written."""


class BundleProtocolUnknown(BundleRefused):
    """The bundle was written to a protocol that this version does not read."""


class UnknownName(SecretomeError):
    """A name that a registry or vocabulary does not hold."""

    exit_code = 3


class NotEnoughEvidence(SecretomeError):
    """Too few studies, or only one class, to do what was asked."""


class NotConverged(SecretomeError):
    """A fit did not reach the accuracy that it promises."""


class TrackingFailed(SecretomeError):
    """MLflow could not be reached or refused a call."""


class PromotionRefused(SecretomeError):
    """The challenger does not beat the champion, or the two cannot be compared."""


class WorkersLost(SecretomeError):
    """The processes or the cluster that did the work are gone; what was finished is kept."""


class NotInstalled(SecretomeError):
    """Something was asked for that an extra of the package brings, and it is not installed."""
