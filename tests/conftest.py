"""What several folders of tests share: small real evidence, a trained model, the commands in process."""

import os

# Two test workers on two cores: BLAS threads that wait for each other make a fit four times slower.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")

import contextlib
import fcntl
import gc
import io
import json
import sys
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
HEADLINE = ("angiogenic", "anti_inflammatory", "anti_fibrotic")


# Folders whose files share one server: one worker runs them all.
TOGETHER = ("tests/browser/", "tests/cluster/", "tests/tracking/")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep the tests of a file on one worker, so that what they share is made once.

    `--dist loadgroup` would, but pytest 9.2 no longer takes the names that xdist 3.8 gives tests for it.
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            shared = [folder for folder in TOGETHER if nodeid.startswith(folder)]
            return shared[0] if shared else nodeid.split("::", 1)[0]

    return ByFile(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Set what was imported apart: looking for garbage in it was a sixth of the seconds of the suite."""
    gc.disable()
    done = yield
    gc.freeze()
    gc.enable()
    return done


@dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def run_command(*arguments: object, stdin: bytes = b"") -> Outcome:
    """Run `secretome-ml ARGUMENTS` in this process."""
    from secretome_ml.cli.guard import run_guarded
    from secretome_ml.cli.main import app

    out, err = io.StringIO(), io.StringIO()
    before = sys.argv, sys.stdin
    sys.argv = ["secretome-ml", *map(str, arguments)]
    sys.stdin = io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run_guarded(app)
    finally:
        sys.argv, sys.stdin = before
    return Outcome(code, out.getvalue(), err.getvalue())


@pytest.fixture(scope="session")
def command() -> Callable[..., Outcome]:
    """Return `secretome-ml` as a function."""
    return run_command


@pytest.fixture(scope="session")
def shared_folder() -> Path:
    """Return the folder of extra files beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip("the shared folder is not beside the checkout (../shared)")
    return SHARED


@pytest.fixture(scope="session")
def corpus() -> Any:
    """Return the shipped evidence."""
    from secretome_ml import load_evidence

    return load_evidence()


def choose_studies(corpus: Any, each: int) -> list[str]:
    """Return studies with both kinds of result for every headline effect, those with comparisons first."""
    from secretome_ml.validation.sealed import without_sealed

    corpus = without_sealed(corpus)
    paired = set(corpus.comparisons["study"])
    names: set[str] = set()
    for effect in HEADLINE:
        rows = corpus.outcomes[corpus.outcomes["effect"] == effect]
        bad = sorted(set(rows.loc[rows["result"] != "beneficial", "study"]))
        good = sorted(
            set(rows.loc[rows["result"] == "beneficial", "study"]) - set(bad),
            key=lambda s: (s not in paired, s),
        )
        names |= {*bad[:each], *good[:each]}
    return sorted(names)


@pytest.fixture(scope="session")
def few(corpus: Any) -> Any:
    """Return about fifty real studies that every headline effect can be learned from."""
    return corpus.subset(choose_studies(corpus, 9))


@pytest.fixture(scope="session")
def few_profiles(few: Any) -> Any:
    """Return the arms of `few`."""
    from secretome_ml.profiles import profiles_from_evidence

    return profiles_from_evidence(few)


@pytest.fixture(scope="session")
def few_features(few_profiles: Any) -> Any:
    """Return `few` encoded with the columns that three studies support."""
    from secretome_ml.features.encoder import Encoder

    return Encoder(HEADLINE).fit(few_profiles).transform(few_profiles)


@pytest.fixture(scope="session")
def few_targets(few: Any) -> Any:
    """Return the labels of `few`."""
    from secretome_ml.models import targets_from_evidence

    return targets_from_evidence(few, HEADLINE, {"title": 0.6, "review": 0.6})


@dataclass(frozen=True)
class Trained:
    """A model that the command line trained on `few`, and where everything about it lies."""

    folder: Path
    bundle: Path
    evidence: Path
    recipe: Path
    tracking: str
    report: dict[str, Any]


RECIPE = """name = "few"
[evidence]
effects = ["angiogenic", "anti_inflammatory", "anti_fibrotic"]
basis_weights = { title = 0.6, review = 0.6 }
[models]
compare = []
"""


@contextlib.contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Let one test worker at a time in."""
    with (folder / "lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory, worker_id: str, few: Any) -> Trained:
    """Train once for all test workers: `secretome-ml train RECIPE --evidence FEW --fast`."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "trained"
    folder.mkdir(exist_ok=True)
    found = Trained(
        folder,
        folder / "bundle",
        folder / "evidence",
        folder / "recipe.toml",
        f"sqlite:///{folder / 'mlflow.db'}",
        {},
    )
    with only_one(folder):
        answer = folder / "answer.json"
        if not answer.exists():
            few.save(found.evidence)
            found.recipe.write_text(RECIPE, encoding="utf-8")
            with pytest.MonkeyPatch.context() as patch:
                patch.chdir(folder)
                patch.setenv("MLFLOW_TRACKING_URI", found.tracking)
                done = run_command(
                    "train", found.recipe, "--evidence", found.evidence, "--out", found.bundle,
                    "--fast", "--jobs", 1, "--json", "--register", "few-model",
                )  # fmt: skip
            assert done.code == 0, done.err
            answer.write_text(done.out, encoding="utf-8")
    return Trained(**{**vars(found), "report": json.loads(answer.read_text(encoding="utf-8"))})


@pytest.fixture(scope="session")
def few_model(trained: Trained) -> Any:
    """Return the trained model, read back from its bundle."""
    from secretome_ml import load_model

    return load_model(trained.bundle)


def make_arm(name: str = "a", **facts: Any) -> dict[str, Any]:
    """Return an arm of an evidence record."""
    return {"arm": name, "cell_type": "MSC", "product": "conditioned_medium", **facts}


def make_record(number: int = 1, *arms: dict[str, Any], **study: Any) -> dict[str, Any]:
    """Return an evidence record of a made-up study."""
    head = {"id": f"s-{number:08x}", "doi": f"10.1000/{number}", **study}
    return {"study": head, "basis": "abstract", "arms": list(arms) or [make_arm()]}


def make_evidence(*records: dict[str, Any]) -> Any:
    """Return evidence made of records."""
    import tempfile

    from secretome_ml.evidence import read_records

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.jsonl"
        path.write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
        return read_records(path)


def frame_of(features, effect: str | None = None):
    """Return encoded features as a table, samples by columns; without an effect those that all share."""
    import pandas as pd

    columns = [c.name for c in features.columns if effect is not None or c.effect is None]
    values = features.for_effect(effect) if effect is not None else features.common.T
    return pd.DataFrame(values, index=features.samples, columns=columns)


def features_of(common, by_effect, columns):
    """Return features from tables, samples by columns."""
    from secretome_ml.features.columns import Features

    own = {effect: table.to_numpy(dtype=float).T for effect, table in by_effect.items()}
    return Features(common.index, common.to_numpy(dtype=float).T, own, tuple(columns))
