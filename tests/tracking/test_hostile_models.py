"""Models from strangers: refused before anything of them is imported or run, and ours hold no pickle."""

import json
import os
import pickletools
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from secretome_ml.core.errors import BundleRefused, SecretomeError
from secretome_ml.model_file import LARGEST, bundle_folder
from secretome_ml.serving import _load_pyfunc
from secretome_ml.tracking import fetch_model
from tracking.conftest import environment

OURS = {"loader_module": "secretome_ml.serving", "data": "data/bundle"}


def described(**flavor: object) -> bytes:
    return yaml.safe_dump({"flavors": {"python_function": {**OURS, **flavor}}}).encode()


def test_our_own_description_passes():
    assert bundle_folder(described(), "here") == "data/bundle"
    assert bundle_folder(described(code=None, env={"virtualenv": "x"}), "here") == "data/bundle"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (described(loader_module="os"), "loaded by 'os'"),
        (described(loader_module="mlflow.pyfunc.model"), "loaded by 'mlflow.pyfunc.model'"),
        (described(loader_module=["secretome_ml.serving"]), "loaded by"),
        (described(code="code"), "'code'"),
        (described(python_model="python_model.pkl", cloudpickle_version="3.0"), "'cloudpickle_version'"),
        (described(model_code_path="m.py"), "'model_code_path'"),
        (described(data=".."), "no plain folder"),
        (described(data="data/../../x"), "no plain folder"),
        (described(data="/etc"), "no plain folder"),
        (described(data="data/a/b"), "no plain folder"),
        (described(data=None), "no plain folder"),
        (described(data="data/bundle\n"), "no plain folder"),
        (yaml.safe_dump({"flavors": {"python_function": OURS, "sklearn": {}}}).encode(), "sklearn"),
        (yaml.safe_dump({"flavors": {"sklearn": {"pickled_model": "m.pkl"}}}).encode(), "sklearn"),
        (b"flavors: {python_function: 3}", "flavors"),
        (b"flavors: []", "flavors"),
        (b"", "states nothing"),
        (b"- a\n- b\n", "states nothing"),
        (b"a: [", "not plain YAML"),
        (b"\xff\xfe\x00", "not plain YAML"),
        (b"!!python/object/apply:os.system ['touch /tmp/owned']", "not plain YAML"),
        (b"flavors: {python_function: !!python/name:os.system }", "not plain YAML"),
        (b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "by reference"),
        (b"a: " + b"[" * 10_000, "nests deeper than 12 levels"),
        (b"{a: " * 4000, "nests deeper than 12 levels"),
        (b"".join(b" " * i + b"a:\n" for i in range(100)), "nests deeper than 12 levels"),
        (b"- " * 8000, "nests deeper than 12 levels"),
        (b"#" * (LARGEST + 1), "more than"),
    ],
    ids=lambda v: v[:40] if isinstance(v, str) else "",
)
def test_a_description_that_is_not_ours_is_refused(content: bytes, why: str):
    with pytest.raises(BundleRefused, match="not loaded") as told:
        bundle_folder(content, "models:/x/1")
    assert why in str(told.value)
    assert len(str(told.value)) < 400


@pytest.fixture
def model(trained, tmp_path: Path) -> Path:
    """Return a copy of the logged model of a training."""
    (original,) = trained.folder.rglob("MLmodel")
    return Path(shutil.copytree(original.parent, tmp_path / "model"))


def test_the_copy_itself_is_fetched(model: Path, trained, tmp_path: Path):
    assert fetch_model(str(model), tmp_path).digest == trained.report["bundle_digest"]


def test_what_mlflow_calls_refuses_by_itself(model: Path):
    """`mlflow models serve` and `spark_udf` ask nobody first: they import the loader that MLmodel names."""
    assert _load_pyfunc(str(model / "data" / "bundle"))
    for change, why in (
        (lambda: _rewrite(model, code="code"), "'code'"),
        (lambda: _rewrite(model, code=None, data="data/other"), "names it as its bundle"),
        (lambda: (model / "MLmodel").write_bytes(b"a: " + b"[" * 10_000), "nests deeper"),
        (lambda: (model / "MLmodel").write_bytes(b"#" * (LARGEST + 1)), "more than"),
        (lambda: (model / "MLmodel").unlink(), "names it as its bundle"),
    ):
        change()
        with pytest.raises(BundleRefused, match="not loaded") as told:
            _load_pyfunc(str(model / "data" / "bundle"))
        assert why in str(told.value)


def _rewrite(model: Path, **changed: object) -> None:
    path = model / "MLmodel"
    values = yaml.safe_load(path.read_text(encoding="utf-8"))
    values["flavors"]["python_function"] |= changed
    path.write_text(yaml.safe_dump(values), encoding="utf-8")


def _evil_module(model: Path) -> None:
    (model / "code").mkdir()
    (model / "code" / "evil.py").write_text("open('owned', 'w')\n", encoding="utf-8")
    _rewrite(model, loader_module="evil", code="code")


def _cloudpickle(model: Path) -> None:
    (model / "python_model.pkl").write_bytes(b"\x80\x04cposix\nsystem\n(S'touch owned'\ntR.")
    _rewrite(model, loader_module="mlflow.pyfunc.model", python_model="python_model.pkl")


def _link(model: Path) -> None:
    card = model / "data" / "bundle" / "card.md"
    card.unlink()
    card.symlink_to("/etc/hostname")


def _linked_folder(model: Path) -> None:
    shutil.move(model / "data" / "bundle", model.parent / "elsewhere")
    (model / "data" / "bundle").symlink_to(model.parent / "elsewhere")


def _large(model: Path) -> None:
    with (model / "data" / "bundle" / "card.md").open("r+b") as stream:
        stream.truncate(65 * 1024 * 1024)  # sparse: nothing is written


def _many(model: Path) -> None:
    for i in range(300):
        (model / "data" / "bundle" / f"x{i}.json").write_text("{}", encoding="utf-8")


def _stranger(model: Path) -> None:
    (model / "data" / "bundle" / "extra.pkl").write_bytes(b"\x80\x04.")


def _protocol(model: Path) -> None:
    path = model / "data" / "bundle" / "manifest.json"
    values = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**values, "protocol": 99}), encoding="utf-8")


def _large_description(model: Path) -> None:
    with (model / "MLmodel").open("r+b") as stream:
        stream.truncate(LARGEST * 4)


def _no_description(model: Path) -> None:
    (model / "MLmodel").unlink()


@pytest.mark.parametrize(
    "harm",
    [
        _evil_module,
        _cloudpickle,
        _link,
        _linked_folder,
        _large,
        _many,
        _stranger,
        _protocol,
        _large_description,
        _no_description,
    ],
)
def test_a_harmed_model_is_refused_and_nothing_of_it_runs(harm, model: Path, tmp_path: Path, monkeypatch):
    run_here = tmp_path / "run"
    run_here.mkdir()
    monkeypatch.chdir(run_here)
    harm(model)
    before = set(sys.modules)
    with pytest.raises(SecretomeError):
        fetch_model(str(model), tmp_path)
    assert list(run_here.iterdir()) == []
    assert not {m for m in set(sys.modules) - before if m == "evil"}
    assert str(model / "code") not in sys.path


# ---- what we log ------------------------------------------------------------------------------------------


def opcodes(content: bytes) -> int:
    """Return how many operations of a whole pickle the bytes start with; 0 for what is none."""
    try:
        return sum(1 for _ in pickletools.genops(content))
    except Exception:
        return 0


def test_the_search_for_pickles_finds_one():
    """A search that finds nothing would pass the next test."""
    import pickle

    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert opcodes(pickle.dumps({"a": [1, 2]}, protocol)) > 3


def test_no_artifact_of_a_training_is_or_holds_a_pickle(trained):
    """Every file of the run and of its model: no pickle's name, no pickle's bytes, no program."""
    files = [p for p in trained.folder.rglob("*") if p.is_file() and p.suffix != ".db"]
    kept = [p for p in files if {"mlruns", "mlartifacts", "artifacts", "bundle"} & set(p.parts)]
    assert {"MLmodel", "predictions.csv", "model.json"} <= {p.name for p in kept}
    for path in kept:
        assert path.suffix not in {".pkl", ".pickle", ".joblib", ".cloudpickle", ".py", ".so", ".npy", ".npz"}
        content = path.read_bytes()
        assert opcodes(content) <= 3, f"{path} reads as a pickle"
        for protocol in range(2, 6):
            start = content.find(bytes([0x80, protocol]))
            while start >= 0:  # a pickle inside another file, from any place that could start one
                assert opcodes(content[start:]) <= 3, f"{path} holds a pickle at byte {start}"
                start = content.find(bytes([0x80, protocol]), start + 1)


def test_mlflow_loads_it_with_pickles_forbidden_and_none_imported(trained):
    (description,) = trained.folder.rglob("MLmodel")
    program = (
        "import sys, mlflow, pickle\n"
        "def refuse(*a, **k): raise SystemExit('unpickled')\n"
        "pickle.load = pickle.loads = pickle.Unpickler = refuse\n"
        "m = mlflow.pyfunc.load_model(sys.argv[1])\n"
        "print(type(m.unwrap_python_model() if False else m._model_impl).__module__)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(description.parent)],
        env=environment(MLFLOW_ALLOW_PICKLE_DESERIALIZATION="false"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split()[-1] == "secretome_ml.serving"


def test_the_signature_states_the_layouts(trained):
    (description,) = trained.folder.rglob("MLmodel")
    signature = yaml.safe_load(description.read_text(encoding="utf-8"))["signature"]
    (layout,) = json.loads(signature["params"])
    assert (layout["name"], layout["default"]) == ("layout", "rows")
    assert os.path.getsize(description) < LARGEST
