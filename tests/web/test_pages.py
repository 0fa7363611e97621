"""Pages by plain HTTP: what they show is what the package says, and every link leads somewhere."""

import re
import time
from html import unescape
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from starlette.testclient import TestClient

from web.web_clients import client_of

ROOT = str(Path(__file__).resolve().parents[2])
TABLE = (
    "sample,cell_type,cell_source,product,preconditioning,VEGF-A,HGF,TGF-b1\n"
    "plain,MSC,adipose,conditioned medium,none,detected,detected,elevated\n"
    'hypoxic,MSC,adipose,conditioned medium,"hypoxia(o2=1%, hours=48)",elevated,,\n'
)


def settled(client: TestClient, answer: Any) -> Any:
    """Wait on a page that waits."""
    end = time.monotonic() + 120
    while 'http-equiv="refresh"' in answer.text:
        assert time.monotonic() < end, "the work did not end"
        time.sleep(0.05)
        answer = client.get(answer.url)
    return answer


def words(page: str) -> str:
    """Return what a reader sees."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.fixture(scope="module")
def result(service_client: TestClient) -> str:
    """Return the address of the result of `TABLE`."""
    answer = settled(service_client, service_client.post("/upload", data={"pasted": TABLE}))
    assert answer.status_code == 200, words(answer.text)
    return str(answer.url.path)


def test_the_result_lists_every_sample(service_client: TestClient, result: str):
    page = service_client.get(result).text
    assert re.findall(rf'href="{result}/samples/(\d+)"><bdi>(\w+)</bdi>', page) == [
        ("1", "plain"),
        ("2", "hypoxic"),
    ]
    assert "2 samples, read as wide, 1 to 3 known factors in each" in words(page)


def test_the_strongest_of_an_effect_come_first(service_client: TestClient, result: str):
    page = service_client.get(f"{result}?sort=angiogenic").text
    assert re.findall(r"<bdi>(plain|hypoxic)</bdi></a>", page) == ["hypoxic", "plain"]


def test_the_tables_are_those_of_the_model(service_client: TestClient, result: str, tmp_path: Any):
    import io

    from secretome_ml import load_model, read_profiles

    (tmp_path / "table.csv").write_text(TABLE, encoding="utf-8")
    scores, terms = load_model().score_and_explain(read_profiles(tmp_path / "table.csv"))
    for name, expected in (("scores", scores), ("contributions", terms)):
        answer = service_client.get(f"{result}/{name}.csv")
        assert answer.headers["content-disposition"] == f'attachment; filename="{name}.csv"'
        found = pd.read_csv(io.StringIO(answer.text), keep_default_na=False, na_values=[""])
        number = "score" if name == "scores" else "contribution"
        assert found[number].tolist() == pytest.approx(expected[number].tolist(), abs=1e-9)


def test_a_sample_shows_its_studies_with_their_doi(service_client: TestClient, result: str):
    page = service_client.get(f"{result}/samples/2").text
    studies = re.findall(r'href="(/evidence/studies/s-[0-9a-f]{8})"', page)
    assert len(studies) >= 9, "three effects, several studies each"
    assert 'href="https://doi.org/10.' in page
    for address in sorted(set(studies))[:3]:
        assert service_client.get(address).status_code == 200


def test_a_change_is_what_scoring_the_changed_table_gives(service_client: TestClient, result: str):
    changed = settled(
        service_client,
        service_client.post(
            f"{result}/samples/1/change",
            data={
                "factor": "HGF",
                "level": "elevated",
                "cell_source": "bone_marrow",
                "preconditioning": "hypoxia",
            },
        ),
    )
    assert changed.status_code == 200, words(changed.text)
    told = words(changed.text)
    for change in (
        "HGF: detected → elevated",
        "cell source: adipose tissue → bone marrow",
        "none → hypoxia",
    ):
        assert change in told
    by_hand = (
        TABLE.splitlines()[0] + "\na,MSC,bone_marrow,conditioned medium,hypoxia,detected,elevated,elevated\n"
    )
    other = settled(service_client, service_client.post("/upload", data={"pasted": by_hand}))
    own = service_client.get(
        f"{str(changed.url.path).rpartition('/samples')[0]}/scores.csv"
    ).text.splitlines()
    again = service_client.get(f"{other.url.path}/scores.csv").text.splitlines()
    scores = [float(line.split(",")[own[0].split(",").index("score")]) for line in again[1:]]
    changed_rows = pd.read_csv(pd.io.common.StringIO("\n".join(own)))
    assert changed_rows["score"].tolist()[len(scores) :] == pytest.approx(scores, abs=1e-9)


def test_the_report_runs_and_loads_nothing(service_client: TestClient, result: str):
    page = settled(service_client, service_client.post(f"{result}/report"))
    assert page.headers["content-disposition"].startswith("attachment")
    assert "hypoxic" in page.text
    assert not re.search(r'<script|<link|\bsrc="(?!data:)|url\("?http|@import', page.text)


def test_a_search_finds_what_the_package_finds(service_client: TestClient, corpus: Any):
    from secretome_ml.evidence import search_studies

    expected = search_studies(corpus, factor="VEGF", effect="angiogenic", result="null")
    page = service_client.get(
        "/evidence", params={"factor": "VEGF", "effect": "angiogenic", "result": "null"}
    )
    assert set(re.findall(r"/evidence/studies/(s-[0-9a-f]{8})", page.text)) == set(expected["study"])
    assert f"{len(expected)} studies" in words(page.text)


def test_all_pages_of_a_search_hold_every_study_once(service_client: TestClient, corpus: Any):
    from secretome_ml.evidence import search_studies

    expected = list(search_studies(corpus, source="adipose")["study"])
    found: list[str] = []
    for number in range(1, -(-len(expected) // 25) + 1):
        page = service_client.get("/evidence", params={"source": "adipose", "page": number}).text
        found += re.findall(r'<a href="/evidence/studies/(s-[0-9a-f]{8})">', page)
    assert len(expected) > 25
    assert sorted(found) == sorted(expected)


def test_every_study_has_a_page(service_client: TestClient, corpus: Any):
    """Every eleventh, and those with empty cells where pages trip: no year, no title, a lone arm."""
    studies = corpus.studies
    odd = studies[studies["year"].isna() | studies["title"].isna() | studies["doi"].isna()]
    for study in [*studies["study"][::41], *odd["study"][::97]]:
        answer = service_client.get(f"/evidence/studies/{study}")
        assert answer.status_code == 200, study
        arms = corpus.arms.loc[corpus.arms["study"] == study, "arm"]
        told = words(answer.text)
        assert all(arm.replace("_", " ") in told for arm in arms)


def test_a_study_is_found_by_its_doi(service_client: TestClient):
    told = words(service_client.get("/evidence/studies/10.1186/s13287-023-03439-9").text)
    assert "Physiological oxygen conditions enhance the angiogenic properties" in told
    assert "physioxic ev: more than normoxic ev" in told


def test_a_factor_tells_names_roles_weights_and_studies(service_client: TestClient):
    page = service_client.get("/evidence/factors/VEGFA").text
    told = words(page)
    assert "Vascular endothelial growth factor A" in told
    assert "VPF" in told
    assert re.search(r"angiogenic promotes central", told)
    assert "https://www.uniprot.org/uniprotkb/P15692" in page
    assert "/evidence/studies/s-b5cbb7e1" in page


def test_a_factors_weight_is_the_models(service_client: TestClient, tmp_path: Any):
    """By another road: the plain preparation with and without the factor, read from a table."""
    from secretome_ml import load_model, read_profiles
    from secretome_ml.report.words import signed

    table = (
        "sample,cell_type,cell_source,species,product,HGF\n"
        "none,MSC,bone_marrow,human,conditioned medium,\n"
        "up,MSC,bone_marrow,human,conditioned medium,elevated\n"
    )
    (tmp_path / "hgf.csv").write_text(table, encoding="utf-8")
    scores = load_model().score(read_profiles(tmp_path / "hgf.csv"))
    wide = scores.pivot(index="sample", columns="effect", values="score")
    expected = signed(wide.at["up", "anti_fibrotic"] - wide.at["none", "anti_fibrotic"])
    page = service_client.get("/evidence/factors/HGF").text
    own = page[page.index("<caption>Anti-fibrotic</caption>") :]
    assert (
        re.search(r'<th scope="row">elevated</th>.*?class="number">([^<]+)<', own, re.DOTALL)[1] == expected
    )


@pytest.mark.parametrize(
    ("name", "factor"), [("MCP-1", "CCL2"), ("20S proteasome", "20S proteasome"), ("hsa-miR-126", "miR-126")]
)
def test_a_factor_is_found_by_any_name(service_client: TestClient, name: str, factor: str):
    answer = service_client.get("/evidence/factors", params={"name": name})
    assert answer.status_code == 200
    assert f"<h1>{factor}</h1>" in answer.text


def test_a_model_shows_its_card_and_baselines(service_client: TestClient):
    assert "default" in service_client.get("/models").text
    told = words(service_client.get("/models/default").text)
    assert "Model card: default" in told
    assert "What it must not be used for" in told
    for baseline in ("known factor list", "cell source only", "prevalence"):
        assert re.search(rf"{baseline} 0\.\d{{3}} \(0\.\d{{3}} to 0\.\d{{3}}\)", told)


def test_markup_in_a_card_stays_text():
    from secretome_ml.web.pages.models import card

    shown = str(
        card("# A\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1)) ![i](https://x.test/i.png)")
    )
    assert "<script" not in shown
    assert "javascript:" not in re.sub(r"\[x\]\(javascript:alert\(1\)\)", "", shown)
    assert "<img" not in shown


def test_runs_link_into_mlflow(trained: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", trained.tracking)
    with client_of(mlflow_url="http://127.0.0.1:5000/", model=str(trained.bundle)) as client:
        page = client.get("/models/runs").text
        assert re.search(r'href="http://127\.0\.0\.1:5000/#/experiments/\d+/runs/[0-9a-f]{32}"', page)
        digest = client.app.state.service.model.digest
        assert digest[:12] in page
        assert "MLflow keeps no run here" in words(client.get("/models/runs?bundle=ffff").text)


def test_a_page_names_no_folder_of_the_server(service_client: TestClient, result: str):
    for address in (
        "/",
        result,
        f"{result}/samples/1",
        "/evidence",
        "/models",
        "/models/default",
        "/nowhere",
    ):
        page = service_client.get(address).text
        assert ROOT not in page
        assert "Traceback" not in page
        assert not re.search(r"<script(?! src)| style=|<style", page), "inline code breaks the policy"


def test_the_formats_offered_are_the_readers():
    from secretome_ml.readers.formats import READERS
    from secretome_ml.web.pages.form import FORMATS

    assert tuple(READERS) == FORMATS


def test_samples_are_found_by_name_and_taken_home_as_a_workbook(service_client):
    from io import BytesIO

    from openpyxl import load_workbook

    from secretome_ml import load_model

    rows = "".join(f"{name},adipose\n" for name in ("=1+1", "lot 1", "lot 2"))
    sent = service_client.post("/upload", files={"file": ("a.csv", f"sample,cell_source\n{rows}".encode())})
    page = settled(service_client, sent)
    address = page.url.path
    found = service_client.get(address, params={"name": "LOT"}).text
    assert "2 of 3 samples" in found
    assert found.count('<th scope="row"><a href="/results/') == 2
    assert service_client.get(address, params={"name": "<b>"}).text.count("<b>") == 0
    book = load_workbook(BytesIO(service_client.get(f"{address}/scores.xlsx").content))
    cells = list(book.active.iter_rows())
    assert len(cells) == 1 + 3 * len(load_model().effects)
    assert (cells[1][0].value, cells[1][0].data_type) == ("=1+1", "s"), "no formula"


def test_a_sample_is_held_against_arms_like_it(service_client: TestClient, result: str):
    """All arms, those of its cells and product, and those tested; the first row says what the head says."""
    text = service_client.get(f"{result}/samples/1").text
    table = text.split("Percentiles among preparations like it</summary>")[1].partition("</table>")[0]
    rows = re.findall(r'<th scope="row">(.*?)</th>(.*?)</tr>', table, flags=re.DOTALL)
    assert rows[0][0] == "all arms"
    assert {"adipose", "arms in which the effect was tested"} <= {name for name, _ in rows}
    told = re.findall(r"A higher score than (\d+)&nbsp;% of the published arms", text)
    own = [int(p) for p in re.findall(r'"number">(\d+)<span', rows[0][1])]
    assert len(own) == len(told)
    assert all(abs(a - int(b)) <= 1 for a, b in zip(own, told, strict=True)), "rounded once and twice"
