"""What pages and API share: the model, the evidence, reading uploads, work off the loop, kept results."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Literal, TypeVar

from starlette.requests import Request

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.web.batching import Batches
from secretome_ml.web.settings import Settings
from secretome_ml.web.unpacking import require_small
from secretome_ml.web.work import Job, Kept, Pool, Progress

if TYPE_CHECKING:  # pandas and the rest take a second to import; the first page does not wait for them
    import pandas as pd

    from secretome_ml.evidence import Evidence
    from secretome_ml.model import Model
    from secretome_ml.profiles import Profiles

T = TypeVar("T")
_LONGEST_NAME = 80
_UPLOAD, _SHEET = "upload", "sheet"
_FOLDER = "secretome-ml-upload-"
_log = logging.getLogger(__name__)


class Service:
    r"""One per process; handlers find it by `service_of(request)`.

    Parameters
    ----------
    settings : Settings
        What it serves, and the limits.

    Attributes
    ----------
    results : Kept
        What pages come back to.
    jobs : Kept
        Long work in the background, by name.

    Examples
    --------
    >>> service = Service(Settings())
    >>> profiles = service.read(b"sample,cell_source,VEGF-A\na,adipose,elevated\n", "mine.csv")
    >>> list(service.model.score(profiles)["effect"])[:3]
    ['angiogenic', 'anti_inflammatory', 'anti_fibrotic']
    >>> service.close()
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.results = Kept(settings.kept_samples, settings.kept_seconds)
        self.jobs = Kept(4 * settings.waiting, settings.kept_seconds)
        self._slow = Pool(1, settings.waiting)
        self.pool = Pool(settings.workers, settings.waiting, settings.timeout_s)
        self._model: Model | None = None
        self._evidence: Evidence | None = None
        self._loading = Lock()
        self._failed = False
        remove_leftovers(Path(tempfile.gettempdir()))
        self._batches = Batches()

    @property
    def ready(self) -> bool:
        """Whether the model is loaded."""
        return self._model is not None

    @property
    def status(self) -> Literal["ready", "loading", "failed"]:
        """Whether the model is loaded, on its way, or cannot be."""
        return "ready" if self.ready else "failed" if self._failed else "loading"

    @property
    def model(self) -> Model:
        """The model; the first caller waits for it.

        Raises
        ------
        BundleRefused
            If it is missing or damaged.
        """
        with self._loading:
            if self._model is None:
                from secretome_ml.workflows.sources import open_model

                self._model = open_model(self.settings.model, self.settings.store)
            return self._model

    @property
    def evidence(self) -> Evidence:
        """The evidence to browse; the first caller waits for it."""
        with self._loading:
            if self._evidence is None:
                from secretome_ml.workflows.sources import open_evidence

                self._evidence = open_evidence(self.settings.evidence)
            return self._evidence

    def forget_evidence(self) -> None:
        """Read the evidence anew when it is next asked for: studies were added."""
        with self._loading:
            self._evidence = None

    def warm(self) -> None:
        """Load the model and score once, so that the first caller need not wait; failure is logged."""
        try:
            self.model.score(self.read(b"sample,cell_source\nwarm,adipose\n", "warm.csv"))
        except Exception:  # a service without model still shows the evidence, and says what it lacks
            self._failed = True
            _log.exception("The model could not be loaded.")

    async def run(self, work: Callable[..., T], *arguments: object, **named: object) -> T:
        """Run a function off the event loop, in its turn and for a bounded time.

        Raises
        ------
        Refused
            503 when too much is waiting already, or it takes too long.
        """
        return await self.pool.run(partial(work, *arguments, **named))

    def begin(self, work: Callable[[Progress], str]) -> str:
        """Begin long work, one after the other, and return the name under which `jobs` has it.

        Raises
        ------
        Refused
            503 when too much long work waits already.
        """
        return self.jobs.put(Job.begin(self._slow, work))

    def read(
        self,
        content: bytes,
        name: str,
        metadata: bytes | None = None,
        format_name: str | None = None,
        control: str | None = None,
        sheet: str | None = None,
    ) -> Profiles:
        """Read profiles from an upload of any supported format. Blocking: call it by `run`.

        Parameters
        ----------
        content : bytes
            The file; what it is, its content says.
        name : str
            Name that the user gave it; it stands in messages only.
        metadata : bytes, optional
            A sample sheet.
        format_name, control, sheet : str, optional
            As in `read_profiles`.

        Raises
        ------
        InputRefused
            With every offending row; also for more samples than the service takes at once.
        """
        from secretome_ml.readers.reading import read_source
        from secretome_ml.readers.source import open_source

        shown = display_name(name)
        require_small(content, shown, self.settings.max_unpacked_bytes)
        if metadata is not None:
            require_small(metadata, "sample sheet", self.settings.max_unpacked_bytes)
        with tempfile.TemporaryDirectory(prefix=f"{_FOLDER}{os.getpid()}-") as folder:
            upload, samples = Path(folder) / _UPLOAD, Path(folder) / _SHEET
            upload.write_bytes(content)
            if metadata is not None:
                samples.write_bytes(metadata)
            try:
                source = open_source(upload)
                # A list names its sample after the file, and so do messages.
                source.name = shown
                profiles = read_source(
                    source,
                    format_name or None,
                    samples if metadata is not None else None,
                    control or None,
                    among=self.model.grades_among,
                    sheet=sheet or None,
                )
            except InputRefused as error:
                raise InputRefused([_renamed(p, shown) for p in error.problems]) from None
        self.require_few(len(profiles), shown)
        origins = tuple(replace(o, file=shown, sheet=o.sheet and "sample sheet") for o in profiles.origins)
        warnings = tuple(_renamed(w, shown) for w in profiles.warnings)
        return replace(profiles, warnings=warnings, origins=origins)

    def score(self, profiles: Profiles) -> pd.DataFrame:
        """Return scores; callers who wait at the same time share one pass. Call it by `run`."""
        return self._batches.score(self.model, profiles)

    def require_few(self, samples: int, name: str, most: int | None = None) -> None:
        """Refuse more samples than the service takes at once; default: as many as it scores."""
        most = self.settings.max_samples if most is None else most
        if samples > most:
            what = f"There are {samples:,} samples; at most {most:,} are taken at once."
            remedy = "Split it, or use the command `secretome-ml score`."
            raise InputRefused([Problem(name, None, None, what, remedy)])

    def close(self) -> None:
        """Take no more work and leave nothing behind."""
        self.pool.close()
        self._slow.close()


def remove_leftovers(root: Path) -> int:
    """Remove the uploads of this user's services that have crashed; return their number."""
    removed = 0
    for folder in root.glob(f"{_FOLDER}*"):
        process = folder.name.removeprefix(_FOLDER).partition("-")[0]
        if process.isdecimal() and folder.lstat().st_uid == os.getuid() and not _alive(int(process)):
            shutil.rmtree(folder, ignore_errors=True)
            removed += 1
    return removed


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        pass
    return True


def service_of(request: Request) -> Service:
    """Return the service that a request came to."""
    service: Service = request.app.state.service
    return service


def display_name(name: str) -> str:
    r"""Return a file's name as messages show it: no folders, no control characters, not long.

    Examples
    --------
    >>> display_name("C:\\Users\\ada\\plate 1.csv"), display_name("a\nb.csv"), display_name("../")
    ('plate 1.csv', 'ab.csv', 'upload')
    """
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    shown = "".join(letter for letter in last if letter.isprintable()).strip()[:_LONGEST_NAME]
    return shown if shown not in ("", ".", "..") else _UPLOAD


def _renamed(problem: Problem, shown: str) -> Problem:
    """Return a problem that names the file as its owner does, and no folder of the server."""
    last = problem.file.rpartition("/")[2]
    return replace(problem, file={_UPLOAD: shown, _SHEET: "sample sheet"}.get(last, last))
