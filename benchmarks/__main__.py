"""Run the benchmarks and write the page of results: `python -m benchmarks [--quick] [SECTION ...]`.

Sections that were not run keep the figures of their last run; each says when it was measured.
"""

from __future__ import annotations

import argparse
import importlib
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.measure import Figure, machine

HERE = Path(__file__).parent
RESULTS, PAGE = HERE / "results.json", HERE / "RESULTS.md"
# These measure by themselves and give figures and lines; those print a table of their own.
MEASURED = {
    "startup": "Start-up",
    "explaining": "Explaining",
    "scoring": "Scoring",
    "growth": "How cost grows",
}
PRINTED = {
    "training": "Training",
    "service": "The scoring service under load",
    "serving": "`mlflow models serve`",
    "automl": "AutoGluon on the same table and folds",
}


def main() -> None:
    """Run the sections and write the page."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument(
        "sections", nargs="*", help=f"of {', '.join([*MEASURED, *PRINTED])}; default: {', '.join(MEASURED)}"
    )
    parser.add_argument(
        "--quick", action="store_true", help="small tables and few rounds; no page is written"
    )
    given = parser.parse_args()
    unknown = set(given.sections) - set(MEASURED) - set(PRINTED)
    if unknown:
        parser.error(f"no section {', '.join(sorted(unknown))}")
    found: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}
    for name in given.sections or list(MEASURED):
        begun = time.perf_counter()
        print(f"## {name}", flush=True)
        section = _measured(name, given.quick) if name in MEASURED else _printed(name)
        took = time.perf_counter() - begun
        found[name] = {**section, "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC", "took": round(took)}
        if not given.quick:
            RESULTS.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
            PAGE.write_text(page(found), encoding="utf-8")
    print(f"Written to {PAGE}." if not given.quick else "A quick run writes no page.")


def _measured(name: str, quick: bool) -> dict[str, Any]:
    section: dict[str, Any] = {"machine": machine(), "figures": [], "lines": []}
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
        for one in importlib.import_module(f"benchmarks.{name}").figures(Path(folder), quick):
            if isinstance(one, Figure):
                section["figures"].append(asdict(one))
                print(row(asdict(one)), flush=True)
            else:
                section["lines"].append(one)
                print(one, flush=True)
    return section


def _printed(name: str) -> dict[str, Any]:
    """Run a section that prints its own table; what it prints goes to the page as it is."""
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}"],
        capture_output=True,
        text=True,
        cwd=HERE.parent,
        check=False,
    )
    text = done.stdout.strip() if done.returncode == 0 else f"Not measured: {done.stderr.strip()[-600:]}"
    print(text, flush=True)
    return {"machine": machine(), "text": text}


def page(found: dict[str, Any]) -> str:
    """Return the page of results."""
    parts = [
        "# Results of the benchmarks",
        "`python -m benchmarks` writes this page. Every figure is a ratio against a reference that was "
        "measured in turn with it, in the same run: the median over rounds, and in brackets their range. "
        "A ratio of times is ours over the reference's, so that less is better; `x faster` is the reverse.",
    ]
    for name, title in {**MEASURED, **PRINTED}.items():
        section = found.get(name)
        if section is None:
            continue
        parts += [
            f"## {title}",
            f"Measured {section['date']} in {section['took']} s on {section['machine']}.",
        ]
        if section.get("figures"):
            head = ["| what | held against | ours | theirs | ratio | aim |", "|---|---|---|---|---|---|"]
            parts.append("\n".join([*head, *(row(f) for f in section["figures"])]))
        parts += [f"- {line}" for line in section.get("lines", [])]
        if section.get("text"):
            parts.append(section["text"])
    return "\n\n".join(parts).replace("\n\n- ", "\n- ").replace("|\n- ", "|\n\n- ") + "\n"


def row(figure: dict[str, Any]) -> str:
    """Return a figure as a row of the table."""
    numbers = [f"{figure[key]:.3g}" for key in ("ratio", "low", "high")]
    kept = {True: ", reached", False: ", **not reached**", None: ""}[figure["reached"]]
    aim = f"{figure['aim']}{kept}" if figure["aim"] else "none set"
    ratio = f"**{numbers[0]}** ({numbers[1]} to {numbers[2]})"
    cells = (figure["what"], figure["reference"], figure["ours"], figure["theirs"], ratio, aim)
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
