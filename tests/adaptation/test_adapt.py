"""`adapt` from the command to the bundle that `score` takes."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest

from conftest import ROOT, run_command
from secretome_ml import load_model
from secretome_ml.core.errors import BundleChanged
from secretome_ml.core.files import sha256

EXAMPLE = ROOT / "data" / "examples" / "simulated_lots.csv"


@pytest.fixture(scope="module")
def adapted(tmp_path_factory):
    out = tmp_path_factory.mktemp("adapted") / "mine"
    done = run_command(
        "adapt", EXAMPLE, "--effect", "angiogenic", "--outcome", "migration", "--out", out, "--json"
    )
    assert done.code == 0, done.err
    return out, done.json


def test_it_says_whether_the_lots_are_predicted(adapted):
    out, told = adapted
    assert told["answer"].startswith("The adapted model predicts these lots better than their mean")
    assert told["parent"] == load_model().digest != told["digest"]
    assert {row["rule"] for row in told["compared"]} == {"mean", "best factor", "model", "adapted"}
    assert [row["lot"] for row in told["lots"]] == [f"lot {i}" for i in range(1, 10)]
    drawn = (out.with_name("mine.lots") / "lots.svg").read_text(encoding="utf-8")
    assert all(f"lot {i}" in drawn for i in range(1, 10))


def test_the_bundle_names_its_parent_and_scores(adapted, tmp_path):
    out, told = adapted
    lots = pd.read_csv(EXAMPLE).drop_duplicates("lot").rename(columns={"lot": "sample"})
    new = tmp_path / "new.csv"
    lots.drop(columns=["replicate", "migration"]).to_csv(new, index=False)
    rows = pd.DataFrame(run_command("score", new, "--model", out, "--json").json)
    own = rows[rows["effect"] == "angiogenic"]
    assert ((own["expected_low"] < own["expected"]) & (own["expected"] < own["expected_high"])).all()
    assert rows[rows["effect"] != "angiogenic"]["expected"].isna().all()
    measured = pd.read_csv(EXAMPLE).groupby("lot", sort=False)["migration"].mean()
    assert np.corrcoef(own["expected"], measured)[0, 1] > 0.85
    # The score itself is the parent's, and a lot that comes alone is expected to do the same.
    released = load_model().score(_singly(new))
    kept = released.loc[released["effect"] == "angiogenic", "score"].to_numpy()
    assert own["score"].to_numpy() == pytest.approx(kept, abs=1e-9)
    lots.drop(columns=["replicate", "migration"]).head(1).to_csv(new, index=False)
    alone = pd.DataFrame(run_command("score", new, "--model", out, "--json").json)
    assert alone["expected"].iloc[0] == pytest.approx(own["expected"].iloc[0], abs=1e-9)
    card = run_command("models", "show", out).out
    assert told["parent"][:40] in card.replace("\n", "")
    assert told["digest"] in run_command("models", "verify", out).out.replace("\n", "")


def _singly(path):
    from secretome_ml import read_profiles

    return read_profiles(path, among=False)


def test_a_changed_adaptation_is_refused(adapted, tmp_path):
    out, _ = adapted
    for name, change in (
        ("weights", lambda s: s["fit"]["weights"].append(1.0)),
        ("effect", lambda s: s.update(effect="tastiness")),
        ("parent", lambda s: s.update(parent="mine")),
    ):
        folder = tmp_path / name
        shutil.copytree(out, folder)
        state = json.loads((folder / "adapted.json").read_text(encoding="utf-8"))
        change(state)
        _rewrite(folder, json.dumps(state).encode())
        with pytest.raises(BundleChanged):
            load_model(folder)


def _rewrite(folder, content: bytes) -> None:
    """Put a file into a bundle and make every checksum fit: only its content can be refused."""
    import hashlib

    (folder / "adapted.json").write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"]["adapted.json"] = sha256(content)
    total = hashlib.sha256()
    for name, check in sorted(manifest["files"].items()):
        if name != "provenance.json":
            total.update(f"{name}={check}\n".encode())
    manifest["digest"] = total.hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def test_lots_that_the_model_cannot_tell_apart_are_refused(tmp_path):
    path = tmp_path / "lots.csv"
    lines = [f"L{i},MSC,adipose,conditioned medium,850,{i}" for i in range(7)]
    path.write_text(
        "\n".join(["lot,cell_type,cell_source,product,IL-6 [pg/mL],outcome", *lines]) + "\n", encoding="utf-8"
    )
    done = run_command("adapt", path, "--effect", "angiogenic")
    assert done.code == 3
    assert "Nothing that the model sees differs" in done.err


@pytest.mark.parametrize("unit", [1e-9, 1e12])
def test_the_unit_of_the_assay_changes_nothing(adapted, tmp_path, unit):
    """Neither what is said nor the bundle, which loads and expects the same times the unit."""
    _, plain = adapted
    table = pd.read_csv(EXAMPLE)
    table["migration"] *= unit
    path = tmp_path / "lots.csv"
    table.to_csv(path, index=False)
    words = ("--effect", "angiogenic", "--outcome", "migration", "--json", "--out", tmp_path / "m")
    told = run_command("adapt", path, *words).json
    for one, other in zip(told["compared"], plain["compared"], strict=True):
        assert one["skill_low"] == pytest.approx(other["skill_low"], rel=1e-6, abs=1e-9)
    assert load_model(tmp_path / "m").adapted.lots[0]["adapted"] == pytest.approx(
        plain["lots"][0]["adapted"] * unit, rel=1e-6
    )


def test_lots_outside_the_domain_are_told(tmp_path):
    path = tmp_path / "lots.csv"
    pd.read_csv(EXAMPLE).assign(product="unconditioned medium").to_csv(path, index=False)
    told = run_command("adapt", path, "--effect", "angiogenic", "--outcome", "migration", "--json").json
    assert any("9 of 9 lots lie outside the domain" in note for note in told["notes"])


def test_less_is_better_turns_the_score_round(tmp_path):
    table = pd.read_csv(EXAMPLE)
    table["closure_time"] = 400 - table["migration"]
    path = tmp_path / "lots.csv"
    table.drop(columns="migration").to_csv(path, index=False)
    words = ("--effect", "angiogenic", "--json", "--outcome")
    more = run_command("adapt", EXAMPLE, *words, "migration").json
    less = run_command("adapt", path, *words, "closure_time", "--lower-is-better").json
    for one, other in zip(more["lots"], less["lots"], strict=True):
        assert other["adapted"] == pytest.approx(400 - one["adapted"], abs=1e-6)
