"""Promotion on a real registry: the gate, the record of it, two at once, and kill -9 at every write."""

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest
from mlflow import MlflowClient

from conftest import choose_studies
from secretome_ml.core.errors import PromotionRefused, TrackingFailed
from secretome_ml.models import targets_from_evidence
from secretome_ml.tracking import fetch_table, find_version, holder_of, log_run, promote_version, registry
from secretome_ml.validation.splits import study_groups
from secretome_ml.workflows.promote import promote, targets_from_table
from tracking.conftest import environment
from tracking.test_server import WORKERS


@pytest.fixture(scope="module")
def client(tracking) -> MlflowClient:
    return MlflowClient(tracking.address, tracking.address)


@pytest.fixture
def champion(client, versions):
    """Make version 1 the champion by hand, whatever a test before left."""
    client.set_registered_model_alias("secretome", "champion", "1")
    yield
    client.delete_registered_model_alias("secretome", "champion")


@pytest.fixture
def better(client, versions, champion):
    """Make version 2 the champion: it knows the roles, version 1 does not, and it is better."""
    client.set_registered_model_alias("secretome", "champion", "2")


def tags(client: MlflowClient, version: int, name: str = "secretome") -> dict[str, str]:
    found = client.get_model_version(name, str(version)).tags
    return {k.removeprefix("promotion."): v for k, v in found.items() if k.startswith("promotion.")}


def test_the_labels_of_a_run_are_those_of_its_evidence(tracking, versions, few, tmp_path: Path):
    """What the gate judges by, out of the store, against the same worked out from the evidence."""
    table = fetch_table(versions.first, "tables/labels.csv", tmp_path, tracking.address)
    targets, groups = targets_from_table(table)
    wanted = targets_from_evidence(few, targets.effects)
    tested = wanted.outcomes.dropna(how="all")[list(targets.effects)]
    pd.testing.assert_frame_equal(
        targets.outcomes.loc[tested.index], tested, check_names=False, check_like=True
    )
    assert len(targets.outcomes) == len(tested)
    keys = ["effect", "arm", "than", "direction"]
    assert set(map(tuple, targets.comparisons[keys].values)) == set(
        map(tuple, wanted.comparisons[keys].values)
    )
    given = study_groups(few.studies)
    for study, group in groups.items():
        assert groups[given[study]] == group, "studies that repeat each other stay together"


def test_the_first_version_needs_no_comparison(tracking, client, versions, command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", tracking.address)
    done = command("models", "promote", "secretome", "1", "--alias", "first")
    assert done.code == 0, done.err
    assert "version 1 is first" in done.out
    assert client.get_model_version_by_alias("secretome", "first").version in (1, "1")
    told = tags(client, 1)
    assert (told["alias"], told["against"], told["forced"], told["state"]) == (
        "first",
        "none",
        "false",
        "done",
    )
    again = command("models", "promote", "secretome", versions.first, "--alias", "first")
    assert again.code == 0
    assert "already" in again.out
    client.delete_registered_model_alias("secretome", "first")


def test_the_gate_says_what_the_logged_predictions_say(tracking, versions, better, tmp_path: Path):
    """Concordance over all pairs, again by a plain loop over the tables of the two runs."""
    with pytest.raises(PromotionRefused) as refused:
        promote("secretome", "1", tmp_path, tracking.address, tolerance=0.0)
    labels = fetch_table(versions.first, "tables/labels.csv", tmp_path, tracking.address)
    shares = []
    for run, model in ((versions.first, "logistic"), (versions.second, "informed")):
        table = fetch_table(run, "tables/predictions.csv", tmp_path, tracking.address)
        own = table[table["model"] == model].set_index(["sample", "effect"])["score"].to_dict()
        hits = []
        for row in labels[(labels["kind"] == "comparison") & (labels["value"] != 0)].to_dict("records"):
            gap = own[row["sample"], row["effect"]] - own[row["than"], row["effect"]]
            hits.append(0.5 if abs(gap) < 1e-9 else float((gap > 0) == (row["value"] > 0)))
        shares.append(sum(hits) / len(hits))
    assert f"({shares[0] - shares[1]:+.4f}".replace("(", "") in str(refused.value)
    assert "Version 2 stays champion" in str(refused.value)


def test_one_of_two_can_pass_never_both(tracking, client, versions, champion, tmp_path: Path):
    """With a tolerance beyond every interval the better one passes, if one is better in both figures."""
    passed = []
    for holder, challenger in ((1, 2), (2, 1)):
        client.set_registered_model_alias("secretome", "champion", str(holder))
        try:
            done = promote("secretome", str(challenger), tmp_path, tracking.address, tolerance=10.0)
        except PromotionRefused:
            assert holder_of(tmp_path, "secretome", "champion", tracking.address).version == holder
        else:
            passed.append(challenger)
            assert done.found.concordance.value > 0 < done.found.joint_loss.value
            assert holder_of(tmp_path, "secretome", "champion", tracking.address).version == challenger
            told = tags(client, challenger)
            assert (told["against"], told["forced"], told["tolerance"]) == (str(holder), "false", "10")
            assert told["concordance"].startswith(f"{done.found.concordance.value:+.4f} (")
    assert len(passed) <= 1


def test_force_promotes_and_says_so(tracking, client, versions, better, command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = ("models", "promote", "secretome", "1", "--tolerance", "0", "--tracking-uri", tracking.address)
    refused = command(*words)
    assert refused.code == 1
    assert refused.out == ""
    assert "not promoted" in refused.err
    done = command(*words, "--force", "--json")
    assert done.code == 0, done.err
    assert (done.json["against"], done.json["forced"], done.json["version"]) == (2, True, 1)
    assert tags(client, 1)["forced"] == "true"
    assert "concordance" in tags(client, 1)["reason"] or "joint log loss" in tags(client, 1)["reason"]


def test_other_evidence_or_folds_cannot_be_compared(tracking, client, small_run, tmp_path: Path):
    for version, more in ((1, {}), (2, {"folds_digest": "a"}), (3, {"folds_digest": "b"})):
        log_run(small_run(**more), tmp_path, tracking.address, "mixed", "mixed")
        if version == 1:
            client.set_registered_model_alias("mixed", "champion", "1")
            continue
        with pytest.raises(PromotionRefused, match="not validated on the same folds"):
            promote("mixed", str(version), tmp_path, tracking.address)
    run_id = client.get_model_version("mixed", "3").run_id
    client.set_tag(run_id, "evidence_digest", "f" * 64)
    with pytest.raises(PromotionRefused, match="not validated on the same evidence"):
        promote("mixed", "3", tmp_path, tracking.address)


def test_studies_that_neither_has_seen_decide(tracking, versions, champion, corpus, few, tmp_path: Path):
    """With --evidence the bundles are compared on new studies; seen ones do not count."""
    seen = set(few.studies["study"])
    fresh = corpus.subset([s for s in choose_studies(corpus, 14) if s not in seen])
    with pytest.raises(PromotionRefused, match=r"0 are new to both|hold no comparison"):
        promote("secretome", "2", tmp_path, tracking.address, evidence=few)
    promote("secretome", "2", tmp_path, tracking.address, alias="unseen")
    reasons = []
    for evidence in (fresh, corpus.subset([*fresh.studies["study"], *few.studies["study"]])):
        with pytest.raises(PromotionRefused) as refused:
            promote("secretome", "1", tmp_path, tracking.address, "unseen", tolerance=0.0, evidence=evidence)
        reasons.append(str(refused.value))
    assert reasons[0] == reasons[1]


def test_two_promotions_at_once_have_one_winner(tracking, client, small_run, tmp_path: Path):
    """Both compared with version 1; one moves the alias, the other is told which did."""
    for _ in range(3):
        log_run(small_run(), tmp_path, tracking.address, "race", "race")
    client.set_registered_model_alias("race", "champion", "1")

    def run(number: int) -> str:
        chosen = find_version(tmp_path, "race", str(number), tracking.address)
        try:
            promote_version(tmp_path, chosen, "champion", 1, {"promotion.reason": "x"}, tracking.address)
        except TrackingFailed as lost:
            return str(lost)
        return "won"

    with ThreadPoolExecutor(2) as pool:
        answers = dict(zip((2, 3), pool.map(run, (2, 3)), strict=True))
    winner = holder_of(tmp_path, "race", "champion", tracking.address).version
    assert answers.pop(winner) == "won"
    (told,) = answers.values()
    assert f"version {winner} became champion" in told
    assert "nothing was changed" in told


def test_a_promotion_under_way_is_waited_for_and_a_dead_one_is_not(
    tracking, client, versions, champion, tmp_path: Path, monkeypatch
):
    monkeypatch.setattr(registry, "_SECONDS_TO_WAIT", 0.5)
    client.create_registered_model("secretome.promoting")
    with pytest.raises(TrackingFailed, match="under way"):
        promote("secretome", "2", tmp_path, tracking.address, force=True)
    assert holder_of(tmp_path, "secretome", "champion", tracking.address).version == 1
    monkeypatch.setattr(registry, "_SECONDS_HELD", 0.0)
    chosen = find_version(tmp_path, "secretome", "2", tracking.address)
    promote_version(tmp_path, chosen, "champion", 1, {}, tracking.address, patience=0.0)
    assert holder_of(tmp_path, "secretome", "champion", tracking.address).version == 2


WRITES = {
    ("create_registered_model", 1): 1,  # the lock is taken
    ("set_model_version_tag", 2): 1,  # the record says that it has begun
    ("set_registered_model_alias", 1): 2,  # the alias is moved, the lock still held
}


def test_killed_at_any_write_the_alias_is_old_or_new(tracking, client, small_run, tmp_path: Path):
    """kill -9 after each call that writes; then the same command completes it."""
    log_run(small_run(), tmp_path, tracking.address, "cut", "cut")
    log_run(small_run(), tmp_path, tracking.address, "cut", "cut")
    for (step, calls), holder in WRITES.items():
        client.set_registered_model_alias("cut", "champion", "1")
        words = ["promote", tmp_path, tracking.address, "cut", "2", "1", step, calls]
        process = subprocess.run(
            [sys.executable, str(WORKERS), *map(str, words)],
            env=environment(),
            capture_output=True,
            check=False,
        )
        assert process.returncode == -signal.SIGKILL, process.stderr.decode()[-2000:]
        assert holder_of(tmp_path, "cut", "champion", tracking.address).version == holder
        chosen = find_version(tmp_path, "cut", "2", tracking.address)
        # However long a lock may live: that of a dead process of this machine is removed at once.
        promote_version(tmp_path, chosen, "champion", 1, {}, tracking.address, patience=1e9)
        assert holder_of(tmp_path, "cut", "champion", tracking.address).version == 2
        assert tags(client, 2, "cut")["state"] == "done"
