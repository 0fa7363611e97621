"""What the containers are made of: the scorer's few packages are enough, and the files fit each other."""

import json
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from conftest import ROOT
from secretome_ml import load_model
from secretome_ml.serving import TableScorer
from tracking.conftest import environment
from tracking.test_served import request_table

DEPLOY = ROOT / "deploy"

# In a process where every other package is as if it were not installed.
SCORE = """
import json, sys
barred = set(json.loads(sys.argv[1]))

class Bar:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in barred:
            raise ModuleNotFoundError(f"{name} is not among the scorer's packages", name=name)

sys.meta_path.insert(0, Bar())
import pandas as pd
import mlflow.pyfunc
from secretome_ml.model import model_from_bundle
from secretome_ml.tracking import fetch_model
from pathlib import Path
uri, table = sys.argv[2], pd.DataFrame(json.loads(sys.argv[3]))
model_from_bundle(fetch_model(uri, Path(sys.argv[4])))
answer = mlflow.pyfunc.load_model(uri).predict(table)
print(json.dumps(answer["score"].tolist()))
"""


def closure(wanted: list[str]) -> set[str]:
    """Return the distributions that a list of requirements installs."""
    found: set[str] = set()
    waiting = [Requirement(text) for text in wanted]
    while waiting:
        name = canonicalize_name(waiting.pop().name)
        if name in found:
            continue
        found.add(name)
        try:
            needs = requires(name) or []
        except PackageNotFoundError:
            continue
        waiting += [
            r for r in map(Requirement, needs) if r.marker is None or r.marker.evaluate({"extra": ""})
        ]
    return found


def scorer_requirements() -> list[str]:
    lines = (DEPLOY / "scorer-requirements.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_the_scorers_packages_are_enough_to_fetch_load_and_score(tracking, versions, tmp_path: Path):
    """As the scorer's container does it: a version out of the server, fetched, loaded, asked."""
    allowed = closure(scorer_requirements())
    barred = [
        module
        for module, owners in packages_distributions().items()
        if not {canonicalize_name(o) for o in owners} & {*allowed, "secretome-ml"}
    ]
    assert {"matplotlib", "rich", "typer", "jinja2", "pyarrow", "pytest"} <= set(barred)
    table = request_table()
    words = [json.dumps(barred), "models:/secretome/1", table.to_json(orient="records"), str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-c", SCORE, *words],
        env=environment(MLFLOW_TRACKING_URI=tracking.address),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    expected = TableScorer(load_model(versions.folder / "logistic")).predict(table)
    assert json.loads(done.stdout.splitlines()[-1]) == expected["score"].tolist()


def test_every_bound_of_the_scorer_is_that_of_the_package():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    ours = {canonicalize_name(r.name): r.specifier for r in map(Requirement, project["dependencies"])}
    for wanted in map(Requirement, scorer_requirements()):
        name = canonicalize_name(wanted.name).removesuffix("-skinny")
        if name == "sqlalchemy":  # comes with mlflow, not with its small form
            continue
        least = {s.version for s in wanted.specifier if s.operator == ">="}
        assert least == {s.version for s in ours[name] if s.operator == ">="}, name


@pytest.fixture(scope="module")
def compose() -> dict:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))


def test_the_services_fit_the_dockerfile_and_each_other(compose):
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    stages = set(re.findall(r"^FROM \S+ AS (\w+)$", text, re.MULTILINE))
    for name, service in compose["services"].items():
        if "build" in service:
            assert service["build"]["target"] in stages, name
            assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
        assert set(service.get("depends_on", {})) <= set(compose["services"])
        for volume in service.get("volumes", []):
            assert volume.split(":")[0] in compose["volumes"]
        for waited in service.get("depends_on", {}):
            assert "healthcheck" in compose["services"][waited]


def test_nothing_listens_beyond_this_machine_and_no_password_is_written(compose):
    for service in compose["services"].values():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
    written = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    assert set(re.findall(r"\$\{POSTGRES_PASSWORD[^}]*\}", written)) == {"${POSTGRES_PASSWORD:?set it}"}


def test_what_the_images_copy_is_there_and_reaches_the_build():
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    kept = [
        line[1:]
        for line in (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
        if line.startswith("!")
    ]
    copied = [
        source for line in re.findall(r"^COPY (?!--)(.+) \S+$", text, re.MULTILINE) for source in line.split()
    ]
    assert {"constraints.txt", "deploy/scorer-requirements.txt"} <= set(copied)
    for source in copied:
        assert (ROOT / source).exists()
        assert source == "." or source in kept
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for needed in re.findall(r'^"([^"]+)" = "secretome_ml/_shipped', project, re.MULTILINE):
        assert needed in kept, f"the wheel holds {needed}"
