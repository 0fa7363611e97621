"""Finished folds kept on disk, so that an interrupted validation goes on from where it stopped."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd

from secretome_ml.evaluation.fold_key import fold_key, ground_digest
from secretome_ml.evaluation.folds import Fold
from secretome_ml.evaluation.splits import Split
from secretome_ml.evaluation.tuning import Validation
from secretome_ml.features.columns import Features
from secretome_ml.files import sha256, write_file
from secretome_ml.models.targets import Targets

log = logging.getLogger(__name__)

_SIDES = ("inner", "margin", "probability")


class FoldStore:
    """A folder of finished folds as JSON, each under the digest of everything that decides it.

    A fold of other evidence, settings, code or library versions has another name and is never taken.
    The folder may be deleted at any time.

    Parameters
    ----------
    folder : path
        Where the folds lie; it is made when the first is kept.
    fresh : bool
        Take nothing that was kept before.
    """

    def __init__(self, folder: Path, fresh: bool = False) -> None:
        self.folder = folder
        self.fresh = fresh
        self._files: dict[tuple[str, int], Path] = {}
        self._used: set[Path] = set()

    def start(
        self,
        names: Iterable[str],
        splits: list[Split],
        features: Features,
        targets: Targets,
        plan: Validation,
        settings: Mapping[str, Mapping[str, Any]],
    ) -> dict[tuple[str, int], Fold]:
        """Return the folds that were finished before, by model and number of the split."""
        ground = ground_digest(features, targets, plan)
        self._files = {}
        done = {}
        for name in names:
            for place, split in enumerate(splits):
                path = self.folder / f"{fold_key(ground, name, settings.get(name, {}), split)}.json"
                self._files[name, place] = path
                fold = None if self.fresh else _read(path, split, targets.effects)
                if fold is not None:
                    done[name, place] = fold
        self._used |= set(self._files.values())
        if done:
            log.info("%d of %d folds were already done.", len(done), len(self._files))
        return done

    def keep(self, name: str, place: int, fold: Fold) -> None:
        """Keep a finished fold."""
        values = {side: getattr(fold, side).to_numpy(dtype=float).tolist() for side in _SIDES}
        text = json.dumps({**values, "parameters": fold.parameters, "loss": fold.loss})
        whole = json.dumps({"sha256": sha256(text.encode()), "fold": text})
        try:
            write_file(self._files[name, place], whole)
        except FileNotFoundError:  # another training has just removed the folder, which was empty
            write_file(self._files[name, place], whole)

    def clear(self) -> None:
        """Remove the folds of all validations since it was opened, and the folder when nothing is left."""
        for path in self._used:
            path.unlink(missing_ok=True)
        for folder in (self.folder, self.folder.parent):
            with suppress(OSError):  # something lies in it, or it is gone
                folder.rmdir()


def _read(path: Path, split: Split, effects: tuple[str, ...]) -> Fold | None:
    """Return a kept fold; None when there is none, or when it is not what was written."""
    try:
        whole = json.loads(path.read_bytes())
        if sha256(whole["fold"].encode()) != whole["sha256"]:
            raise ValueError("its checksum does not fit")
        values = json.loads(whole["fold"])
        rows = {"inner": split.train, "margin": split.test, "probability": split.test}
        frames = {
            side: pd.DataFrame(values[side], index=index, columns=list(effects), dtype=float)
            for side, index in rows.items()
        }
        return Fold(split, **frames, parameters=dict(values["parameters"]), loss=float(values["loss"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        log.warning("A kept fold, %s, cannot be used (%s); it is worked out again.", path.name, error)
        return None
