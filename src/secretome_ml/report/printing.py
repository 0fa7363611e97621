"""A page as PDF, printed by a browser that is found on the machine."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.core.files import write_file

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
_LONGEST_S = 300


def write_pdf(page: str, path: Path) -> None:
    """Print an HTML page to a PDF file.

    Parameters
    ----------
    page : str
        The page; it loads nothing and runs no script.
    path : Path
        Where to write.

    Raises
    ------
    InputRefused
        If no browser is found, or the one that is found does not print.
    """
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if browser is None:
        what = f"No browser that prints was found (looked for {', '.join(_BROWSERS)})."
        remedy = "Install Chromium (Debian: apt-get install chromium), or print the HTML page yourself."
        raise InputRefused([Problem("--report", None, None, what, remedy)])
    with TemporaryDirectory() as folder:
        source, printed = Path(folder) / "page.html", Path(folder) / "page.pdf"
        source.write_text(page, encoding="utf-8")
        options = ["--headless", "--disable-gpu", "--no-sandbox", f"--user-data-dir={folder}/profile"]
        command = [browser, *options, "--no-pdf-header-footer", f"--print-to-pdf={printed}", source.as_uri()]
        with suppress(subprocess.TimeoutExpired):
            subprocess.run(command, capture_output=True, timeout=_LONGEST_S, check=False)  # noqa: S603
        if not printed.is_file():
            what = f"{browser} did not print the page within {_LONGEST_S} s."
            raise InputRefused([Problem("--report", None, None, what, "Open the HTML page and print it.")])
        write_file(path, printed.read_bytes())
