"""The JSON API gives the rows of the commands, names every problem, and says which model answered."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest
from prometheus_client.parser import text_string_to_metric_families

from secretome_ml import load_model, read_profiles
from secretome_ml.core.paths import data_dir
from secretome_ml.model import SCORE_COLUMNS

EXAMPLE = data_dir() / "examples" / "adipose_hypoxia.csv"
CONTEXT = {"cell_type": "MSC", "cell_source": "adipose", "species": "human", "product": "conditioned medium"}
SAMPLES = [
    {
        "sample": "primed",
        **CONTEXT,
        "preconditioning": [
            {"kind": "hypoxia", "o2_percent": 1, "hours": 48},
            {"kind": "cytokine", "agent": "IFNG", "dose": 10, "unit": "ng/mL", "hours": 24},
        ],
        "factors": [
            {"name": "VEGF-A", "state": "elevated"},
            {"name": "IL-6", "value": 120.5, "unit": "pg/mL"},
            {"name": "HGF", "state": "not_detected", "lod": 3.2, "unit": "pg/mL"},
        ],
    },
    {"sample": "plain", **CONTEXT, "preconditioning": [{"kind": "none"}]},
]
PRIMING = '"hypoxia(o2=1%, hours=48) + cytokine(IFNG, 10 ng/mL, hours=24)"'
TABLE = f"""sample,cell_type,cell_source,species,product,preconditioning,VEGF-A,IL-6 [pg/mL],HGF [pg/mL]
primed,MSC,adipose,human,conditioned medium,{PRIMING},elevated,120.5,<3.2
plain,MSC,adipose,human,conditioned medium,none,,,
"""


@pytest.fixture(scope="module")
def profiles(tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("table") / "table.csv"
    path.write_text(TABLE, encoding="utf-8")
    return read_profiles(path)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return json.loads(frame.to_json(orient="records", double_precision=15))


def same(found: list[dict[str, Any]], wanted: list[dict[str, Any]], within: float = 1e-12) -> None:
    """Compare rows; numbers that went through text may differ in their last digit."""
    assert [list(r) for r in found] == [list(r) for r in wanted]
    for one, other in zip(found, wanted, strict=True):
        for name, value in one.items():
            exact = not isinstance(value, float)
            assert value == (other[name] if exact else pytest.approx(other[name], abs=within)), name


def test_scores_of_samples_are_those_of_the_same_table(service_client, profiles):
    answer = service_client.post("/api/v1/score", json={"samples": SAMPLES})
    assert answer.status_code == 200
    rows = answer.json()["rows"]
    assert list(rows[0]) == list(SCORE_COLUMNS)
    same(rows, records(load_model().score(profiles)))


def test_an_upload_gives_the_rows_of_the_command(service_client, command):
    wanted = command("score", EXAMPLE, "--json")
    assert wanted.code == 0
    with EXAMPLE.open("rb") as stream:
        answer = service_client.post("/api/v1/score", files={"file": ("a.txt", stream)})
    same(answer.json()["rows"], wanted.json, within=1e-9)  # the command prints ten digits


def test_terms_add_up_to_the_scores(service_client):
    scores = service_client.post("/api/v1/score", json={"samples": SAMPLES}).json()["rows"]
    terms = service_client.post("/api/v1/explain", json={"samples": SAMPLES}).json()["rows"]
    total = pd.DataFrame(terms).groupby(["sample", "effect"])["contribution"].sum()
    for row in scores:
        assert total[row["sample"], row["effect"]] == pytest.approx(row["score"], abs=1e-5)


def test_a_sheet_and_a_control_count(service_client):
    folder = EXAMPLE.parent
    files = {
        "file": ("x", (folder / "bone_marrow_tgf_alpha.csv").read_bytes()),
        "metadata": ("y", (folder / "bone_marrow_tgf_alpha_sheet.csv").read_bytes()),
    }
    answer = service_client.post("/api/v1/score", files=files)
    assert answer.status_code == 200, answer.text
    direct = read_profiles(
        folder / "bone_marrow_tgf_alpha.csv", metadata=folder / "bone_marrow_tgf_alpha_sheet.csv"
    )
    same(answer.json()["rows"], records(load_model().score(direct)))


def test_an_answer_names_its_model(service_client):
    answer = service_client.post("/api/v1/score", json={"samples": SAMPLES[1:]}).json()
    model = load_model()
    assert answer["model"]["digest"] == model.digest
    assert answer["model"]["evidence_digest"] == model.evidence_digest
    assert "not a clinical device" in answer["disclaimer"]


def test_every_problem_is_listed_with_its_place(service_client):
    samples = [
        {
            "sample": "a",
            "cell_source": "adiposs",
            "preconditioning": [{"kind": "hipoxia"}],
            "factors": [
                {"name": "VEGF"},
                {"name": "IL-6", "value": -1, "unit": "pg/mL"},
                {"name": "IL-8", "value": 1, "unit": "furlong"},
            ],
        },
        {"sample": "a"},
    ]
    answer = service_client.post("/api/v1/score", json={"samples": samples})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    places = {(p["row"], p["column"]) for p in answer.json()["problems"]}
    assert places == {
        ("samples[0]", "sample"),
        ("samples[1]", "sample"),
        ("samples[0]", "cell_source"),
        ("samples[0].preconditioning[0]", "kind"),
        ("samples[0].factors[0]", None),
        ("samples[0].factors[1]", "value"),
        ("samples[0].factors[2]", "unit"),
    }
    assert all(p["what"] and p["remedy"] for p in answer.json()["problems"])


def test_the_schema_names_its_places(service_client):
    sample = {"sample": "a", "colour": "red", "factors": [{"name": "IL-6", "value": "many"}]}
    answer = service_client.post("/api/v1/score", json={"samples": [sample]})
    assert answer.status_code == 422
    assert [(p["row"], p["column"]) for p in answer.json()["problems"]] == [
        ("samples[0].factors[0]", "value"),
        ("samples[0]", "colour"),
    ]


def test_an_upload_is_judged_by_its_content_and_named_as_its_owner_does(service_client):
    files = {"file": ("/home/ada/../my plate.xlsx", b"sample,cell_source\na,adiposs\n")}
    answer = service_client.post("/api/v1/score", files=files)
    assert answer.status_code == 422
    assert [p["file"] for p in answer.json()["problems"]] == ["my plate.xlsx"]
    assert "/tmp" not in answer.text


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"content": b"{", "headers": {"content-type": "application/json"}}, 400),
        ({"content": b"x", "headers": {"content-type": "multipart/form-data"}}, 400),
        ({"content": b"x", "headers": {"content-type": "multipart/form-data; boundary=b"}}, 400),
        ({"content": b"a,b", "headers": {"content-type": "text/csv"}}, 415),
        ({"content": b"a,b"}, 415),
        ({"json": {"samples": []}}, 422),
        ({"json": {"samples": [{"sample": "a"}], "control": "b"}}, 422),
        ({"files": {"file": b""}}, 422),
        ({"files": {"file": b"\x00\x01\x02\xff"}}, 422),
        ({"files": {"other": b"x"}}, 422),
        ({"files": {"file": EXAMPLE.read_bytes()}, "data": {"format": "no such"}}, 422),
        ({"files": {"file": EXAMPLE.read_bytes()}, "data": {"metadata": "a path"}}, 422),
    ],
)
def test_what_cannot_be_read_is_refused(service_client, request_: dict[str, Any], status: int):
    answer = service_client.post("/api/v1/score", **request_)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert answer.json()["detail"]


def test_unknown_paths_and_methods(service_client):
    assert service_client.get("/api/v1/nothing").status_code == 404
    wrong = service_client.get("/api/v1/score")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "POST")


def test_more_samples_than_the_service_takes(service_client):
    most = service_client.app.state.settings.max_samples
    samples = [{"sample": f"s{i}"} for i in range(most + 1)]
    answer = service_client.post("/api/v1/score", json={"samples": samples})
    assert answer.status_code == 422
    assert f"at most {most:,}" in answer.json()["problems"][0]["what"]
    table = b"sample,cell_source\n" + b"".join(b"s%d,adipose\n" % i for i in range(most + 1))
    assert service_client.post("/api/v1/score", files={"file": table}).status_code == 422


def test_a_name_made_of_markup_comes_back_as_data(service_client):
    name = "<script>alert(1)</script>"
    answer = service_client.post("/api/v1/score", json={"samples": [{"sample": name}]})
    assert answer.json()["rows"][0]["sample"] == name
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_health_names_the_model(service_client):
    found = service_client.get("/api/v1/health").json()
    assert (found["status"], found["model"]["digest"]) == ("ready", load_model().digest)


def test_metrics_count_requests_and_samples(service_client):
    def figures() -> dict[tuple[Any, ...], float]:
        text = service_client.get("/api/v1/metrics").text
        families = text_string_to_metric_families(text)
        return {(s.name, *sorted(s.labels.items())): s.value for f in families for s in f.samples}

    before = figures()
    service_client.post("/api/v1/score", json={"samples": SAMPLES})
    after = figures()
    scored = ("secretome_samples_total", ("route", "/api/v1/score"))
    assert after[scored] - before.get(scored, 0.0) == len(SAMPLES)
    answered = (
        "secretome_requests_total",
        ("method", "POST"),
        ("route", "/api/v1/score"),
        ("status", "200"),
    )
    assert after[answered] - before.get(answered, 0.0) == 1
    assert after[("secretome_model_ready",)] == 1


def test_paths_of_callers_do_not_become_labels(service_client):
    service_client.get("/api/v1/made-up-by-the-caller")
    assert "made-up" not in service_client.get("/api/v1/metrics").text


def test_the_description_resolves(service_client):
    found = service_client.get("/api/v1/openapi.json").json()
    text = json.dumps(found)
    wanted = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert wanted <= set(found["components"]["schemas"])
    assert {"/api/v1/score", "/api/v1/explain"} <= set(found["paths"])
