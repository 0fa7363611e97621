"""A bundle of two small files: what is written, what is read back, and every refusal in full."""

import errno
import hashlib
import json
import os
import platform
from importlib.metadata import version
from pathlib import Path

import pytest

import secretome_ml
from secretome_ml import bundle as bundles
from secretome_ml.bundle import Bundle, make_bundle, read_bundle, to_json, write_bundle
from secretome_ml.core.errors import (
    BundleChanged,
    BundleMissing,
    BundleProtocolUnknown,
    BundleRefused,
    InputRefused,
)

VALUES = {"b.json": {"µ": [1, 2.5], "a": True}}
FILES = {"a.md": b"# a\n", "card.md": b"# card\n"}
COMMAND = "secretome-ml train --fast"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a written bundle."""
    write_bundle(make_bundle("small", VALUES, FILES, COMMAND), tmp_path / "bundle")
    return tmp_path / "bundle"


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def sign(folder: Path, *names: str) -> dict:
    """State what now lies in the folder in the manifest, as an attacker would, and return the manifest."""
    names = names or tuple(p.name for p in folder.iterdir() if p.name != "manifest.json")
    files = {n: sha((folder / n).read_bytes()) for n in names}
    total = "".join(f"{n}={files[n]}\n" for n in sorted(files) if n != "provenance.json")
    manifest = {"protocol": 2, "name": "small", "digest": sha(total.encode()), "files": files}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return manifest


def restate(folder: Path, **changes: object) -> None:
    manifest = json.loads((folder / "manifest.json").read_bytes()) | changes
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def refused(folder: Path, kind: type[BundleRefused] = BundleRefused) -> str:
    """Return what reading says; of exactly this kind."""
    with pytest.raises(BundleRefused) as caught:
        read_bundle(folder)
    assert type(caught.value) is kind
    return str(caught.value)


# ---- written and read ----------------------------------------------------------------------------------


def test_every_byte_and_every_fact_of_a_bundle(folder: Path):
    files = {p.name: p.read_bytes() for p in folder.iterdir()}
    assert set(files) == {"a.md", "b.json", "card.md", "manifest.json", "provenance.json"}
    assert files["b.json"].decode() == '{"a":true,"µ":[1,2.5]}\n'
    assert (files["a.md"], files["card.md"]) == (FILES["a.md"], FILES["card.md"])
    provenance = json.loads(files["provenance.json"])
    libraries = {n: version(n) for n in ("numpy", "pandas", "scipy", "xgboost-cpu")}
    assert provenance == {
        "command": COMMAND,
        "secretome_ml": secretome_ml.__version__,
        "python": platform.python_version(),
        "libraries": libraries,
    }
    manifest = json.loads(files["manifest.json"])
    lines = "".join(f"{n}={sha(files[n])}\n" for n in ("a.md", "b.json", "card.md"))
    assert manifest == {
        "protocol": 2,
        "name": "small",
        "digest": sha(lines.encode()),
        "files": {n: sha(c) for n, c in files.items() if n != "manifest.json"},
    }


@pytest.mark.parametrize("kind", [str, Path])
def test_what_is_read_is_what_was_made(folder: Path, kind: type):
    made, found = make_bundle("small", VALUES, FILES, COMMAND), read_bundle(kind(folder))
    assert (found.files, found.manifest, found.digest) == (made.files, made.manifest, made.digest)
    assert found.values("b.json") == VALUES["b.json"]


def test_a_bundle_is_replaced_and_nothing_else_is(folder: Path, tmp_path: Path):
    write_bundle(make_bundle("other", {"c.json": {}}, {}, COMMAND), folder)
    assert set(read_bundle(folder).files) == {"c.json", "provenance.json"}
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x", encoding="utf-8")
    with pytest.raises(InputRefused, match=r"thesis\.txt"):
        write_bundle(make_bundle("other", {}, {}, COMMAND), tmp_path / "mine")


def test_a_bundle_may_hold_thirty_two_files_and_a_name_of_forty_one_letters(tmp_path: Path):
    names = [f"{'n' * 39}{i:02d}.json" for i in range(31)]
    write_bundle(make_bundle("n", {key: {} for key in names}, {}, COMMAND), tmp_path / "b")
    assert len(read_bundle(tmp_path / "b").files) == 32
    names.append("one_more.json")
    write_bundle(make_bundle("n", {key: {} for key in names}, {}, COMMAND), tmp_path / "b")
    assert refused(tmp_path / "b", BundleChanged) == (
        f"{tmp_path / 'b'}: manifest.json does not list its files; restore it or train anew."
    )


# ---- the folder and its files -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["none", "file"])
def test_no_folder(tmp_path: Path, name: str):
    (tmp_path / "file").write_bytes(b"")
    place = tmp_path / name
    assert refused(place, BundleMissing) == (
        f"There is no bundle at {place}; train one with `secretome-ml train --out {place}`."
    )


@pytest.mark.parametrize("name", ["manifest.json", "provenance.json", "a.md"])
def test_a_missing_file(folder: Path, name: str):
    (folder / name).unlink()
    assert (
        refused(folder, BundleMissing) == f"{folder / name} is missing; restore it or train the bundle anew."
    )


def test_a_file_too_many(folder: Path):
    (folder / "b.txt").write_bytes(b"")
    (folder / "c.txt").write_bytes(b"")
    assert refused(folder, BundleChanged) == (
        f"{folder}: 'b.txt' does not belong to the bundle; remove it or restore the bundle."
    )


def test_a_symbolic_link(folder: Path, tmp_path: Path):
    (folder / "b.json").rename(tmp_path / "b.json")
    (folder / "b.json").symlink_to(tmp_path / "b.json")
    assert refused(folder) == f"{folder / 'b.json'} is a symbolic link; a bundle holds plain files only."


def test_a_folder_in_place_of_a_file(folder: Path):
    (folder / "b.json").unlink()
    (folder / "b.json").mkdir()
    assert refused(folder) == (
        f"{folder / 'b.json'} cannot be read (Is a directory); restore it or train anew."
    )


def test_a_pipe_in_place_of_a_file(folder: Path):
    (folder / "b.json").unlink()
    os.mkfifo(folder / "b.json")
    assert refused(folder) == f"{folder / 'b.json'} is no plain file; restore it or train the bundle anew."


def test_a_failing_disk_is_not_called_a_link(folder: Path, monkeypatch: pytest.MonkeyPatch):
    whole = os.open

    def failing(path, *more, **named):
        if Path(os.fsdecode(path)).name == "b.json":
            raise OSError(errno.EIO, "Input/output error")
        return whole(path, *more, **named)

    monkeypatch.setattr(os, "open", failing)
    expected = f"{folder / 'b.json'} cannot be read (Input/output error); restore it or train anew."
    assert refused(folder) == expected


def test_a_file_of_exactly_the_largest_size_is_read_and_one_byte_more_is_not(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    size = max(p.stat().st_size for p in folder.iterdir())
    name = next(p.name for p in folder.iterdir() if p.stat().st_size == size)
    monkeypatch.setattr(bundles, "LARGEST_FILE", size)
    assert len(read_bundle(folder).files) == 4
    monkeypatch.setattr(bundles, "LARGEST_FILE", size - 1)
    assert (
        refused(folder) == f"{folder / name} is {size} bytes large; a bundle's file has at most {size - 1}."
    )


def test_a_bundle_of_exactly_the_largest_size_is_read_and_one_byte_more_is_not(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    sizes = {p.name: p.stat().st_size for p in folder.iterdir()}
    total, largest = sum(sizes.values()), max(sizes, key=sizes.__getitem__)
    monkeypatch.setattr(bundles, "LARGEST_BUNDLE", total)
    assert len(read_bundle(folder).files) == 4
    monkeypatch.setattr(bundles, "LARGEST_BUNDLE", total - 1)
    assert refused(folder) == (
        f"{folder} is {total} bytes large, {sizes[largest]} of them {largest}; a bundle has at most "
        f"{total - 1}, a file of it {8 * 2**20}. Do not trust it, or train with fewer refits or rounds."
    )


def test_a_bundle_that_could_not_be_read_is_not_made():
    with pytest.raises(BundleRefused, match=r"8388609 of them card\.md; a bundle has at most 25165824"):
        make_bundle("large", {}, {"card.md": b"#" * (8 * 2**20 + 1)}, COMMAND)


def test_the_limits_are_those_that_the_documents_name():
    assert (bundles.LARGEST_FILE, bundles.LARGEST_BUNDLE) == (8 * 2**20, 24 * 2**20)


# ---- the manifest -----------------------------------------------------------------------------------------


def test_a_manifest_that_is_large(folder: Path):
    (folder / "manifest.json").write_bytes(b"[" * 100_000)
    assert refused(folder, BundleChanged) == (
        f"{folder}: manifest.json is 100000 bytes large; it has at most 32768."
    )


@pytest.mark.parametrize("content", [b"{", b"\xff", b"[]", b"3", b"[" * 30_000, b'{"a":' * 5_000])
def test_a_manifest_that_is_no_json_object(folder: Path, content: bytes):
    (folder / "manifest.json").write_bytes(content)
    assert refused(folder, BundleChanged).startswith("manifest.json of the bundle holds ")


@pytest.mark.parametrize(
    ("stated", "told"), [(1, "'1'"), (True, "'True'"), (None, "'None'"), ("x" * 99, f"'{'x' * 40}'")]
)
def test_another_protocol(folder: Path, stated: object, told: str):
    restate(folder, protocol=stated)
    assert refused(folder, BundleProtocolUnknown) == (
        f"{folder}: written to protocol {told}; this version reads 2. "
        "Train it anew, or install the version that wrote it."
    )


@pytest.mark.parametrize("files", [None, [], {}, "x", [["a.json", "0"]]])
def test_a_manifest_without_files(folder: Path, files: object):
    restate(folder, files=files)
    assert refused(folder, BundleChanged) == (
        f"{folder}: manifest.json does not list its files; restore it or train anew."
    )


@pytest.mark.parametrize("name", ["../a.json", "A.json", "a.txt", "a.json\n", "n" * 42 + ".json", ""])
def test_a_name_that_no_bundle_holds(folder: Path, name: str):
    restate(folder, files={"b.json": "0", name: "0"})
    assert refused(folder) == (
        f"{folder}: manifest.json names '{name}', which no bundle holds; do not trust it."
    )


def test_a_long_name_is_told_in_part_and_a_checksum_is_a_text(folder: Path):
    restate(folder, files={"n" * 99: "0"})
    assert f"names '{'n' * 60}', which" in refused(folder)
    restate(folder, files={"b.json": 0})
    assert "names 'b.json', which" in refused(folder)


def test_another_checksum_and_another_digest(folder: Path):
    (folder / "card.md").write_bytes(b"# cord\n")
    assert refused(folder, BundleChanged) == (
        f"{folder}: card.md is not the file that was written; restore it or train anew."
    )
    sign(folder)
    assert read_bundle(folder).files["card.md"] == b"# cord\n", "the forging itself is right"
    restate(folder, digest="0" * 64)
    assert refused(folder, BundleChanged) == (
        f"{folder}: the manifest's digest does not fit its files; restore it or train anew."
    )


# ---- the values -------------------------------------------------------------------------------------------


def values_of(content: bytes) -> dict:
    return Bundle({}, {"v.json": content}).values("v.json")


def test_numbers_are_read_as_they_are_written():
    found = values_of(b'{"a": 0.1, "b": 1234567890123456, "c": 1e-400, "d": -7}')
    assert found == {"a": 0.1, "b": 1234567890123456, "c": 0.0, "d": -7}


@pytest.mark.parametrize("content", [b"[]", b"1", b"null", b"", b"{", b"[" * 100_000, b'{"a": 1e9} x'])
def test_values_that_are_no_object(content: bytes):
    with pytest.raises(BundleChanged, match=r"^v\.json of the bundle holds .*; train the bundle anew\.$"):
        values_of(content)


def test_json_has_one_spelling():
    assert to_json({"b": [1], "a": "µ"}) == '{"a":"µ","b":[1]}\n'.encode()
    with pytest.raises(ValueError, match="JSON compliant"):
        to_json({"a": float("nan")})
