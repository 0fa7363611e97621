"""A recipe says what it does not understand, all of it at once, before anything is computed."""

from dataclasses import fields
from pathlib import Path

import pytest

from secretome_ml.core.errors import InputRefused
from secretome_ml.recipe import Recipe, load_recipe, recipe_from_dict


def write(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_recipe_states_every_default_key():
    import tomllib

    from secretome_ml.core.paths import experiments_dir

    tree = tomllib.loads((experiments_dir() / "default.toml").read_text(encoding="utf-8"))
    stated = {k for section in tree.values() if isinstance(section, dict) for k in section} | {"name"}
    assert {f.name for f in fields(Recipe)} - stated <= {"settings"}


def test_round_trip_through_json_values():
    recipe = Recipe(name="x", effects=("angiogenic",), settings={"blend": {"rounds": 5}}, level=0.8, seed=7)
    assert recipe_from_dict(recipe.as_dict()) == recipe


def test_sections_may_be_left_out(tmp_path: Path):
    recipe = load_recipe(write(tmp_path, 'name = "n"\nseed = 3\n[trust]\ndraws = 9\n'))
    assert (recipe.name, recipe.seed, recipe.draws, recipe.folds) == ("n", 3, 9, Recipe().folds)


def test_whole_numbers_serve_as_fractions_but_not_the_other_way(tmp_path: Path):
    with pytest.raises(InputRefused) as refused:
        load_recipe(write(tmp_path, "seed = 1.5\n"))
    assert [p.column for p in refused.value.problems] == ["seed"]


def test_every_wrong_key_is_listed_at_once(tmp_path: Path):
    text = 'seeds = 1\nfolds = "five"\neffects = "angiogenic"\nseed = true\ncompare = [1]\nname = 3\n'
    with pytest.raises(InputRefused) as refused:
        load_recipe(write(tmp_path, text))
    problems = {p.column: p for p in refused.value.problems}
    assert set(problems) == {"seeds", "folds", "effects", "seed", "compare", "name"}
    assert all(p.file == "mine.toml" and p.what and p.remedy for p in problems.values())


@pytest.mark.parametrize("content", [b"a = ", b"\xff\xfe", b"= 1", b"[evidence\n"])
def test_what_is_not_toml_is_refused(tmp_path: Path, content: bytes):
    (tmp_path / "bad.toml").write_bytes(content)
    with pytest.raises(InputRefused, match=r"bad\.toml"):
        load_recipe(tmp_path / "bad.toml")


def test_a_missing_file_or_a_folder_is_refused(tmp_path: Path):
    with pytest.raises(InputRefused):
        load_recipe(tmp_path / "none.toml")
    with pytest.raises(InputRefused):
        load_recipe(tmp_path)
