"""A training run: what it leaves in MLflow, that it can be repeated to the byte, that it can be served."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from conftest import HEADLINE, RECIPE, ROOT

BASELINES = ("prevalence", "cell_source_only", "known_factor_list")
METRICS = ("auroc", "average_precision_rarer", "log_loss", "brier", "concordance")


@pytest.fixture(scope="module")
def mlflow():
    return pytest.importorskip("mlflow")


@pytest.fixture(scope="module")
def client(mlflow, trained):
    """A client of the run's store; the artifacts lie in the folder of the run."""
    return mlflow.MlflowClient(tracking_uri=trained.tracking, registry_uri=trained.tracking)


@pytest.fixture(scope="module")
def run(client, trained):
    return client.get_run(trained.report["run_id"])


@pytest.fixture(scope="module")
def artifacts(mlflow, trained, run, tmp_path_factory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(trained.folder)
        mlflow.set_tracking_uri(trained.tracking)
        return Path(
            mlflow.artifacts.download_artifacts(
                run_id=run.info.run_id, dst_path=str(tmp_path_factory.mktemp("artifacts"))
            )
        )


# ---- the answer of the command -------------------------------------------------------------------------


def test_the_answer_names_bundle_run_recipe_and_metrics(trained, few):
    report = trained.report
    assert Path(report["bundle"]) == trained.bundle
    assert report["evidence_digest"] == few.digest
    assert report["recipe"]["effects"] == list(HEADLINE)
    found = {(m["model"], m["effect"], m["metric"]) for m in report["metrics"]}
    for model in (*BASELINES, "blend"):
        for effect in HEADLINE:
            assert {(model, effect, m) for m in METRICS} <= found
    for m in report["metrics"]:
        if m["value"] is not None:
            assert m["low"] <= m["high"]
            assert m["n"] >= m["studies"] > 0


def test_the_bundle_holds_what_was_answered(trained, few_model):
    assert few_model.digest == trained.report["bundle_digest"]
    assert few_model.metrics == trained.report["metrics"]
    assert few_model.evidence_digest == trained.report["evidence_digest"]
    assert few_model.recipe.as_dict() == trained.report["recipe"]


def test_the_bundle_knows_its_studies(few_model, few):
    assert [s["study"] for s in few_model.studies] == few.studies["study"].tolist()


def test_nothing_was_written_elsewhere(trained):
    """All that a run leaves: the bundle, its log, the store, its artifacts."""
    left = {p.name for p in trained.folder.iterdir()} - {"lock", "answer.json", "recipe.toml", "evidence"}
    assert left <= {"bundle", "bundle.log.jsonl", "mlflow.db", "mlruns", "mlartifacts"}
    assert not list(trained.folder.rglob(".secretome-ml-*"))


# ---- the run ----------------------------------------------------------------------------------------------


def test_parameters_hold_the_recipe(run, trained):
    for key, value in trained.report["recipe"].items():
        assert run.data.params[f"recipe.{key}"] == str(value)[:500]
    for key, value in trained.report["parameters"].items():
        assert run.data.params[f"model.{key}"] == str(value)


def test_metrics_are_those_of_the_answer(run, trained):
    for m in trained.report["metrics"]:
        name = f"{m['model']}.{m['effect']}.{m['metric']}"
        if m["value"] is None:
            assert name not in run.data.metrics
            continue
        assert run.data.metrics[name] == pytest.approx(m["value"], abs=1e-6)
        assert run.data.metrics[f"{name}.low"] == pytest.approx(m["low"], abs=1e-6)


def test_every_fold_is_logged(client, run, trained):
    history = client.get_metric_history(run.info.run_id, "blend.joint_loss")
    assert len(history) == trained.report["recipe"]["folds"]
    assert len({m.step for m in history}) == len(history)


def test_the_evidence_is_the_dataset(run, few):
    (given,) = run.inputs.dataset_inputs
    assert given.dataset.digest == few.digest[: len(given.dataset.digest)]
    assert len(given.dataset.digest) >= 16
    assert given.dataset.name == "evidence"
    assert {t.value for t in given.tags} == {"training"}


def test_tags(run, trained):
    assert run.data.tags["bundle_digest"] == trained.report["bundle_digest"]
    assert run.data.tags["evidence_digest"] == trained.report["evidence_digest"]
    assert run.info.status == "FINISHED"


def test_artifacts(artifacts: Path, trained, few_model):
    names = {str(p.relative_to(artifacts)) for p in artifacts.rglob("*") if p.is_file()}
    assert {
        "recipe.json",
        "log.jsonl",
        "model_card.md",
        "evidence_stats.json",
        "explanation.html",
        "tables/metrics.csv",
        "tables/folds.csv",
        "tables/importance.csv",
        "tables/contributions.parquet",
        "tables/predictions.csv",
    } <= names
    for effect in HEADLINE:
        assert {
            f"figures/{k}_{effect}.{s}" for k in ("beeswarm", "bar", "reliability") for s in ("png", "svg")
        } <= names
    assert {"figures/metrics.png", "figures/metrics.svg"} <= names
    assert json.loads((artifacts / "recipe.json").read_text(encoding="utf-8")) == trained.report["recipe"]
    assert (artifacts / "model_card.md").read_text(encoding="utf-8") == few_model.card
    assert "<svg" in (artifacts / "explanation.html").read_text(encoding="utf-8")


def test_predictions_are_out_of_fold(artifacts: Path, few, few_model, few_profiles):
    """One row per arm, effect and model; not what the final model says of studies it has seen."""
    table = pd.read_csv(artifacts / "tables" / "predictions.csv")
    assert len(table) == len(few.arms) * len(HEADLINE) * len(table["model"].unique())
    final = few_model.score(few_profiles).set_index(["sample", "effect"])["score"]
    own = table[table["model"] == "blend"].set_index(["sample", "effect"])["score"]
    assert (own - final).abs().mean() > 0.05


def test_metrics_follow_from_the_logged_predictions(artifacts: Path, trained, few_targets):
    """AUROC and Brier again, by scikit-learn, from the table in the run."""
    from sklearn.metrics import brier_score_loss, roc_auc_score

    table = pd.read_csv(artifacts / "tables" / "predictions.csv").set_index(["model", "effect", "sample"])
    told = {(m["model"], m["effect"], m["metric"]): m["value"] for m in trained.report["metrics"]}
    for effect in HEADLINE:
        label = few_targets.binary(effect)
        part = table.loc[("blend", effect)].loc[label.index]
        assert told["blend", effect, "auroc"] == pytest.approx(roc_auc_score(label, part["score"]), abs=1e-6)
        assert told["blend", effect, "brier"] == pytest.approx(
            brier_score_loss(label, part["probability"]), abs=1e-6
        )


# ---- again and again --------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bundle_in_other_circumstances(
    command, trained, tmp_path: Path, monkeypatch
):
    """Another folder, two processes, records instead of tables: the same digest and metrics."""
    from secretome_ml.bundle import read_bundle

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    (tmp_path / "recipe.toml").write_text(RECIPE, encoding="utf-8")
    assert command("evidence", "export", tmp_path / "few.jsonl", "--evidence", trained.evidence).code == 0
    done = command(
        "train",
        tmp_path / "recipe.toml",
        "--evidence",
        tmp_path / "few.jsonl",
        "--fast",
        "--jobs",
        2,
        "--json",
    )
    assert done.code == 0, done.err
    report = done.json
    assert report["metrics"] == trained.report["metrics"]
    assert report["parameters"] == trained.report["parameters"]
    assert report["bundle_digest"] == trained.report["bundle_digest"]
    one, other = read_bundle(tmp_path / report["bundle"]), read_bundle(trained.bundle)
    assert {n: c for n, c in one.files.items() if n != "provenance.json"} == {
        n: c for n, c in other.files.items() if n != "provenance.json"
    }
    # Without an address the store is a database under experiments/; nothing else appears.
    assert (tmp_path / "experiments" / "mlflow.db").exists()
    assert {p.name for p in tmp_path.iterdir()} == {"recipe.toml", "few.jsonl", "models", "experiments"}


def test_another_seed_gives_another_bundle(few, trained):
    from dataclasses import replace

    from secretome_ml.recipe import load_recipe
    from secretome_ml.workflows.train import train

    recipe = replace(load_recipe(trained.recipe), seed=1)
    training = train(recipe, few, fast=True)
    assert training.model.to_bundle("x").digest != trained.report["bundle_digest"]
    assert training.model.metrics != trained.report["metrics"]


# ---- served -----------------------------------------------------------------------------------------------

SERVE = """
import json, os, sys
import pandas as pd
import mlflow
mlflow.set_tracking_uri(os.environ["MLFLOW_TRACKING_URI"])
served = mlflow.pyfunc.load_model(sys.argv[1])
table = pd.DataFrame(json.load(open(sys.argv[2])))
answer = served.predict(table)
refused = {}
for column in table.columns:
    try:
        served.predict(table.drop(columns=column))
        refused[column] = False
    except mlflow.exceptions.MlflowException as error:
        refused[column] = column in str(error)
names = served.metadata.get_input_schema().input_names()
print(json.dumps({"rows": json.loads(answer.to_json(orient="records")), "refused": refused, "input": names}))
"""

REQUEST = [
    {
        "sample": "A",
        "cell_type": "MSC",
        "cell_source": "adipose",
        "species": "human",
        "stage": "adult",
        "donor": "",
        "product": "conditioned_medium",
        "culture": "2d",
        "fraction": "",
        "preconditioning": "hypoxia(o2=1%, hours=48)",
        "factors": "VEGF-A=elevated; IL-6=decreased",
    },
    {
        "sample": "B",
        "cell_type": "MSC",
        "cell_source": "",
        "species": "",
        "stage": "",
        "donor": "",
        "product": "exosome",
        "culture": "",
        "fraction": "",
        "preconditioning": "none",
        "factors": "",
    },
]


@pytest.fixture(scope="module")
def served(trained, tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    (folder / "request.json").write_text(json.dumps(REQUEST), encoding="utf-8")
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "src"),
        "MLFLOW_TRACKING_URI": trained.tracking,
        "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false",
    }
    words = [sys.executable, "-c", SERVE, "models:/few-model/1", str(folder / "request.json")]
    done = subprocess.run(
        words, cwd=trained.folder, env=environment, capture_output=True, text=True, timeout=180, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_the_registered_model_is_served_without_pickle_and_answers_as_score(
    served, command, trained, tmp_path: Path
):
    lines = ["sample,cell_type,cell_source,species,stage,product,culture,preconditioning,VEGF-A,IL-6"]
    lines.append(
        'A,MSC,adipose,human,adult,conditioned_medium,2d,"hypoxia(o2=1%, hours=48)",elevated,decreased'
    )
    lines.append("B,MSC,,,,exosome,,none,,")
    (tmp_path / "same.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    expected = command("score", tmp_path / "same.csv", "--model", trained.bundle, "--json").json
    assert len(served["rows"]) == len(expected) == 6
    for one, other in zip(served["rows"], expected, strict=True):
        assert list(one) == list(other)
        for key, value in one.items():
            assert value == (pytest.approx(other[key], abs=1e-9) if isinstance(value, float) else other[key])


def test_a_missing_column_is_refused_by_the_signature(served):
    assert served["refused"] == dict.fromkeys(REQUEST[0], True)
    assert served["input"] == list(REQUEST[0])


def test_the_logged_model_holds_no_code_and_no_pickle(trained):
    import yaml

    (description,) = trained.folder.rglob("MLmodel")
    flavor = yaml.safe_load(description.read_text(encoding="utf-8"))["flavors"]["python_function"]
    assert flavor["loader_module"] == "secretome_ml.serving"
    assert not flavor.get("code")
    names = {p.name for p in description.parent.rglob("*") if p.is_file()}
    assert not any(n.endswith((".pkl", ".py", ".pickle")) for n in names)
    requirements = (description.parent / "requirements.txt").read_text(encoding="utf-8")
    assert "secretome-ml==" in requirements


def test_score_takes_the_addresses_of_mlflow(command, trained, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(trained.folder)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", trained.tracking)
    (tmp_path / "w.csv").write_text("sample,cell_type,VEGF-A\nA,MSC,elevated\n", encoding="utf-8")
    expected = command("score", tmp_path / "w.csv", "--model", trained.bundle, "--json").json
    for address in ("models:/few-model/1", f"runs:/{trained.report['run_id']}/model"):
        done = command("score", tmp_path / "w.csv", "--model", address, "--json")
        assert done.code == 0, done.err
        assert done.json == expected
    unknown = command("score", tmp_path / "w.csv", "--model", "models:/nobody/1")
    assert unknown.code in (1, 3)
    assert "nobody" in unknown.err
    assert "Traceback" not in unknown.err


def test_a_model_of_another_kind_is_not_loaded(command, trained, tmp_path: Path, monkeypatch):
    """An MLmodel that names another loader or carries code is refused before anything of it runs."""
    (original,) = trained.folder.rglob("MLmodel")
    text = original.read_text(encoding="utf-8")
    (tmp_path / "w.csv").write_text("sample,cell_type,VEGF-A\nA,MSC,elevated\n", encoding="utf-8")
    from secretome_ml import tracking
    from secretome_ml.core.errors import SecretomeError

    for number, changed in enumerate(
        (
            text.replace("secretome_ml.serving", "os"),
            text.replace("loader_module:", "code: code\n    loader_module:"),
        )
    ):
        assert changed != text
        copy = Path(shutil.copytree(original.parent, tmp_path / f"m{number}"))
        (copy / "MLmodel").write_text(changed, encoding="utf-8")
        with pytest.raises(SecretomeError, match="not loaded"):
            tracking.fetch_model(str(copy), tmp_path)


# ---- the served table -------------------------------------------------------------------------------------


def test_one_cell_of_factors_is_as_good_as_columns():
    from secretome_ml.serving import widen

    wide = widen(pd.DataFrame(REQUEST))
    assert wide["VEGF-A"].tolist() == ["elevated", pd.NA]
    assert wide["IL-6"].tolist() == ["decreased", pd.NA]
    assert "factors" not in wide
    assert wide["species"].tolist() == ["human", pd.NA]


@pytest.mark.parametrize(
    "cell",
    [
        "VEGF-A=elevated; VEGF-A=decreased",
        "VEGF-A",
        "=elevated",
        "sample=B",
        "cell_type=fibroblast; VEGF-A=1",
    ],
)
def test_a_cell_of_factors_that_makes_no_sense_is_refused(few_model, cell: str):
    from secretome_ml.core.errors import InputRefused
    from secretome_ml.serving import TableScorer

    with pytest.raises(InputRefused):
        TableScorer(few_model).predict(pd.DataFrame([REQUEST[0] | {"factors": cell}]))


def test_the_scorer_takes_any_index(few_model):
    from secretome_ml.serving import TableScorer

    table = pd.DataFrame(REQUEST)
    expected = TableScorer(few_model).predict(table)
    for index in ([7, 7], [1, 0]):
        found = TableScorer(few_model).predict(table.set_axis(index, axis=0))
        assert found["sample"].tolist() == expected["sample"].tolist()
        assert np.allclose(found["score"], expected["score"])


def test_a_copy_of_a_study_is_never_on_the_other_side(few, monkeypatch: pytest.MonkeyPatch):
    """In the folds that training draws, a study copied under another name stays with its original."""
    from dataclasses import replace

    from secretome_ml.evidence import Evidence
    from secretome_ml.recipe import load_recipe
    from secretome_ml.validation import cross_validation
    from secretome_ml.workflows.train import train

    original = few.outcomes["study"].iloc[0]
    tables = {}
    for name, frame in few.tables.items():
        copied = frame[frame["study"] == original].assign(study="s-ffffffff")
        if name == "studies":
            copied = copied.assign(doi=None, pmid=None).astype(frame.dtypes)
        tables[name] = pd.concat([frame, copied], ignore_index=True)
    seen = []
    drawn = cross_validation.study_folds

    def watched(*arguments, **named):
        splits = drawn(*arguments, **named)
        seen.extend(splits)
        return splits

    monkeypatch.setattr(cross_validation, "study_folds", watched)
    train(
        replace(load_recipe(), effects=HEADLINE, model="prevalence", compare=()),
        Evidence(tables),
        jobs=1,
        fast=True,
    )
    sides = [{s.split("/")[0] for s in split.test} & {original, "s-ffffffff"} for split in seen]
    assert any(sides)
    assert all(len(side) in (0, 2) for side in sides)
