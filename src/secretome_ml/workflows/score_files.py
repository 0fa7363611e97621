"""Score many files: one task and one output each; what is finished is kept, whatever ends the rest."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from secretome_ml.cluster.finished import is_finished, note_finished
from secretome_ml.cluster.places import deliver, digest_of, fetch, is_remote
from secretome_ml.core.errors import InputRefused, Problem, SecretomeError
from secretome_ml.core.files import table_aside
from secretome_ml.core.parallel import Spread
from secretome_ml.features.batch import batches_of
from secretome_ml.model import Model
from secretome_ml.readers.reading import read_source
from secretome_ml.readers.source import open_source
from secretome_ml.stream import open_long
from secretome_ml.workflows.score import require_strict, scored_batches

State = Literal["scored", "kept", "refused", "failed"]


@dataclass(frozen=True)
class Reading:
    """How every file is read: with the options of `read_profiles`, and whether strictly."""

    format: str | None = None
    metadata: str | None = None
    control: str | None = None
    lenient: bool = False
    strict: bool = False
    sheet: str | None = None

    @property
    def plain(self) -> bool:
        """Whether a long table may be read row by row: nothing asks for the table as a whole."""
        return self.format is None and self.metadata is None and self.control is None and self.sheet is None


@dataclass(frozen=True)
class Scored:
    """What became of one file.

    Parameters
    ----------
    source, target : str
        Input and output, paths or URLs.
    state : str
        `scored` now, `kept` because it was finished before, `refused` as an input, or `failed`.
    rows, outside : int
        Rows written now, and samples outside the domain among them.
    problem : str
        Why it was refused or failed.
    warnings : tuple of str
        What to look at in what was read.
    """

    source: str
    target: str
    state: State
    rows: int = 0
    outside: int = 0
    problem: str = ""
    warnings: tuple[str, ...] = ()


def targets_of(sources: list[str], folder: str, suffix: str) -> list[str]:
    """Return one output per input, `NAME.scores.csv` for `NAME.xlsx`.

    Raises
    ------
    InputRefused
        If two inputs would be written to one output.

    Examples
    --------
    >>> targets_of(["in/a.csv", "in/b.tsv.gz"], "s3://bucket/out/", ".parquet")
    ['s3://bucket/out/a.scores.parquet', 's3://bucket/out/b.scores.parquet']
    """
    found: dict[str, str] = {}
    problems = []
    for source in sources:
        name = source.rstrip("/").rsplit("/", 1)[-1]
        stem = name.removesuffix(".gz").removesuffix(".xz").rsplit(".", 1)[0]
        target = f"{folder.rstrip('/')}/{stem}.scores{suffix}"
        if target in found:
            what = f"It would be written to {target}, as {found[target]} is."
            problems.append(Problem(source, None, None, what, "Rename one, or score them apart."))
        found[target] = source
    if problems:
        raise InputRefused(problems)
    return list(found)


def score_files(
    model: Model,
    sources: list[str],
    targets: list[str],
    reading: Reading,
    spread: Spread,
    advance: Callable[[], None] | None = None,
) -> list[Scored]:
    """Score every file into its own output, and return what became of each, in the order of the inputs.

    An output that was finished before, from the same content by the same model, is kept. A refused file,
    or one that cannot be written, does not stop the others.

    Parameters
    ----------
    model : Model
        The model; it travels to the processes or workers.
    sources, targets : list of str
        Paths or URLs.
    reading : Reading
        How the files are read.
    spread : Spread
        What the work is spread over.
    advance : callable, optional
        Called after each file.
    """
    tasks = [(model, source, target, reading) for source, target in zip(sources, targets, strict=True)]
    found: dict[int, Scored] = {}
    for number, scored in spread(score_one, tasks):
        found[number] = scored
        if advance is not None:
            advance()
    return [found[number] for number in range(len(tasks))]


def score_one(model: Model, source: str, target: str, reading: Reading) -> Scored:
    """Score one file into its output, unless it is finished."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = fetch(source, Path(folder))
            made_from = dict(_made_from(model, path, reading))
            if is_finished(target, made_from):
                return Scored(source, target, "kept")
            written = Path(folder) / f"scores{Path(target).suffix}" if is_remote(target) else Path(target)
            scored = _score_into(model, path, source, target, written, reading)
            if is_remote(target):
                deliver(written, target)
            note_finished(target, made_from)
            return scored
    except SecretomeError as error:
        return Scored(source, target, "refused", problem=str(error))
    except OSError as error:
        return Scored(source, target, "failed", problem=f"{error.strerror or error}")


def _score_into(
    model: Model, path: Path, source: str, target: str, written: Path, reading: Reading
) -> Scored:
    """Score a file into another. Files run side by side, the batches of one do not."""
    long = open_long(path) if reading.plain else None
    warnings: tuple[str, ...] = ()
    if long is not None:
        found = scored_batches(model, long, threads=1)
    else:
        profiles = read_source(
            open_source(path),
            reading.format,
            reading.metadata,
            reading.control,
            reading.lenient,
            model.grades_among,
            reading.sheet,
        )
        found, warnings = (
            (model.scored(batch, terms=False) for batch in batches_of(profiles)),
            tuple(map(str, profiles.warnings)),
        )
    rows = outside = 0
    with table_aside(written) as writer:
        for scores in (batch.scores() for batch in found):
            if reading.strict:
                require_strict(scores)
            writer.write(scores)
            rows += len(scores)
            outside += int(scores.drop_duplicates("sample")["in_domain"].eq(False).sum())
    return Scored(source, target, "scored", rows, outside, warnings=warnings)


def _made_from(model: Model, path: Path, reading: Reading) -> Iterator[tuple[str, str]]:
    yield "input", str(digest_of(str(path)))
    yield "model", model.digest
    if reading.metadata is not None:
        yield "metadata", str(digest_of(reading.metadata))
    said = {k: v for k, v in asdict(reading).items() if k != "metadata"}
    yield from ((name, str(value)) for name, value in sorted(said.items()))
