"""One look for every figure: legible at journal column width, colour-blind safe, the same bytes each time."""

from __future__ import annotations

import io
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from fontTools import subset
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

# Widths of one and of two columns of a journal, and the height of its page.
COLUMN_MM = 89.0
PAGE_MM = 183.0
PAGE_HEIGHT_MM = 240.0

# Okabe and Ito's palette (jfly.uni-koeln.de/color), and the greys of text and lines.
RAISES = "#d55e00"
LOWERS = "#0072b2"
OUR_MODEL = "#009e73"
LOW_TO_HIGH = ("#0072b2", "#56b4e9", "#e69f00", "#d55e00")
NOT_MEASURED = "#9aa1a9"
INK = "#1b1f24"
MUTED = "#5b636d"
RULE = "#d3d8de"

_STYLE: dict[str, Any] = {
    "font.family": ["DejaVu Sans", "sans-serif"],
    "font.size": 7.0,
    "axes.titlesize": 8.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 7.0,
    "xtick.labelsize": 6.5,
    "ytick.labelsize": 7.0,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "xtick.color": MUTED,
    "ytick.color": INK,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 0.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "legend.frameon": False,
    "legend.fontsize": 6.5,
    "path.simplify": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "secretome-ml",
    # Whole fonts in a PDF, as journals ask for.
    "pdf.fonttype": 42,
    # A dollar sign in a sample's name is a dollar sign.
    "text.parse_math": False,
    "text.usetex": False,
}
_LOCK = threading.RLock()


@contextmanager
def journal_style() -> Iterator[None]:
    """Draw in the package's style; matplotlib's settings are as before afterwards."""
    with _LOCK, mpl.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        mpl.rcParams.update({**mpl.rcParamsDefault, "backend": mpl.rcParams["backend"], **_STYLE})
        yield


def new_figure(width_mm: float, height_mm: float) -> Figure:
    """Return an empty figure of a printed size, outside matplotlib's global state."""
    figure = Figure(figsize=(width_mm / 25.4, height_mm / 25.4))
    FigureCanvasAgg(figure)
    return figure


def add_axes(figure: Figure, left: float, bottom: float, right: float, top: float) -> Any:
    """Return axes with margins in millimetres from each side of the figure."""
    width, height = (float(side) * 25.4 for side in figure.get_size_inches())
    box = (left / width, bottom / height, (width - left - right) / width, (height - bottom - top) / height)
    return figure.add_axes(box)


def head(figure: Figure, title: str, below: str = "") -> None:
    """Write the title at the figure's upper left corner, and a quieter line below it."""
    width, height = (float(side) * 25.4 for side in figure.get_size_inches())
    figure.text(1.5 / width, 1 - 1.0 / height, title, fontsize=8, fontweight="bold", va="top")
    if below:
        figure.text(1.5 / width, 1 - 5.2 / height, below, fontsize=6.5, color=MUTED, va="top")


def plot_width(figure: Figure, left: float, right: float) -> float:
    """Return how many millimetres the margins leave."""
    return float(figure.get_size_inches()[0]) * 25.4 - left - right


def svg_text(figure: Figure) -> str:
    """Return a figure as SVG, its text as text; the same figure gives the same bytes."""
    stream = io.StringIO()
    with journal_style():
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return stream.getvalue()


def png_bytes(figure: Figure, dpi: int = 300) -> bytes:
    """Return a figure as PNG on white, at a resolution fit for print."""
    stream = io.BytesIO()
    with journal_style():
        figure.savefig(stream, format="png", dpi=dpi, facecolor="white", metadata={"Software": None})
    return stream.getvalue()


# How the letters of a font join and move, which is settled before a figure is written.
_LAYOUT = ("GDEF", "GPOS", "GSUB", "kern")


@contextmanager
def _fonts_without_layout() -> Iterator[None]:
    """Let matplotlib embed fonts without their layout, which took two thirds of the time of a PDF."""
    load = subset.load_font

    def load_bare(*given: Any, **options: Any) -> Any:
        font = load(*given, **options)
        for table in _LAYOUT:
            if table in font:
                del font[table]
        return font

    subset.load_font = load_bare
    try:
        yield
    finally:
        subset.load_font = load


def pdf_bytes(figure: Figure) -> bytes:
    """Return a figure as PDF with its fonts in it; the same figure gives the same bytes."""
    stream = io.BytesIO()
    with journal_style(), _fonts_without_layout():
        nothing = {"CreationDate": None, "Creator": None, "Producer": None}
        figure.savefig(stream, format="pdf", facecolor="white", metadata=nothing)
    return stream.getvalue()


def row_mm(rows: int, most: float, around: float) -> float:
    """Return the height of a row in millimetres: less where many rows have to stand on one page.

    Examples
    --------
    >>> row_mm(5, 4.6, 20.0), round(row_mm(60, 4.6, 20.0), 2)
    (4.6, 3.67)
    """
    return min(most, (PAGE_HEIGHT_MM - around) / max(rows, 1))


def figure_files(figure: Figure, name: str) -> dict[str, bytes]:
    """Return a figure as PDF, SVG and PNG, by file name.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        As the functions of `secretome_ml.report.figures` return it.
    name : str
        File name without its ending.
    """
    return {
        f"{name}.pdf": pdf_bytes(figure),
        f"{name}.svg": svg_text(figure).encode(),
        f"{name}.png": png_bytes(figure),
    }
