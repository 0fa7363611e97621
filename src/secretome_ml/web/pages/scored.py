"""Scored profiles as the pages keep them: enough to draw any sample again, nothing that can be worked out."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

from secretome_ml.web.refusals import Refused
from secretome_ml.web.service import Service

if TYPE_CHECKING:
    import pandas as pd

    from secretome_ml.profiles import Profiles
    from secretome_ml.web.pages.differences import Difference
    from secretome_ml.web.work import Progress

# So many samples are scored between two words about the progress.
_AT_ONCE = 25
_GONE = (
    "This result is not kept any more, or never was. Results are kept in memory for a while, until others "
    "need the room or the service ends. Score the file again."
)


@dataclass(frozen=True)
class Changed:
    """One thing that a user changed about a sample: what, from what, to what, in words."""

    what: str
    before: str
    after: str


@dataclass(frozen=True)
class Scored:
    """Profiles with their scores.

    Parameters
    ----------
    name : str
        Name of the file, or of the preparation that was described.
    profiles : Profiles
        What was read.
    scores : pandas.DataFrame
        As `Model.score` gives it.
    changes : tuple of Changed
        What the second of two samples was changed in; empty for what was read from a file.
    origin : str
        Address of the sample that was changed; empty for what was read from a file.
    moved : tuple of Difference
        What the changes moved.
    """

    name: str
    profiles: Profiles = field(repr=False)
    scores: pd.DataFrame = field(repr=False)
    changes: tuple[Changed, ...] = ()
    origin: str = ""
    moved: tuple[Difference, ...] = ()

    def sample(self, number: int) -> str:
        """Return the name of a sample by its number, from 1.

        Raises
        ------
        Refused
            404 when there is none.
        """
        if not 1 <= number <= len(self.profiles):
            what = f"There is no sample {number} in {self.name}; it has {len(self.profiles)}."
            raise Refused(HTTPStatus.NOT_FOUND, what)
        return str(self.profiles.samples[number - 1])

    def one(self, number: int) -> Profiles:
        """Return the profile of one sample."""
        return self.profiles.take([self.sample(number)])


def score_upload(
    service: Service,
    content: bytes,
    name: str,
    sheet: bytes | None,
    format_name: str | None,
    control: str | None,
    sheet_name: str | None,
    progress: Progress,
) -> str:
    """Read and score an upload, telling the progress; return the id under which the result is kept."""
    progress(0, 0, "reading the file")
    profiles = service.read(content, name, sheet, format_name, control, sheet_name)
    return keep(service, name, profiles, progress)


def keep(service: Service, name: str, profiles: Profiles, progress: Progress | None = None) -> str:
    """Score profiles and keep the result; return its id."""
    import pandas as pd

    tell = progress or (lambda done, total, what: None)
    total, parts = len(profiles), []
    for start in range(0, total, _AT_ONCE):
        tell(start, total, "scoring")
        parts.append(service.model.score(profiles.take(profiles.samples[start : start + _AT_ONCE])))
    tell(total, total, "scoring")
    return put(service, Scored(name, profiles, pd.concat(parts, ignore_index=True)))


def put(service: Service, scored: Scored) -> str:
    """Keep a result and return its id."""
    return service.results.put(scored, weight=len(scored.profiles))


def find(service: Service, identifier: str) -> Scored:
    """Return a kept result.

    Raises
    ------
    Refused
        404 when it is not kept (any more).
    """
    found = service.results.get(identifier)
    if not isinstance(found, Scored):
        raise Refused(HTTPStatus.NOT_FOUND, _GONE)
    return found
