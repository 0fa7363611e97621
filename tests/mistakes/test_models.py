"""Models: impossible roles, other libraries, effects that were never learned."""

import json
import shutil
from hashlib import sha256
from pathlib import Path

import pytest

from conftest import ROOT
from secretome_ml import load_evidence, load_model
from secretome_ml.bundle import MANIFEST, to_json
from secretome_ml.design.start import read_start
from secretome_ml.workflows.design import design


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """Return a copy of the released bundle."""
    return Path(shutil.copytree(ROOT / "models" / "default", tmp_path / "bundle"))


def rewrite(folder: Path, name: str, change) -> None:
    """Change one file of a bundle and make every checksum fit, as another version would have written it."""
    content = json.loads((folder / name).read_bytes())
    change(content)
    (folder / name).write_bytes(to_json(content))
    manifest = json.loads((folder / MANIFEST).read_bytes())
    files = manifest["files"]
    files[name] = sha256((folder / name).read_bytes()).hexdigest()
    lines = "".join(f"{n}={files[n]}\n" for n in sorted(files) if n != "provenance.json")
    manifest["digest"] = sha256(lines.encode()).hexdigest()
    (folder / MANIFEST).write_bytes(to_json(manifest))


def test_a_model_with_impossible_roles(row, bundle):
    rewrite(bundle, "encoder.json", lambda v: v["roles"]["angiogenic"]["factors"].update(VEGFA=2.0))
    row.refuses(lambda: load_model(bundle))


def test_a_model_whose_libraries_compute_otherwise(row, bundle):
    def shift(values):
        for scores in values["probe"].values():
            scores[0] += 0.01

    rewrite(bundle, "model.json", shift)
    row.refuses(lambda: load_model(bundle))


def test_a_model_that_was_changed_by_hand(row, bundle):
    (bundle / "card.md").write_text("better", encoding="utf-8")
    row.refuses(lambda: load_model(bundle))


def test_an_effect_that_the_model_lacks(row, released):
    start = read_start("cell_source=adipose; product=conditioned_medium; preconditioning=none")
    row.refuses(lambda: design(released, start, load_evidence(), ["migratory"]))
