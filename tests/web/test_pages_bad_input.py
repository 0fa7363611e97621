"""Bad input: a clear message, nothing executed, nothing lost."""

import re
import threading
from typing import Any

import pytest
from starlette.testclient import TestClient

from secretome_ml.recipe import default_effects
from web.test_pages import TABLE, settled, words
from web.web_clients import client_of

HEAD = "sample,cell_type,cell_source,product,VEGF-A\n"


def upload(client: TestClient, pasted: str) -> Any:
    return settled(client, client.post("/upload", data={"pasted": pasted}))


def test_a_sample_without_known_factor_is_scored_and_says_so(service_client: TestClient):
    answer = upload(
        service_client, "sample,cell_source,Adipoquack-7,HGF\na,adipose,12,\nb,adipose,,detected\n"
    )
    told = words(answer.text)
    assert "1 sample holds no known factor" in told
    assert "Adipoquack-7" in told
    sample = words(service_client.get(f"{answer.url.path}/samples/1").text)
    assert "No known factor The scores rest on cells, preconditioning and product alone." in sample


def test_a_sample_outside_the_domain_warns_before_any_number(service_client: TestClient):
    answer = upload(service_client, "sample,cell_source,preconditioning,HGF\na,tonsil,electrical,detected\n")
    page = service_client.get(f"{answer.url.path}/samples/1").text
    assert 0 < page.index("outside what the model has seen") < page.index('class="big"')


def test_an_effect_that_the_model_lacks(service_client: TestClient):
    start = {"cell_source": "adipose", "product": "exosome", "preconditioning": "none"}
    answer = service_client.post("/design", data={**start, "migratory": "gain"})
    assert answer.status_code == 422
    assert "No effect is to be gained." in words(answer.text)
    assert '<option value="adipose" selected>' in answer.text, "what was chosen is lost"
    unknown = service_client.get("/evidence", params={"effect": "levitation"})
    assert unknown.status_code == 422
    assert "'levitation' is no effect" in words(unknown.text)
    result = upload(service_client, TABLE).url.path
    assert service_client.get(f"{result}?sort=levitation").status_code == 200


def test_five_hundred_samples(service_client: TestClient):
    rows = [f"sample {i},MSC,{('adipose', 'bone_marrow')[i % 2]},exosome,{i}" for i in range(1, 501)]
    answer = upload(service_client, HEAD + "\n".join(rows) + "\n")
    assert answer.status_code == 200, words(answer.text)
    assert "500 samples" in words(answer.text)
    seen: list[str] = []
    for page in range(1, 11):
        seen += re.findall(
            r"<bdi>(sample \d+)</bdi></a>", service_client.get(f"{answer.url.path}?page={page}").text
        )
    assert seen == [f"sample {i}" for i in range(1, 501)]
    lines = service_client.get(f"{answer.url.path}/scores.csv").text.splitlines()
    assert len(lines) == 1 + 500 * len(default_effects())
    assert "sample 500" in words(service_client.get(f"{answer.url.path}/samples/500").text)
    beyond = service_client.get(f"{answer.url.path}/samples/501")
    assert beyond.status_code == 404
    assert "There is no sample 501" in words(beyond.text)


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        (HEAD + "a,MSC,moon,exosome,1\nb,MSC,adipose,exosome,much\n", ["row 2", "moon", "row 3", "much"]),
        (HEAD + "a,MSC,adipose\n", ["row 2", "cells"]),
        ("no table at all", ["no known format"]),
        ('"', ["The input cannot be used"]),
    ],
    ids=["two wrong cells", "ragged", "no table", "open quote"],
)
def test_a_malformed_table_is_refused_with_its_places_and_kept(
    service_client: TestClient, pasted: str, said: list[str]
):
    answer = upload(service_client, pasted)
    assert answer.status_code == 422
    told = words(answer.text)
    assert all(part in told for part in said), told
    kept = re.search(r"<textarea[^>]*>(.*?)</textarea>", answer.text, re.DOTALL)
    assert kept is not None
    assert kept[1].replace("&#34;", '"').strip() == pasted.strip(), "what was pasted is lost"


@pytest.mark.parametrize(
    "content",
    [b"\x1f\x8b\x08broken", b"PK\x03\x04broken", b"PAR1broken", b"\x89HDF\r\n\x1a\nbroken", b"%PDF-1.4"],
)
def test_a_damaged_file_is_refused(service_client: TestClient, content: bytes):
    answer = settled(service_client, service_client.post("/upload", files={"file": ("plate.xlsx", content)}))
    assert answer.status_code == 422
    assert "plate.xlsx" in words(answer.text)
    assert "/tmp" not in answer.text


def test_an_empty_form_asks_for_something(service_client: TestClient):
    answer = service_client.post("/upload", data={"pasted": "  "})
    assert answer.status_code == 422
    assert "Choose a file, or paste a table" in words(answer.text)


def test_a_form_that_is_cut_off_is_refused(service_client: TestClient):
    headers = {"content-type": "multipart/form-data; boundary=x"}
    answer = service_client.post("/upload", content=b"--x\r\nContent-Disp", headers=headers)
    assert answer.status_code in (400, 422)
    assert "<h1>" in answer.text


def test_two_uploads_at_once_do_not_mix(service_client: TestClient):
    answers: dict[str, Any] = {}

    def send(name: str) -> None:
        rows = "".join(f"{name} {i},MSC,adipose,exosome,elevated\n" for i in range(60))
        answers[name] = upload(service_client, HEAD + rows)

    threads = [threading.Thread(target=send, args=(name,)) for name in ("left", "right")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name, other in (("left", "right"), ("right", "left")):
        assert answers[name].status_code == 200
        assert f"{name} 1" in words(answers[name].text)
        assert f"{other} " not in words(answers[name].text)
    assert answers["left"].url != answers["right"].url


def test_scripts_are_text_everywhere(service_client: TestClient):
    evil = "<script>alert(1)</script>"
    answer = upload(service_client, f"sample,cell_source,{evil}\n{evil},adipose,1\n")
    pages = [answer.text, service_client.get(f"{answer.url.path}/samples/1").text]
    pages += [
        service_client.get(a, params={"text": evil, "name": evil}).text
        for a in ("/evidence", "/evidence/factors")
    ]
    pages.append(service_client.get(f"/evidence/factors/{evil}").text)
    for page in pages:
        assert "<script>" not in page
        assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("factor", "Adipoquack-7", "is no known factor"),
        ("cell_source", "moon", "is no known cell source"),
        ("preconditioning", "hypoxia(o2=90%)", "cannot be read"),
        ("culture", "", "Nothing is changed"),
    ],
)
def test_a_change_that_cannot_be_made(service_client: TestClient, field: str, value: str, said: str):
    result = upload(service_client, TABLE).url.path
    data = {"level": "elevated", field: value}
    answer = service_client.post(f"{result}/samples/1/change", data=data)
    assert answer.status_code == 422
    assert said in words(answer.text)
    assert f'href="{result}/samples/1"' in answer.text, "no way back to the sample"


def test_a_description_that_cannot_be_used_comes_back_filled(service_client: TestClient):
    data = {
        "cell_source": "adipose",
        "preconditioning": "hypoxia(o2=90%)",
        "factor": "HGF",
        "level": "decreased",
    }
    answer = service_client.post("/describe", data=data)
    assert answer.status_code == 422
    assert "preconditioning" in words(answer.text)
    assert '<option value="adipose" selected>' in answer.text
    assert 'value="hypoxia(o2=90%)"' in answer.text
    assert 'value="HGF"' in answer.text
    assert service_client.post("/describe", data={"name": "nothing"}).status_code == 422


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("Adipoquack-7", "elevated", "", ""), "'Adipoquack-7' is no known factor"),
        (("VGEFA", "elevated", "", ""), "Near: VEGF-A, VEGFA"),
        (("HGF", "", "", ""), "neither a level nor an amount"),
        (("HGF", "elevated", "900", "pg/mL"), "has a level and an amount"),
        (("HGF", "", "900", ""), "has no unit"),
        (("HGF", "", "much", "pg/mL"), "much"),
        (("HGF", "", "-3", "pg/mL"), "-3"),
        (("", "", "900", "pg/mL"), "without a factor"),
    ],
)
def test_a_row_of_the_description_that_cannot_be_used(
    service_client: TestClient, row: tuple[str, ...], said: str
):
    """It is refused within the form, which keeps all that was typed, this row and the good one."""
    fields = ("factor", "level", "amount", "unit")
    data = {
        name: ["VEGF-A" if name == "factor" else "", value] for name, value in zip(fields, row, strict=True)
    }
    data["level"][0] = "elevated"
    answer = service_client.post("/describe", data={"cell_source": "adipose", **data})
    assert answer.status_code == 422
    assert said in words(answer.text)
    assert 'value="VEGF-A"' in answer.text
    for value in (row[0], row[2]):
        assert f'value="{value}"' in answer.text
    assert answer.text.count('aria-invalid="true"') == 1
    assert '<option value="adipose" selected>' in answer.text


def test_an_amount_typed_into_the_form_is_used(service_client: TestClient):
    """And nothing is preset: a form that is sent as it comes states nothing."""
    data = {"cell_type": "MSC", "cell_source": "adipose", "product": "conditioned_medium", "factor": "VEGF-A"}
    answer = service_client.post("/describe", data={**data, "level": "", "amount": "850", "unit": "pg/mL"})
    assert answer.status_code == 200
    assert "VEGFA" in answer.text
    empty = service_client.get("/describe").text
    assert set(re.findall(r'value="([^"]*)" selected', empty)) == {""}
    assert '<option value="VEGFA">' in empty


def test_results_that_are_not_kept_say_so():
    with client_of(kept_samples=3) as client:
        first = upload(client, TABLE).url.path
        upload(client, TABLE)
        answer = client.get(first)
        assert answer.status_code == 404
        assert "This result is not kept any more" in words(answer.text)


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("/nowhere", 404, "There is no such page"),
        ("/results/guessed", 404, "not kept any more"),
        ("/jobs/guessed", 404, "not remembered any more"),
        ("/comparisons/guessed", 404, "not kept any more"),
        ("/design/guessed", 404, "not kept any more"),
        ("/compare?first=x&second=y", 400, "does not name two samples"),
        ("/compare", 422, "The input cannot be used"),
        ("/evidence?page=x", 422, "The input cannot be used"),
        ("/evidence/studies/s-00000000", 404, "no such study"),
        ("/evidence/factors/Adipoquack-7", 404, "is no known factor"),
        ("/models/..%2f..%2fetc", 404, "There is no such"),
        ("/models/elsewhere", 404, "There is no such model"),
    ],
)
def test_errors_are_pages(service_client: TestClient, address: str, status: int, said: str):
    answer = service_client.get(address)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert said in words(answer.text)
    assert '<main id="content"' in answer.text


def test_a_failure_inside_is_a_page_without_traceback(monkeypatch: pytest.MonkeyPatch):
    from secretome_ml.web.pages import evidence

    def broken(*_: object) -> None:
        raise RuntimeError("/home/ada/secret")

    monkeypatch.setattr(evidence, "_view", broken)
    with client_of() as client:
        answer = client.get("/evidence")
    assert answer.status_code == 500
    assert "Something failed here" in words(answer.text)
    assert "/home/ada" not in answer.text


def test_an_upload_that_is_too_large_is_a_page():
    with client_of(max_body_bytes=2**20) as client:
        answer = client.post("/upload", files={"file": ("big.csv", b"x" * 2**21)})
        assert answer.status_code == 413
        assert "The upload is too large" in words(answer.text)
