"""Draw docs/rooms.svg from the imports of the code: `python docs/rooms.py`.

A box is a folder (or a file) at the top of the package, with what its first line says of it. It stands below
all that it imports; an arrow leads to a room that uses it, and is left out where a longer way says the same.
"""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "secretome_ml"
# Files that are parts of one thing.
JOINED = {
    "bundle_forms": "bundle",
    "audit": "bundle",
    "model_file": "bundle files",
    "serving": "bundle files",
}
WIDTH, HEIGHT, GAP, ROW, MARGIN = 206, 58, 24, 96, 20
STYLE = """
  text { font-family: "Helvetica Neue", Arial, "Liberation Sans", "DejaVu Sans", sans-serif; fill: #1b1f24; }
  .name { font-size: 15px; font-weight: 600; } .what { font-size: 11px; fill: #57606a; }
  .paper { fill: #ffffff; } .room { fill: #e2f3e8; stroke: #1c7a43; stroke-width: 1.4; }
  .way { fill: none; stroke: #6e7781; stroke-width: 1.3; } .tip { fill: #6e7781; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .what { fill: #a3adb8; } .paper { fill: #0d1117; }
    .room { fill: #12301f; stroke: #5fcf8a; } .way { stroke: #8b949e; } .tip { fill: #8b949e; }
  }
"""


def room_of(module: str) -> str:
    """Return the room of a module such as `models.blend`."""
    first = module.partition(".")[0]
    return JOINED.get(first, first)


def used() -> dict[str, set[str]]:
    """Return room to the rooms that it imports."""
    found: dict[str, set[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        if parts[0].startswith("__"):
            continue
        own = found.setdefault(room_of(parts[0]), set())
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("secretome_ml."):
                own.add(room_of(str(node.module).partition(".")[2]))
    return {room: others - {room} for room, others in found.items()}


def without_detours(graph: dict[str, set[str]]) -> dict[str, set[str]]:
    """Return a graph without the arrows that a longer way says too."""
    order = list(TopologicalSorter(graph).static_order())
    below: dict[str, set[str]] = {}
    for room in order:
        below[room] = graph[room].union(*(below[other] for other in graph[room]))
    return {
        room: {o for o in others if not any(o in below[p] for p in others if p != o)}
        for room, others in graph.items()
    }


def floors(graph: dict[str, set[str]]) -> list[list[str]]:
    """Return the rooms from the ground up, each above all that it imports."""
    floor: dict[str, int] = {}
    for room in TopologicalSorter(graph).static_order():
        floor[room] = 1 + max((floor[other] for other in graph[room]), default=-1)
    rows: list[list[str]] = [[] for _ in range(max(floor.values()) + 1)]
    for room in sorted(floor):
        rows[floor[room]].append(room)
    return rows


def said(room: str) -> str:
    """Return the first sentence of a room's own description."""
    path = PACKAGE / room / "__init__.py"
    path = path if path.is_file() else PACKAGE / f"{room}.py"
    if not path.is_file():
        return "A bundle as MLflow opens and serves it"
    first = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n")[0]
    return first.rstrip(".")


def lines_of(text: str, most: int = 36) -> list[str]:
    """Return a text in at most two lines."""
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) + 1 > most:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return [*lines[:1], lines[1] + (" …" if len(lines) > 2 else "")] if len(lines) > 1 else lines


def picture() -> str:
    """Return the picture as SVG."""
    graph = used()
    rows, arrows = floors(graph), without_detours(graph)
    wide = max(map(len, rows)) * (WIDTH + GAP) + 2 * MARGIN
    tall = len(rows) * ROW + 2 * MARGIN
    place = {
        room: ((wide - len(row) * (WIDTH + GAP) + GAP) / 2 + i * (WIDTH + GAP), MARGIN + n * ROW)
        for n, row in enumerate(rows)
        for i, room in enumerate(row)
    }
    drawn = []
    for room, others in sorted(arrows.items()):
        for other in sorted(others):
            (x1, y1), (x2, y2) = place[other], place[room]
            x1, y1, x2 = x1 + WIDTH / 2, y1 + HEIGHT, x2 + WIDTH / 2
            bend = (y2 - y1) / 2
            curve = (
                f"M{x1:.0f} {y1:.0f}C{x1:.0f} {y1 + bend:.0f} {x2:.0f} {y2 - bend:.0f} {x2:.0f} {y2 - 2:.0f}"
            )
            drawn.append(f'<path class="way" marker-end="url(#tip)" d="{curve}"/>')
    for room, (x, y) in sorted(place.items()):
        drawn.append(f'<rect class="room" x="{x:.0f}" y="{y:.0f}" width="{WIDTH}" height="{HEIGHT}" rx="6"/>')
        drawn.append(f'<text class="name" x="{x + 10:.0f}" y="{y + 19:.0f}">{escape(room)}</text>')
        for i, line in enumerate(lines_of(said(room))):
            drawn.append(
                f'<text class="what" x="{x + 10:.0f}" y="{y + 35 + 14 * i:.0f}">{escape(line)}</text>'
            )
    body = "\n".join(drawn)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {tall}" width="{wide}" height="{tall}" role="img">
<title>The rooms of secretome-ml, each below what is built on it</title>
<style>{STYLE}</style>
<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto">
<path class="tip" d="M0 0 10 5 0 10z"/></marker></defs>
<rect class="paper" width="{wide}" height="{tall}"/>
{body}
</svg>
"""


if __name__ == "__main__":
    (ROOT / "docs" / "rooms.svg").write_text(picture(), encoding="utf-8")
