"""The fuzz targets themselves, on their seeds and on a few hundred fixed mutations, without atheris."""

import importlib.util
import sys
from functools import cache
from types import ModuleType

import pytest

from conftest import ROOT


@cache
def load(name: str) -> ModuleType:
    """Return a target by its file: a folder of tests has the name of one."""
    spec = importlib.util.spec_from_file_location(f"fuzz_{name}", ROOT / "fuzz" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(ROOT / "fuzz"))
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.pop(0)
    return module


@pytest.mark.parametrize(("name", "count"), [("names", 100), ("readers", 250)])
def test_mutations_end_in_named_errors(name: str, count: int):
    target, engine = load(name), load("engine")
    seeds = target.seeds()
    assert len(seeds) > 5
    for data in [*seeds[:20], *engine.mutations(seeds, count, seed=6)]:
        target.one(data)


def test_forged_bundles_end_in_named_errors_or_in_scores(trained):
    target = load("bundle")
    loaded = [fine for fine, _ in target.bundles(30, 6, trained.bundle)]
    assert 0 < sum(loaded) < 30


def test_forged_parts_end_in_named_errors_or_are_taken(trained):
    target = load("bundle")
    known = target.small_parts(trained.bundle)
    assert all(target.part(name, content) for name, content in known.items()), "good before they are changed"
    assert 0 < sum(taken for taken, _ in target.parts(3000, 6, trained.bundle)) < 3000


def test_mutations_are_the_same_each_time():
    engine = load("engine")
    assert list(engine.mutations([b"abc"], 20, 1)) == list(engine.mutations([b"abc"], 20, 1))
    assert len(set(engine.mutations([b"abcdefgh"], 50, 1))) > 30


# Found by fuzzing, each once a traceback.
FOUND = {
    "a workbook of a future version": b"PK\x03\x04" + b"\x00" * 18 + b"PK\x01\x02\xff\xff\xff\xff",
    "an unknown word beside an empty cell": b"sample,factor,value,cell_type\na,IL-6,1,sponge\nb,IL-6,1,\n",
    "an amount in nothing": b"factor;value;unit\nIL-6;1;pg/0mL\n",
    "a number that is none": b"factor;value;unit\nIL-6;1;pg/1.2.3x10^6 cells\n",
    "a time of nothing": b"factor;value;unit\nIL-6;1;pg/10^6 cells/0h\n",
}


@pytest.mark.parametrize("content", FOUND.values(), ids=FOUND)
def test_what_fuzzing_found_stays_fixed(content: bytes):
    load("readers").one(b"\x00" + content)
