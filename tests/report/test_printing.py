"""A page as PDF by one call; without a browser it says what to install."""

import shutil
from pathlib import Path

import pytest

from secretome_ml.core.errors import InputRefused
from secretome_ml.report import printing


@pytest.mark.skipif(not any(map(shutil.which, printing._BROWSERS)), reason="no browser on this machine")
def test_a_page_becomes_a_pdf(tmp_path: Path):
    printing.write_pdf("<p>VEGFA</p>", tmp_path / "page.pdf")
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")


def test_without_a_browser_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(InputRefused, match="No browser that prints") as refused:
        printing.write_pdf("<p></p>", tmp_path / "page.pdf")
    assert "Install Chromium" in refused.value.problems[0].remedy
    assert not list(tmp_path.iterdir())
