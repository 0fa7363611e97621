"""A figure as part of a page: its SVG without what only a file needs, in the colours of the page's theme."""

from __future__ import annotations

import html
import re

from secretome_ml.report.style import (
    INK,
    LOW_TO_HIGH,
    LOWERS,
    MUTED,
    NOT_MEASURED,
    OUR_MODEL,
    RAISES,
    RULE,
)

# The page's style sheet gives each of these in light and in dark.
THEME = {
    INK: "--ink",
    MUTED: "--muted",
    RULE: "--rule",
    RAISES: "--raises",
    LOWERS: "--lowers",
    OUR_MODEL: "--ours",
    NOT_MEASURED: "--absent",
    LOW_TO_HIGH[1]: "--low",
    LOW_TO_HIGH[2]: "--high",
}

# Points nearer than this are one dot, not a line.
_DOT = 0.05

_HEAD = re.compile(r"^.*?(?=<svg)", re.DOTALL)
_METADATA = re.compile(r"<metadata>.*?</metadata>\s*", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->\s*", re.DOTALL)
_ROOT = re.compile(r"<svg[^>]*?viewBox=\"([^\"]*)\"[^>]*>")
_IDENTIFIER = re.compile(r" id=\"([^\"]*)\"")
_REFERENCE = re.compile(r"(?:url\(#|xlink:href=\"#)([^\")]+)")
_COLOUR = re.compile(r"(?<=[:] )(#[0-9a-f]{6})(?=[;\"])")
_LONG_NUMBER = re.compile(r"-?\d+\.\d{2,}(?=[^\w])")
_SEGMENT = re.compile(r"M (-?[\d.]+) (-?[\d.]+) \nL (-?[\d.]+) (-?[\d.]+) \n")
_SEGMENTS = re.compile(r"(?<= d=\")(?:M -?[\d.]+ -?[\d.]+ \nL -?[\d.]+ -?[\d.]+ \n){2,}(?=\")")
_DRAWING = re.compile(r"<(?:path|use|rect|g|text)\b[^>]*>", re.DOTALL)


def inline_svg(svg: str, prefix: str, title: str) -> str:
    """Return an SVG document as an element of a page.

    Parameters
    ----------
    svg : str
        As `svg_text` gives it.
    prefix : str
        Put before every identifier, so that figures of one page do not share any.
    title : str
        Text for those who do not see the figure.
    """
    body = _COMMENT.sub("", _METADATA.sub("", _HEAD.sub("", svg)))
    used = set(_REFERENCE.findall(body))
    body = _IDENTIFIER.sub(lambda m: f' id="{prefix}-{m[1]}"' if m[1] in used else "", body)
    body = _REFERENCE.sub(lambda m: m[0].removesuffix(m[1]) + f"{prefix}-{m[1]}", body)
    body = _COLOUR.sub(lambda m: f"var({THEME[m[1]]})" if m[1] in THEME else m[1], body)
    body = _SEGMENTS.sub(_as_dots, body)
    body = _DRAWING.sub(lambda m: _LONG_NUMBER.sub(_rounded, m[0]), body)
    label = html.escape(title, quote=True)
    return _ROOT.sub(
        lambda m: f'<svg viewBox="{m[1]}" role="img" aria-label="{label}">', body, count=1
    ).strip()


def _as_dots(found: re.Match[str]) -> str:
    """Write many round dots shortly: each place once, to a tenth of a point."""
    parts = [tuple(map(float, part)) for part in _SEGMENT.findall(found[0])]
    if any(abs(x - to_x) > _DOT or y != to_y for x, y, to_x, to_y in parts):
        return found[0]
    return "".join(dict.fromkeys(f"M{x:.1f} {y:.1f}h0" for x, y, _, _ in parts))


def _rounded(found: re.Match[str]) -> str:
    """Round to a tenth of a point, 0.04 mm in print."""
    return f"{float(found[0]):.1f}".removesuffix(".0")
