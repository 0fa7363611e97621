"""Imports run one way; only one file knows MLflow; nothing pickles; help is light."""

import ast
import json
import os
import shutil
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from conftest import ROOT

PACKAGE = ROOT / "src" / "secretome_ml"

# Top to bottom; a file imports its own layer and those above it.
ORDER = [
    "core",
    "recipe",
    "vocabulary",
    "evidence",
    "profiles",
    "readers",
    "papers",
    "features",
    "stream",
    "models",
    "trust",
    "validation",
    "explanation",
    "adaptation",
    "bundle_forms",
    "bundle",
    "audit",
    "model",
    "design",
    "cluster",
    "model_file",
    "serving",
    "tracking",
    "report",
    "workflows",
    "web",
    "cli",
    "__main__",
]
PICKLES = {"pickle", "cloudpickle", "dill", "marshal", "shelve"}
PICKLING_CALLS = {"read_pickle", "to_pickle", "set_params_pickle"}
HEAVY = (
    "pandas",
    "numpy",
    "sklearn",
    "scipy",
    "mlflow",
    "xgboost",
    "shap",
    "matplotlib",
    "pandera",
    "joblib",
    "pyarrow",
)


def modules(package: Path) -> dict[str, Path]:
    """Return every module below the package by its name without `secretome_ml.`; the root itself is ''."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(path: Path, name: str, known: set[str]) -> set[str]:
    """Return the modules of the package that a file imports, wherever in it; '' is the package's root."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                own = ["secretome_ml", *name.split(".")]
                if path.name == "__init__.py":
                    own = [*own, "__init__"]
                base = ".".join([*own[: -node.level], *([node.module] if node.module else [])])
            found |= {
                f"{base}.{a.name}" if f"{base}.{a.name}".removeprefix("secretome_ml.") in known else base
                for a in node.names
            }
    inside = {m.removeprefix("secretome_ml").lstrip(".") for m in found if m.split(".")[0] == "secretome_ml"}
    return {m for m in inside if m == "" or m in known}


def outside_imports(path: Path) -> set[str]:
    """Return the top-level packages that a file imports, and `package.name` of what it takes from them."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {a.name.split(".")[0] for a in node.names} | {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            found |= {node.module.split(".")[0]} | {f"{node.module}.{a.name}" for a in node.names}
    return found


def backward_imports(package: Path) -> list[str]:
    """Return every import that runs against `ORDER`."""
    known = modules(package)
    wrong = []
    for name, path in known.items():
        if name == "":
            continue
        layer = name.split(".")[0]
        for target in imports(path, name, set(known)):
            if target == "":
                wrong.append(f"{name} imports the package's root")
            elif ORDER.index(target.split(".")[0]) > ORDER.index(layer):
                wrong.append(f"{name} imports {target}")
    return wrong


def cycle(package: Path) -> list[str]:
    """Return the modules of one circle of imports, or nothing."""
    known = modules(package)
    graph = {n: imports(p, n, set(known)) - {n, ""} for n, p in known.items() if n}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def mlflow_importers(package: Path) -> list[str]:
    return [n for n, p in modules(package).items() if "mlflow" in outside_imports(p)]


def picklers(package: Path) -> list[str]:
    """Return the modules that import a pickle, or call something that pickles to a file."""
    found = []
    for name, path in modules(package).items():
        taken = outside_imports(path)
        calls = {
            n.attr
            for n in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(n, ast.Attribute)
        }
        by_joblib = taken & {"joblib.dump", "joblib.load"} or ("joblib" in taken and calls & {"dump", "load"})
        if taken & PICKLES or by_joblib or calls & PICKLING_CALLS:
            found.append(name)
    return found


def test_every_module_stands_in_the_order():
    strangers = {n.split(".")[0] for n in modules(PACKAGE) if n} - set(ORDER)
    assert not strangers, f"say in ORDER where {strangers} belong"


def test_the_walk_sees_the_imports():
    """A walk that finds nothing would pass every other test here."""
    known = modules(PACKAGE)
    assert len(known) > 60
    assert "features.block" in imports(known["features.factors"], "features.factors", set(known))
    assert "core.errors" in imports(known["core.registry"], "core.registry", set(known))
    lazy = imports(known["cli.train"], "cli.train", set(known))
    assert "workflows.train" in lazy, "imports inside functions count too"


def test_imports_run_one_way():
    assert backward_imports(PACKAGE) == []


def test_no_circles():
    assert cycle(PACKAGE) == []


def test_only_tracking_knows_mlflow():
    assert {name.split(".")[0] for name in mlflow_importers(PACKAGE)} == {"tracking"}


def test_nothing_pickles():
    assert picklers(PACKAGE) == []


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(
        shutil.copytree(PACKAGE, tmp_path / "secretome_ml", ignore=shutil.ignore_patterns("__pycache__"))
    )


def plant(copy: Path, file: str, line: str) -> None:
    with (copy / file).open("a", encoding="utf-8") as stream:
        stream.write(f"\n{line}\n")


@pytest.mark.parametrize(
    ("file", "line", "found"),
    [
        ("core/errors.py", "from secretome_ml.cli import main", "core.errors imports cli.main"),
        ("features/block.py", "import secretome_ml.trust.domain", "features.block imports trust.domain"),
        (
            "evidence/merge.py",
            "def f():\n    from ..models import targets",
            "evidence.merge imports models.targets",
        ),
        ("bundle.py", "from .tracking import log_run", "bundle imports tracking"),
        ("trust/domain.py", "from secretome_ml import train", "trust.domain imports the package's root"),
    ],
)
def test_a_planted_backward_import_is_caught(copy: Path, file: str, line: str, found: str):
    plant(copy, file, line)
    assert found in backward_imports(copy)


def test_a_planted_circle_is_caught(copy: Path):
    plant(copy, "features/columns.py", "from secretome_ml.features.encoder import Encoder")
    assert {"features.columns", "features.encoder"} <= set(cycle(copy))


def test_a_planted_mlflow_or_pickle_is_caught(copy: Path):
    plant(copy, "model.py", "def f():\n    import mlflow.pyfunc")
    plant(copy, "core/logs.py", "from joblib import dump")
    plant(copy, "core/paths.py", "import pickle as p")
    assert {name.split(".")[0] for name in mlflow_importers(copy)} == {"model", "tracking"}
    assert sorted(picklers(copy)) == ["core.logs", "core.paths"]


HELPED = [
    [],
    ["train"],
    ["score"],
    ["explain"],
    ["evaluate"],
    ["evidence"],
    ["evidence", "import"],
    ["vocabulary"],
    ["models"],
    ["compare"],
    ["design"],
    ["panel"],
    ["ui"],
]


@pytest.mark.parametrize("words", HELPED, ids=" ".join)
def test_help_imports_nothing_heavy(words: list[str]):
    program = (
        "import sys, json\n"
        f"sys.argv = ['secretome-ml', *{words!r}, '--help']\n"
        "from secretome_ml.cli.main import main\n"
        "try:\n    main()\n"
        "except SystemExit as stop:\n    code = stop.code\n"
        f"print(json.dumps([code, [m for m in {HEAVY!r} if m in sys.modules]]), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=_environment(), check=True
    )
    code, heavy = json.loads(done.stderr.splitlines()[-1])
    assert code == 0
    assert heavy == []
    assert "Usage" in done.stdout


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
