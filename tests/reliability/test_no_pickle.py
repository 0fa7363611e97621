"""Nothing that is shipped can run code when it is read: no pickle, no archive of one, no macro."""

import io
import pickletools
import zipfile
from pathlib import Path

import pytest

from conftest import ROOT

SHIPPED = [p for folder in ("models", "data", "experiments") for p in sorted((ROOT / folder).rglob("*"))]
FILES = [p for p in SHIPPED if p.is_file() and "mlruns" not in p.parts and p.suffix != ".db"]
LIBRARIES = (b"cloudpickle", b"joblib.numpy_pickle", b"sklearn.", b"numpy.core.multiarray", b"__reduce__")


def is_pickle(content: bytes) -> bool:
    """Say whether the bytes are a pickle from the first on: every opcode is known up to STOP."""
    try:
        last = None
        for last, _, _ in pickletools.genops(io.BytesIO(content)):  # noqa: B007
            pass
    except Exception:
        return False
    return last is not None and last.name == "STOP"


def test_the_check_knows_a_pickle():
    import pickle

    for protocol in range(6):
        assert is_pickle(pickle.dumps({"a": [1.5, "x"]}, protocol))
    assert not is_pickle(b'{"a": 1}')


def test_there_is_something_to_look_at():
    assert {"manifest.json", "resampled.json", "model.json"} <= {p.name for p in FILES}


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_shipped_file_is_a_pickle(path: Path):
    content = path.read_bytes()
    assert not is_pickle(content)
    assert content[:1] != b"\x80", "how every pickle since protocol 2 begins"
    assert not any(word in content for word in LIBRARIES)
    if zipfile.is_zipfile(io.BytesIO(content)):
        assert path.suffix == ".xlsx"
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                assert not name.lower().endswith((".pkl", ".bin", ".pickle")), "a macro or a pickle"
                assert not is_pickle(archive.read(name))
