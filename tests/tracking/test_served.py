"""`mlflow models serve` and `spark_udf`, as real processes, against the rows that `score` gives."""

import json
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

from conftest import HEADLINE, run_command
from secretome_ml import load_model
from secretome_ml.core.errors import InputRefused
from secretome_ml.serving import SERVED_COLUMNS, SPARK_TYPE, TableScorer
from tracking.conftest import environment, free_port, missing, serving

STATES = ("elevated", "decreased", "unchanged", "detected", "not_detected", "")
ARMS = [
    {
        "sample": f"arm {i}",
        "cell_type": "MSC",
        "cell_source": ("adipose", "bone_marrow", "umbilical_cord", "")[i % 4],
        "species": ("human", "rat", "")[i % 3],
        "stage": ("adult", "")[i % 2],
        "donor": "",
        "product": ("conditioned_medium", "exosome")[i % 2],
        "culture": ("2d", "3d", "")[i % 3],
        "fraction": "",
        "preconditioning": ("hypoxia(o2=1%, hours=48)", "none", "", "cytokine(IFNG, 10 ng/mL)")[i % 4],
        "VEGF-A": STATES[i % 6],
        "IL-6": STATES[(i + 1) % 6],
        "miR-126": STATES[(i * 5) % 6],
    }
    for i in range(24)
]
FACTORS = ("VEGF-A", "IL-6", "miR-126")


def request_table() -> pd.DataFrame:
    """Return the arms with all factors in one cell."""
    rows = [
        {**{k: v for k, v in arm.items() if k not in FACTORS},
         "factors": "; ".join(f"{f}={arm[f]}" for f in FACTORS if arm[f])}
        for arm in ARMS
    ]  # fmt: skip
    return pd.DataFrame(rows)[list(SERVED_COLUMNS)]


@pytest.fixture(scope="module")
def scored(trained, tmp_path_factory) -> list[dict[str, Any]]:
    """Return what `score` says of the arms, written as the wide table."""
    folder = tmp_path_factory.mktemp("scored")
    pd.DataFrame(ARMS).to_csv(folder / "arms.csv", index=False)
    out = folder / "scores.parquet"  # holds every digit
    done = run_command("score", folder / "arms.csv", "--model", trained.bundle, "--out", out)
    assert done.code == 0, done.err
    return pd.read_parquet(out).to_dict("records")


@pytest.fixture(scope="module")
def model_uri(trained) -> str:
    (description,) = trained.folder.rglob("MLmodel")
    return str(description.parent)


def same(found: list[dict[str, Any]], expected: list[dict[str, Any]], within: float = 0.0) -> None:
    """Compare rows to the last digit, or numbers within so much."""
    assert len(found) == len(expected) == len(ARMS) * len(HEADLINE)
    for one, other in zip(found, expected, strict=True):
        assert list(one) == list(other)
        for key, value in other.items():
            close = isinstance(value, float) and one[key] == pytest.approx(value, abs=within, rel=0.0)
            assert close or one[key] == value or not (one[key] or value), (key, one, other)


# ---- mlflow models serve ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def served(model_uri: str, tmp_path_factory) -> Iterator[str]:
    port = free_port()
    words = [sys.executable, "-m", "mlflow", "models", "serve", "--model-uri", model_uri]
    words += ["--env-manager", "local", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    log = tmp_path_factory.mktemp("served") / "served.log"
    with serving(words, f"http://127.0.0.1:{port}", log, environment()) as address:
        yield address


def ask(address: str, body: Any) -> tuple[int, Any]:
    """Return the status and the answer of the model server."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(
        f"{address}/invocations", data, {"Content-Type": "application/json"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_the_server_answers_the_rows_of_score(served, scored):
    status, answer = ask(served, {"dataframe_split": request_table().to_dict(orient="split", index=False)})
    assert status == 200
    same(answer["predictions"], scored)


def test_by_sample_it_answers_the_same_rows(served, scored):
    body = {"dataframe_records": request_table().to_dict("records"), "params": {"layout": "samples"}}
    status, answer = ask(served, body)
    assert status == 200
    same([row for part in answer["predictions"] for row in part["scores"]], scored)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        {"dataframe_records": [{"sample": "a"}]},
        {"dataframe_records": [{**request_table().to_dict("records")[0], "factors": "VEGF-A"}]},
        {"dataframe_records": request_table().head(1).to_dict("records"), "params": {"layout": "x"}},
    ],
    ids=["not json", "columns missing", "no level", "no such layout"],
)
def test_a_request_that_makes_no_sense_is_refused_and_the_server_lives(served, scored, body):
    status, answer = ask(served, body)
    assert status in (400, 422, 500)
    assert isinstance(answer, str), "a message, no predictions"
    status, answer = ask(served, {"dataframe_records": request_table().to_dict("records")})
    assert status == 200
    same(answer["predictions"], scored)


# ---- Spark ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    sql = pytest.importorskip("pyspark.sql")
    import shutil

    if shutil.which("java") is None:
        missing("Java")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment().items():
            patch.setenv(name, value)
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        session = (
            sql.SparkSession.builder.master("local[2]")
            .appName("secretome-ml")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.memory", "1g")
            .config("spark.sql.execution.arrow.maxRecordsPerBatch", "7")
            .getOrCreate()
        )
        yield session
        session.stop()


def test_spark_answers_the_rows_of_score(spark, model_uri: str, scored):
    """Three partitions, batches of seven rows: the rows are those of one table.

    A sum over columns may end in another last digit when it is worked out for fewer rows at once.
    """
    import mlflow

    score = mlflow.pyfunc.spark_udf(
        spark, model_uri, result_type=SPARK_TYPE, env_manager="local", params={"layout": "samples"}
    )
    arms = spark.createDataFrame(request_table()).repartition(3)
    rows = arms.select(score(*SERVED_COLUMNS).alias("said")).selectExpr("inline(said.scores)").collect()
    found = {(row["sample"], row["effect"]): row.asDict() for row in rows}
    assert len(found) == len(rows)
    same([found[row["sample"], row["effect"]] for row in scored], scored, within=1e-12)


# ---- one row per sample -----------------------------------------------------------------------------------


def test_one_name_twice_cannot_share_a_row(few_model):
    table = request_table().head(2).assign(sample="a")
    with pytest.raises(InputRefused, match="another row's name"):
        TableScorer(few_model).predict(table, {"layout": "samples"})


def test_rows_come_in_the_order_asked(few_model, trained):
    table = request_table().iloc[::-1]
    found = TableScorer(load_model(trained.bundle)).predict(table, {"layout": "samples"})
    assert [part[0]["sample"] for part in found["scores"]] == table["sample"].tolist()
    assert [row["effect"] for row in found["scores"].iloc[0]] == list(HEADLINE)
