"""Reading a paper on the page: candidates beside their sentences, accepted, mended or dropped."""

import json
import re
import shutil
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from secretome_ml.core.paths import data_dir
from secretome_ml.evidence import load_evidence
from web.web_clients import client_of

PAPER = (Path(__file__).parents[1] / "papers" / "examples" / "vessels.xml").read_bytes()


def proposed(client: TestClient) -> tuple[str, dict[str, str]]:
    """Return the address of the candidates and their facts by number."""
    answer = client.post("/evidence/propose", files={"file": ("vessels.xml", PAPER)})
    assert answer.status_code == 200
    assert "promoted tube formation of HUVECs" in answer.text
    facts = re.findall(r'name="(fact-\d+)"[^>]*>([^<]*)</textarea>', answer.text)
    return str(answer.url.path), {name: unescape(fact) for name, fact in facts}


def test_candidates_become_records(service_client: TestClient):
    address, facts = proposed(service_client)
    numbers = [n.removeprefix("fact-") for n in facts]
    answer = service_client.post(address, data={**facts, "take": numbers, "file": "1"})
    assert answer.headers["content-disposition"] == 'attachment; filename="records.jsonl"'
    record = json.loads(answer.text)
    assert record["study"]["doi"] == "10.5555/vessels.1"
    assert {a["product"] for a in record["arms"]} == {"conditioned_medium"}


def test_what_the_sentence_does_not_hold_is_refused_and_kept_in_the_form(service_client: TestClient):
    address, facts = proposed(service_client)
    name = next(n for n, fact in facts.items() if "name=VEGF" in fact)
    mended = {**facts, name: "name=HGF; state=elevated"}
    numbers = [n.removeprefix("fact-") for n in facts]
    answer = service_client.post(address, data={**mended, "take": numbers})
    assert answer.status_code == 422
    assert "does not hold name=HGF" in unescape(answer.text)
    assert "name=HGF; state=elevated" in answer.text
    assert answer.text.count(" checked") == len(numbers) - 1, "the study needs no tick"


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"pasted": ""}, "There is no paper"),
        ({"pasted": "It rained. " * 60}, "names no preparation"),
        (
            {"pasted": "RETRACTED: MSC heal\n\n" + "Exosomes of MSC promoted tube formation. " * 9},
            "retracted",
        ),
    ],
)
def test_what_cannot_be_read_is_said(service_client: TestClient, sent: dict[str, str], said: str):
    answer = service_client.post("/evidence/propose", data=sent)
    assert answer.status_code == 422
    assert said in answer.text


def test_candidates_that_are_gone(service_client: TestClient):
    assert service_client.get("/evidence/proposed/nothing").status_code == 404


def test_accepted_facts_land_in_the_own_corpus_and_are_seen_at_once(tmp_path: Path):
    own = tmp_path / "own"
    shutil.copytree(data_dir() / "evidence", own)
    with client_of(evidence=own) as client:
        before = client.get("/evidence").text
        address, facts = proposed(client)
        numbers = [n.removeprefix("fact-") for n in facts]
        page = client.post(address, data={**facts, "take": numbers})
        assert page.url.path.startswith("/evidence/studies/s-")
        assert "Hypoxic adipose stem cells and vessels" in page.text
        assert client.get("/evidence").text != before
    assert "10.5555/vessels.1" in load_evidence(own).studies["doi"].dropna().tolist()
    assert "10.5555/vessels.1" not in load_evidence().studies["doi"].dropna().tolist()
