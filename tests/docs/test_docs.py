"""The documents hold: links resolve, commands exist, examples run, numbers are today's."""

from __future__ import annotations

import doctest
import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
import typer

from secretome_ml import load_evidence, read_profiles
from secretome_ml.cli.main import app
from secretome_ml.core import errors
from secretome_ml.evidence import merge_evidence, read_records, validate_evidence
from secretome_ml.evidence.tables import EFFECTS, TABLES
from secretome_ml.model import SCORE_COLUMNS
from secretome_ml.models import MODELS
from secretome_ml.profiles import profiles_from_evidence
from secretome_ml.profiles.levels.reference import against, known_range
from secretome_ml.readers import READERS
from secretome_ml.readers.formats.canonical_wide import profiles_from_table
from secretome_ml.recipe import load_recipe
from secretome_ml.serving import SERVED_COLUMNS, widen

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
TEXTS = sorted(
    p
    for p in (*ROOT.glob("*.md"), *DOCS.glob("*.md"), *ROOT.glob("data/**/README.md"))
    if "node_modules" not in p.parts
)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_CODE_BLOCK = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _anchors(text: str) -> set[str]:
    """Return the anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", _CODE_BLOCK.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


def _commands(text: str) -> Iterator[tuple[str, bool]]:
    """Yield every command line shown, and whether it stands in a block, where it must be complete."""
    blocks = [line for block in _CODE_BLOCK.findall(text) for line in block.splitlines()]
    prose = _CODE_BLOCK.sub("", text)
    indented = [line for line in prose.splitlines() if line.startswith("    ")]
    for lines, complete in (((*blocks, *indented), True), (_INLINE.findall(prose), False)):
        for part in (part for line in lines for part in line.strip().split(" && ")):
            command = part.removeprefix("$ ").removeprefix(".venv/bin/")
            if command.startswith("secretome-ml ") and "<" not in command:
                yield command, complete


def _example(path: Path, name: str) -> str:
    found = re.search(
        rf"<!-- example: {name} -->\n```\w+\n(.*?)^```",
        path.read_text(encoding="utf-8"),
        re.MULTILINE | re.DOTALL,
    )
    assert found, f"{_name(path)} has no example '{name}'"
    return found[1]


@pytest.mark.parametrize("path", TEXTS, ids=_name)
def test_relative_links_resolve(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for target in _LINK.findall(_CODE_BLOCK.sub("", text)):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        place = (path.parent / file).resolve() if file else path
        assert place.exists(), f"{_name(path)} links to {target}, which is not there"
        if anchor and place.suffix == ".md":
            assert anchor in _anchors(place.read_text(encoding="utf-8")), (
                f"{_name(path)}: no heading {target}"
            )


@pytest.mark.parametrize("path", TEXTS, ids=_name)
def test_commands_exist_with_the_options_shown(path: Path) -> None:
    for line, complete in _commands(path.read_text(encoding="utf-8")):
        words = shlex.split(line, comments=True)[1:]
        command = typer.main.get_command(app)
        while words and hasattr(command, "commands"):
            assert words[0] in command.commands or words[0].startswith("-"), f"{_name(path)}: {line}"
            if words[0].startswith("-"):
                break
            command = command.commands[words.pop(0)]
        if not words and not complete:
            continue
        try:
            command.make_context("secretome-ml", words)
        except Exception as error:
            if type(error).__name__ == "Exit" or (
                type(error).__name__ == "MissingParameter" and not complete
            ):
                continue
            raise AssertionError(f"{_name(path)}: `{line}`: {error}") from error


@pytest.mark.parametrize(
    "path",
    [*TEXTS, ROOT / "CITATION.cff", ROOT / "data" / "LICENSE", ROOT / ".pre-commit-config.yaml"],
    ids=_name,
)
def test_no_machine_path_and_no_index_host(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"(?<![\w.])/(?:work|home|root|Users|tmp)/", text)
    assert not re.search(r"p[y]pi\.org|python[h]osted|index-url|artifactory", text)


def test_the_picture_is_sound() -> None:
    root = ElementTree.parse(DOCS / "data-flow.svg").getroot()
    space = "{http://www.w3.org/2000/svg}"
    assert root.tag == f"{space}svg"
    assert root.findtext(f"{space}title")
    assert root.findtext(f"{space}desc")
    assert not list(root.iter(f"{space}script"))
    assert not any("href" in name for element in root.iter() for name in element.attrib)
    assert "prefers-color-scheme: dark" in (root.findtext(f"{space}style") or "")


def test_every_table_and_column_is_described() -> None:
    text = (DOCS / "evidence.md").read_text(encoding="utf-8")
    for table in TABLES:
        assert f"- **{table.name}**" in text
        for column in table.names:
            assert f"`{column}`" in text, f"{table.name}.{column}"
    for effect in EFFECTS:
        assert f"`{effect}`" in text


def test_every_format_score_column_and_model_is_described() -> None:
    text = (DOCS / "command-line.md").read_text(encoding="utf-8")
    said = re.search(r"forces one of ((?:`\w+`(?:, )?)+)", text)
    assert said
    assert re.findall(r"`(\w+)`", said[1]) == list(READERS)
    for column in SCORE_COLUMNS:
        assert f"`{column}`" in text
    method = (DOCS / "method.md").read_text(encoding="utf-8")
    for model in MODELS:
        assert f"| `{model}` |" in method


def test_the_errors_of_the_audit_exist() -> None:
    text = (DOCS / "bundle.md").read_text(encoding="utf-8")
    for name in set(re.findall(r"`(Bundle\w+)`", text)):
        assert issubclass(getattr(errors, name), errors.BundleRefused)


def test_the_record_imports(tmp_path: Path) -> None:
    record = json.loads(_example(DOCS / "evidence.md", "record"))
    file = tmp_path / "record.jsonl"
    file.write_text(json.dumps(record) + "\n", encoding="utf-8")
    read = read_records(file)
    assert validate_evidence(read) == []
    assert len(merge_evidence(load_evidence(), read).added) == 1
    assert len(read.comparisons) == 2
    assert profiles_from_evidence(read).unknown.empty


def test_the_recipe_loads(tmp_path: Path) -> None:
    text = _example(DOCS / "command-line.md", "recipe")
    (tmp_path / "recipe.toml").write_text(text, encoding="utf-8")
    recipe = load_recipe(tmp_path / "recipe.toml")
    assert list(recipe.effects) == tomllib.loads(text)["evidence"]["effects"]
    assert set(recipe.effects) <= set(EFFECTS)
    assert {recipe.model, *recipe.compare, *recipe.settings} <= set(MODELS)


def test_the_profiles_are_read(tmp_path: Path) -> None:
    (tmp_path / "profiles.csv").write_text(_example(DOCS / "command-line.md", "profiles"), encoding="utf-8")
    profiles = read_profiles(tmp_path / "profiles.csv")
    levels = profiles.factors.set_index(["sample", "factor"])["level"].to_dict()
    own = known_range("VEGFA", "concentration", "bone_marrow", "conditioned_medium")
    assert own is not None
    assert levels == {
        ("bm_hypoxia", "VEGFA"): pytest.approx(float(against(np.array(1250.0), own.low, own.high))),
        ("bm_hypoxia", "IL6"): 2,
        ("bm_hypoxia", "TIMP1"): 0,
        ("at_primed", "IL6"): 1,
        ("at_primed", "TIMP1"): 0,
    }
    assert profiles.preconditioning["kind"].tolist() == ["hypoxia", "cytokine"]


def test_the_request_is_served() -> None:
    table = pd.DataFrame(json.loads(_example(DOCS / "mlflow.md", "request"))["dataframe_records"])
    assert list(table.columns) == list(SERVED_COLUMNS)
    profiles = profiles_from_table(widen(table), "request")
    assert sorted(profiles.factors["factor"]) == ["IL6", "VEGFA"]


def test_the_numbers_of_the_card_are_todays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(DOCS))
    import corpus_card

    text = corpus_card.CARD.read_text(encoding="utf-8")
    assert corpus_card.filled(text, corpus_card.blocks()) == text, "run: python docs/corpus_card.py"


def test_the_worked_examples_print_what_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command of a `console` block is run; when one differs, run `python tools/build_examples.py`."""
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    import build_examples

    for page in build_examples.PAGES:
        text = page.read_text(encoding="utf-8")
        assert len(re.findall(r"^\$ secretome-ml (?:adapt|measure|nearest) ", text, re.MULTILINE)) >= 3
        assert build_examples.renewed(text) == text


def test_python_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    result = doctest.testfile(str(DOCS / "python.md"), module_relative=False, encoding="utf-8", report=True)
    assert result.failed == 0
    assert result.attempted > 20
