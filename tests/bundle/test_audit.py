"""A bundle is audited before anything is built from it; whatever is wrong has one of four names."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from conftest import ROOT
from secretome_ml import load_model
from secretome_ml.bundle import MANIFEST, PROTOCOL, make_bundle, read_bundle, to_json, write_bundle
from secretome_ml.core.errors import BundleChanged, BundleMissing, BundleProtocolUnknown, BundleRefused


@pytest.fixture
def bundle(trained, tmp_path: Path) -> Path:
    """Return a copy of a real bundle."""
    return Path(shutil.copytree(trained.bundle, tmp_path / "bundle"))


def digest_of(files: dict[str, str]) -> str:
    """The digest in words: SHA-256 over `name=hash` lines of every file but the provenance."""
    lines = "".join(f"{n}={files[n]}\n" for n in sorted(files) if n != "provenance.json")
    return sha256(lines.encode()).hexdigest()


def forge(folder: Path, name: str, content: bytes) -> None:
    """Put other content into a file and make every checksum fit it, as an attacker would."""
    (folder / name).write_bytes(content)
    manifest = json.loads((folder / MANIFEST).read_bytes())
    manifest["files"][name] = sha256(content).hexdigest()
    manifest["digest"] = digest_of(manifest["files"])
    (folder / MANIFEST).write_bytes(to_json(manifest))


def change_manifest(folder: Path, **changes: object) -> None:
    manifest = json.loads((folder / MANIFEST).read_bytes()) | changes
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


# ---- what is written ---------------------------------------------------------------------------------


def test_what_a_bundle_holds(trained):
    assert names(trained.bundle) == FILES
    manifest = json.loads((trained.bundle / MANIFEST).read_bytes())
    assert manifest["protocol"] == PROTOCOL
    for name, check in manifest["files"].items():
        assert sha256((trained.bundle / name).read_bytes()).hexdigest() == check
    assert manifest["digest"] == digest_of(manifest["files"])


def test_the_provenance_tells_command_and_libraries(trained):
    told = json.loads((trained.bundle / "provenance.json").read_bytes())
    assert told["command"].startswith("secretome-ml train ")
    assert "--fast" in told["command"]
    assert {"numpy", "pandas", "scipy", "xgboost-cpu"} <= set(told["libraries"])
    assert told["python"] == ".".join(map(str, sys.version_info[:3]))


def test_no_pickle_in_any_byte(trained):
    """Neither the word nor the head of a pickle stream, nor a zip of one."""
    for path in trained.folder.rglob("*"):
        if path.is_file() and path.suffix in (
            ".json",
            ".md",
            ".yaml",
            ".yml",
            ".txt",
            ".pkl",
            ".pickle",
            ".py",
            "",
        ):
            content = path.read_bytes()
            assert path.suffix not in (".pkl", ".pickle", ".py"), path
            assert not content.startswith(
                (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05", b"PK\x03\x04")
            ), path
            assert b"cloudpickle" not in content.replace(b"MLFLOW_ALLOW_PICKLE", b""), path


def refuse_constant(text: str) -> None:
    pytest.fail(f"a JSON file of the bundle holds {text}")


def test_every_json_number_is_finite(trained):
    for path in trained.bundle.glob("*.json"):
        json.loads(path.read_bytes(), parse_constant=refuse_constant)


def test_the_digest_depends_on_content_only(tmp_path: Path):
    values, files = {"a.json": {"x": 1, "y": [2.5]}}, {"t.md": b"#"}
    one = make_bundle("n", values, files, "secretome-ml train")
    other = make_bundle(
        "n", {"a.json": {"y": [2.5], "x": 1}}, dict(files), "another command --out /elsewhere"
    )
    assert one.digest == other.digest
    assert (
        one.digest
        != make_bundle("n", {"a.json": {"x": 1, "y": [2.5000001]}}, files, "secretome-ml train").digest
    )
    write_bundle(one, tmp_path / "here")
    write_bundle(other, tmp_path / "else" / "where")
    assert (
        read_bundle(tmp_path / "here").digest == read_bundle(tmp_path / "else" / "where").digest == one.digest
    )


def test_json_is_the_same_for_the_same_values_and_never_nan():
    assert to_json({"b": 1, "a": "µ"}) == to_json({"a": "µ", "b": 1})
    for bad in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="JSON"):
            to_json([bad])


def test_libraries_that_compute_other_scores_are_refused(bundle: Path):
    """What happened with a release of XGBoost that read the base score otherwise: every score was off."""
    values = json.loads((bundle / "model.json").read_bytes())
    values["probe"]["angiogenic"][0] += 0.25
    forge(bundle, "model.json", to_json(values))
    with pytest.raises(BundleRefused, match="libraries installed here compute other angiogenic scores"):
        load_model(bundle)


def test_the_model_survives_the_bundle(few_model, few_profiles, tmp_path: Path):
    write_bundle(few_model.to_bundle("again"), tmp_path / "b")
    again = load_model(tmp_path / "b")
    assert again.digest == few_model.digest
    one, other = again.score_and_explain(few_profiles), few_model.score_and_explain(few_profiles)
    assert one[0].equals(other[0])
    assert one[1].equals(other[1])


def test_floats_are_written_whole(trained, few_model):
    """Weights come back to the last bit."""
    told = json.loads((trained.bundle / "model.json").read_bytes())["values"]["linear"]["weights"]
    for effect, weights in few_model.estimator.linear_.weights_.items():
        assert np.array_equal(np.array(told[effect]), weights)


# ---- what is refused -----------------------------------------------------------------------------------


def every_file(trained) -> list[str]:
    return names(trained.bundle)


FILES = [
    "card.md",
    "encoder.json",
    "evidence.json",
    "held_out.json",
    MANIFEST,
    "metrics.json",
    "model.json",
    "provenance.json",
    "recipe.json",
    "resampled.json",
    "trust.json",
]


def test_the_list_of_files_is_whole(trained):
    assert names(trained.bundle) == FILES


@pytest.mark.parametrize("name", [f for f in FILES if f != MANIFEST])
@pytest.mark.parametrize("place", [0, 0.5, -1])
def test_one_flipped_bit_is_found(bundle: Path, name: str, place: float):
    content = bytearray((bundle / name).read_bytes())
    at = -1 if place == -1 else int(place * len(content))
    content[at] ^= 1
    (bundle / name).write_bytes(content)
    with pytest.raises(BundleChanged, match=name):
        load_model(bundle)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(bundle: Path, name: str):
    (bundle / name).unlink()
    with pytest.raises(BundleMissing, match=name):
        load_model(bundle)


@pytest.mark.parametrize("name", FILES)
def test_an_empty_or_cut_file_is_found(bundle: Path, name: str):
    for size in (0, 10):
        os.truncate(bundle / name, size)
        with pytest.raises(BundleRefused, match=name):
            load_model(bundle)


def test_no_folder_a_file_and_an_empty_folder(tmp_path: Path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    for name in ("none", "file", "empty"):
        with pytest.raises(BundleMissing):
            load_model(tmp_path / name)


@pytest.mark.parametrize("name", ["extra.json", ".hidden", "model.pkl", "__init__.py", "folder"])
def test_what_does_not_belong_is_found(bundle: Path, name: str):
    if name == "folder":
        (bundle / name).mkdir()
    else:
        (bundle / name).write_bytes(b"x")
    with pytest.raises(BundleChanged, match=name):
        load_model(bundle)


@pytest.mark.parametrize("protocol", [0, 1, 99, "2", None, [1], True, 1.5, "x" * 1000])
def test_another_protocol_is_said_to_be_one(bundle: Path, protocol: object):
    change_manifest(bundle, protocol=protocol)
    with pytest.raises(BundleProtocolUnknown):
        load_model(bundle)


@pytest.mark.parametrize("name", FILES)
def test_a_symbolic_link_is_refused(bundle: Path, tmp_path: Path, name: str):
    shutil.move(bundle / name, tmp_path / "outside")
    (bundle / name).symlink_to(tmp_path / "outside")
    with pytest.raises(BundleRefused, match="symbolic link"):
        load_model(bundle)


@pytest.mark.parametrize(
    "name",
    [
        "../outside.json",
        "/etc/passwd",
        "a/b.json",
        "..",
        ".",
        "",
        "A.json",
        "x.pkl",
        "model.json\n",
        "x" * 99 + ".json",
    ],
)
def test_a_path_that_leads_elsewhere_is_refused(bundle: Path, tmp_path: Path, name: str):
    (tmp_path / "outside.json").write_bytes(b"{}")
    manifest = json.loads((bundle / MANIFEST).read_bytes())
    manifest["files"][name] = sha256(b"{}").hexdigest()
    manifest["digest"] = digest_of(manifest["files"])
    (bundle / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(BundleRefused):
        load_model(bundle)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"null",
        b"7",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"protocol": 2}',
        b'{"protocol": 2, "files": []}',
        b'{"protocol": 2, "files": {}}',
        b'{"protocol": 2, "files": {"a.json": 5}}',
        b'{"protocol": NaN}',
        b'{"protocol": ' + b"9" * 5000 + b"}",
        b'{"protocol": 2, "files": {"a.json": "x"}, "digest": NaN}',
    ],
    ids=lambda c: c[:40].decode(errors="replace"),
)
def test_a_manifest_that_is_none_is_refused(bundle: Path, content: bytes):
    (bundle / MANIFEST).write_bytes(content)
    with pytest.raises(BundleRefused):
        load_model(bundle)


def test_too_many_files_and_too_large_ones_are_refused_unread(bundle: Path):
    change_manifest(bundle, files={f"f{i}.json": "0" * 64 for i in range(5000)})
    with pytest.raises(BundleRefused):
        load_model(bundle)


@pytest.mark.parametrize("name", [MANIFEST, "model.json"])
def test_an_oversized_file_is_refused_unread(bundle: Path, name: str):
    with (bundle / name).open("wb") as stream:
        stream.truncate(5 * 2**30)
    with pytest.raises(BundleRefused, match=name):
        load_model(bundle)


def test_another_digest_in_the_manifest_is_found(bundle: Path):
    change_manifest(bundle, digest="0" * 64)
    with pytest.raises(BundleChanged, match="digest"):
        load_model(bundle)


def test_a_pipe_in_place_of_a_file_does_not_hang(bundle: Path):
    (bundle / "model.json").unlink()
    os.mkfifo(bundle / "model.json")

    def stop(*_: object) -> None:
        raise TimeoutError("reading the bundle hangs on a pipe")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(5)
    try:
        with pytest.raises(BundleRefused):
            load_model(bundle)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


# ---- forged content, every checksum right ------------------------------------------------------------------


def edit(bundle: Path, name: str, *path: object, to: object) -> None:
    tree = json.loads((bundle / name).read_bytes())
    place = tree
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    forge(bundle, name, json.dumps(tree).encode())


def test_a_forged_but_sound_bundle_loads(bundle: Path):
    """The forging itself is right: otherwise the tests below would pass for the wrong reason."""
    edit(bundle, "trust.json", "calibrator", "below", to=0.7)
    assert load_model(bundle).calibrator.state()["below"] == 0.7


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("trust.json", ("calibrator", "below")),
        ("trust.json", ("reference", "angiogenic", 0)),
        ("trust.json", ("intervals", "draws", 0, "offsets", "angiogenic")),
        ("trust.json", ("domain", "min_studies")),
        ("model.json", ("values", "linear", "weights", "angiogenic", 0)),
        ("model.json", ("values", "linear", "scale", 0)),
        ("model.json", ("values", "linear", "base", "angiogenic")),
        ("model.json", ("values", "trees", "base", "angiogenic")),
        ("model.json", ("values", "parameters", "tree_share")),
        ("encoder.json", ("min_studies",)),
    ],
)
def test_a_number_that_is_none_is_refused(bundle: Path, name: str, path: tuple, value: str):
    edit(bundle, name, *path, to="@here@")
    forge(bundle, name, (bundle / name).read_bytes().replace(b'"@here@"', value.encode()))
    with pytest.raises(BundleRefused):
        load_model(bundle)


@pytest.mark.parametrize(
    ("name", "path", "value"),
    [
        ("model.json", ("name",), "no_such_model"),
        ("model.json", ("name",), 5),
        ("model.json", ("name",), ["blend"]),
        ("model.json", ("name",), "logistic"),
        ("model.json", ("columns",), []),
        ("model.json", ("columns", 0), "factor=none"),
        ("model.json", ("values", "trees", "forest", "left", 0), 3 * 10**9),
        ("model.json", ("values", "trees", "forest", "left", 0), 0),
        ("model.json", ("values", "trees", "forest", "nodes", 0), 10**19),
        ("model.json", ("values", "trees", "forest", "nodes"), []),
        ("model.json", ("values", "trees", "forest", "feature", 0), 999_999),
        ("model.json", ("values", "trees", "forest", "cover", 0), 0.0),
        ("model.json", ("values", "trees", "forest", "condition", 0), 1e300),
        ("model.json", ("values", "trees", "parameters", "depth"), 3 * 10**9),
        ("model.json", ("values", "trees", "parameters", "depth"), 10**19),
        ("model.json", ("values", "trees", "parameters", "depth"), 1e300),
        ("model.json", ("values", "parameters", "depth"), -1),
        ("model.json", ("values", "trees", "parameters", "rounds"), 10**9),
        ("resampled.json", ("draws", 1, "trees", "forest", "left", 0), 0),
        ("resampled.json", ("draws", 1, "linear", "scale", 0), 0.0),
        ("resampled.json", ("draws", 3, "linear", "weights", "angiogenic", 0), 1e10),
        ("resampled.json", ("draws", 0), {}),
        ("trust.json", ("domain", "nearest", "arms"), [[0]] * 100_001),
        ("trust.json", ("domain", "nearest", "arms", 0), [10**6]),
        ("model.json", ("values",), {}),
        ("model.json", ("values", "linear", "weights", "angiogenic"), [1.0]),
        ("model.json", ("values", "linear", "weights", "angiogenic"), ["x"]),
        ("model.json", ("values", "linear", "scale"), [1.0]),
        ("model.json", ("values", "parameters"), {"no_such_setting": 1}),
        ("encoder.json", ("roles", "angiogenic", "factors", "VEGFA"), 2.0),
        ("encoder.json", ("roles",), {}),
        ("encoder.json", ("blocks",), ["no_such_block"]),
        ("encoder.json", ("fitted", 3, 1, "columns"), []),
        ("encoder.json", ("fitted", 3, 1, "columns"), ["no equals sign"]),
        ("encoder.json", ("fitted",), {}),
        ("encoder.json", ("effects",), ["angiogenic"]),
        ("recipe.json", ("folds",), "five"),
        ("recipe.json", ("level",), 7.0),
        ("trust.json", ("calibrator", "offsets"), {}),
        ("trust.json", ("reference", "angiogenic"), []),
        ("trust.json", ("reference",), {}),
        ("trust.json", ("intervals", "draws"), []),
        ("trust.json", ("intervals", "level"), 3.0),
        ("evidence.json", ("studies",), "x"),
        ("evidence.json", ("studies",), [1, 2]),
        ("metrics.json", ("metrics",), None),
    ],
)
def test_content_that_does_not_fit_is_refused_when_loading(
    bundle: Path, few_profiles, name: str, path: tuple, value: object
):
    """Refused at the door, by name; not a traceback at the first score, and not a wrong score."""
    edit(bundle, name, *path, to=value)
    with pytest.raises(BundleRefused):
        load_model(bundle)


# Each once hung the loader, or filled the memory, or ended in a traceback; every checksum fits.
BOMBS = {
    "empty lists": b'{"draws":[' + b"[]," * 2_700_000 + b"[]]}",
    "empty objects": b'{"draws":[' + b"{}," * 2_700_000 + b"{}]}",
    "numbers": b'{"draws":[' + b"1," * 4_000_000 + b"1]}",
    "keys": b'{"draws":{' + b",".join(b'"%d":1' % i for i in range(700_000)) + b"}}",
    "wrong values": b'{"draws":[{"parameters":{' + b",".join(b'"%d":x' % i for i in range(9)) + b"}}]}",
    "nesting": b"[" * 8_000_000,
    "one number": b'{"draws":' + b"9" * 8_000_000 + b"}",
    "one text": b'{"draws":"' + b"x" * 8_000_000 + b'"}',
}
LIMITED = """
import re, sys, time
from pathlib import Path
from secretome_ml.core.errors import BundleRefused
from secretome_ml.model import load_model
start = time.process_time()
try:
    load_model(sys.argv[1])
except BundleRefused as error:
    spent = time.process_time() - start
    # Not ru_maxrss: a process begins with that of the one that started it.
    used = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
    print(len(str(error)), spent, used // 1024)
"""


@pytest.mark.parametrize("content", BOMBS.values(), ids=BOMBS)
def test_a_bundle_as_large_as_may_be_is_refused_within_bounds(bundle: Path, content: bytes):
    """In a process of its own: memory is counted as a whole, time as that of the processor."""
    forge(bundle, "resampled.json", content)
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(bundle)],
        capture_output=True,
        text=True,
        env=environment,
        check=True,
    )
    message, seconds, mebibytes = (float(part) for part in done.stdout.split())
    assert message < 1000
    assert seconds < 5.0
    assert mebibytes < 1024


def test_a_card_that_is_not_text_is_refused(bundle: Path):
    forge(bundle, "card.md", b"\xff\xfe\x00")
    with pytest.raises(BundleRefused):
        load_model(bundle)


FUZZ = """
import random, shutil, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from bundle.test_audit import forge
from secretome_ml import load_model
from secretome_ml.core.errors import BundleRefused
folder, out, name = Path({bundle!r}), Path({out!r}), {name!r}
original = (folder / name).read_bytes()
generator = random.Random({seed})
for number in range({count}):
    content = bytearray(original)
    kind = number % 4
    if kind == 0:
        for _ in range(generator.randint(1, 20)):
            content[generator.randrange(len(content))] = generator.randrange(256)
    elif kind == 1:
        del content[generator.randrange(len(content)):]
    elif kind == 2:
        at = generator.randrange(len(content))
        content[at:at] = generator.randbytes(generator.randint(1, 50))
    else:
        content = bytearray(b"{{" + generator.randbytes(generator.randint(0, 400)))
    forge(folder, name, bytes(content))
    out.write_text(str(number))
    try:
        load_model(folder)
    except BundleRefused:
        continue
out.write_text("done")
"""


@pytest.mark.parametrize("name", ["resampled.json", "model.json", "trust.json", "encoder.json"])
def test_random_damage_with_fitting_checksums_has_a_name(bundle: Path, tmp_path: Path, name: str):
    """In a process of its own: a reader of garbage may take the whole process down."""
    program = FUZZ.format(
        tests=str(ROOT / "tests"),
        bundle=str(bundle),
        out=str(tmp_path / "out"),
        name=name,
        seed=len(name),
        count=40,
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env=environment,
        timeout=600,
        check=False,
    )
    reached = (tmp_path / "out").read_text(encoding="utf-8") if (tmp_path / "out").exists() else "nothing"
    assert done.returncode == 0, f"case {reached}: exit {done.returncode}\n{done.stderr[-1500:]}"
    assert reached == "done"


def test_random_manifests_have_a_name(bundle: Path):
    original = (bundle / MANIFEST).read_bytes()
    generator = random.Random(5)
    for _ in range(150):
        content = bytearray(original)
        for _ in range(generator.randint(1, 6)):
            content[generator.randrange(len(content))] = generator.randrange(256)
        if bytes(content) == original:
            continue
        (bundle / MANIFEST).write_bytes(content)
        try:
            read_bundle(bundle)
        except BundleRefused:
            continue
        assert json.loads(content)["files"] == json.loads(original)["files"]


@pytest.mark.parametrize("error", [BundleMissing, BundleChanged, BundleProtocolUnknown, BundleRefused])
def test_a_refused_bundle_is_refused_input(error: type[BundleRefused]):
    assert error.exit_code == 3
    assert issubclass(error, BundleRefused)
