"""A recipe that cannot work is refused before a fold is computed, with exit code 3."""

from pathlib import Path

import pytest

from secretome_ml.core.errors import SecretomeError
from secretome_ml.recipe import load_recipe
from secretome_ml.workflows import train as workflow


@pytest.mark.parametrize(
    "text",
    [
        "folds = 1",
        "folds = 0",
        "inner_folds = 1",
        "repeats = 0",
        "draws = 0",
        "draws = -5",
        "level = 1.5",
        "level = 0.0",
        "level = nan",
        "effects = []",
        'effects = ["angiogenic", "angiogenic"]',
        'effects = ["angiogenesis"]',
        'model = "no_such_model"',
        'compare = ["no_such_model"]',
        'blocks = ["no_such_block"]',
        "settings = { blend = 3 }",
        "settings = { no_such_model = { rounds = 3 } }",
        "settings = { blend = { no_such_setting = 3 } }",
        'basis_weights = { abstract = "much" }',
        "basis_weights = { abstrct = 1.0 }",
        "basis_weights = { abstract = -1.0 }",
        'name = "../elsewhere"',
        'name = ""',
    ],
)
def test_a_value_that_cannot_work_is_refused_before_the_work(tmp_path: Path, monkeypatch, few, text: str):
    def computed(*_: object, **__: object) -> None:
        pytest.fail("the folds were computed")

    monkeypatch.setattr(workflow, "cross_validate", computed)
    monkeypatch.setattr(workflow, "validate_evidence", lambda _: [])
    (tmp_path / "mine.toml").write_text(text + "\n", encoding="utf-8")
    with pytest.raises(SecretomeError) as refused:
        workflow.train(load_recipe(tmp_path / "mine.toml"), few)
    assert refused.value.exit_code == 3
