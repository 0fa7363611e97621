"""Write what a user installs with the package: `docs/licences.md` and `docs/sbom.json` (CycloneDX).

Run it in an environment that holds the package, pip-licenses and cyclonedx-bom: `nox -s sbom`.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement

# A licence that would bind a user's own work, or that forbids a use, is to be excused here in words.
EXCUSED: dict[str, str] = {
    "certifi": "MPL-2.0 binds changes to its own files only",
    "huey": "its metadata name none; its licence file is MIT",
    "skops": "its metadata name none; its licence file is MIT; MLflow's own requirement",
    "tqdm": "MPL-2.0 binds changes to its own files only; the rest is MIT",
}
# What each direct dependency is there for; one that has no reason is one too many.
REASONS: dict[str, str] = {
    "cachetools": "results of the service, kept for a time and up to a size",
    "fastapi": "the service: routes, checks of requests, OpenAPI",
    "fonttools": "fonts in a PDF without what it has no use for",
    "jinja2": "pages and the report, escaped by default",
    "joblib": "folds and refits over processes",
    "markdown-it-py": "the model card as a page",
    "matplotlib": "figures",
    "mlflow": "runs, models and the registry",
    "numpy": "arrays",
    "openpyxl": "workbooks, cell by cell",
    "pandas": "tables",
    "pandera": "the form of the evidence's tables",
    "prometheus-client": "metrics of the service",
    "pyarrow": "Parquet, long tables in parts",
    "pydantic": "the form of every file of a bundle and of every request",
    "python-multipart": "uploads",
    "pyyaml": "the MLmodel file of a stranger, judged before MLflow reads it",
    "rich": "tables and progress on the terminal",
    "scipy": "tests and distributions",
    "sqlalchemy": "MLflow's local store, one process at a time",
    "starlette": "what FastAPI stands on: middleware, sessions",
    "threadpoolctl": "one thread per worker",
    "typer": "the command line",
    "uvicorn": "serves the service",
    "xgboost-cpu": "grows the trees; `xgboost` does so on a GPU",
}
_BINDING = ("GPL", "AGPL", "LGPL", "MPL", "CC-BY-NC", "PROPRIETARY", "UNKNOWN")


def needed(name: str, found: set[str]) -> set[str]:
    """Return a package and everything that it asks for on this machine, extras left out."""
    key = name.lower().replace("_", "-").replace(".", "-")
    if key in found:
        return found
    try:
        requires = distribution(name).requires or []
    except ModuleNotFoundError:
        return found
    found.add(key)
    for text in requires:
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            needed(requirement.name, found)
    return found


def direct() -> set[str]:
    """Return what the package asks for itself, extras left out."""
    requirements = map(Requirement, distribution("secretome-ml").requires or [])
    return {r.name.lower() for r in requirements if "extra" not in str(r.marker or "")}


def licences(names: set[str]) -> list[dict[str, str]]:
    """Return name, version and licence of each package."""
    done = subprocess.run(
        [sys.executable, "-m", "piplicenses", "--format=json", "--from=mixed", "--with-system"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    rows = json.loads(done.stdout)
    return [r for r in rows if r["Name"].lower().replace("_", "-").replace(".", "-") in names]


def page(rows: list[dict[str, str]]) -> str:
    """Return the licences as Markdown."""
    lines = [
        "# Licences of what is installed with the package",
        "",
        f"Written by `nox -s sbom`, on Linux and Python {platform.python_version()}; `sbom.json` beside it",
        "holds the same in CycloneDX. Whoever puts `xgboost` in the place of `xgboost-cpu` adds",
        "`nvidia-nccl-cu12`, under NVIDIA's licence.",
        "",
        "## What the package asks for itself, and why",
        "",
        *(f"- `{name}`: {REASONS[name]}" for name in sorted(direct())),
        "",
        "## All, with what those ask for",
        "",
        "| package | version | licence | note |",
        "|---|---|---|---|",
    ]
    for row in sorted(rows, key=lambda r: r["Name"].lower()):
        licence = " ".join(row["License"].split())
        licence = licence if len(licence) <= 80 else licence[:77] + "..."
        lines.append(f"| {row['Name']} | {row['Version']} | {licence} | {EXCUSED.get(row['Name'], '')} |")
    return "\n".join(lines) + "\n"


def sbom(names: set[str]) -> str:
    """Return the bill of materials without addresses, which change from mirror to mirror."""
    done = subprocess.run(
        [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    bill = json.loads(done.stdout)
    kept = [c for c in bill["components"] if c["name"].lower().replace("_", "-").replace(".", "-") in names]
    for component in kept:
        for key in ("externalReferences", "description", "author", "properties", "evidence"):
            component.pop(key, None)
        for entry in component.get("licenses", []):
            entry.get("license", {}).pop("text", None)
    slim = {k: bill[k] for k in ("$schema", "bomFormat", "specVersion", "version") if k in bill}
    return json.dumps({**slim, "components": kept}, indent=1, ensure_ascii=False) + "\n"


def main(folder: Path) -> int:
    """Write both files; 1 when a licence wants an excuse and has none."""
    names = needed("secretome-ml", set())
    rows = licences(names)
    for name in sorted(direct() - set(REASONS)):
        print(f"{name}: nothing says what it is there for; say so in tools/list_dependencies.py or drop it.")
        return 1
    (folder / "licences.md").write_text(page(rows), encoding="utf-8")
    (folder / "sbom.json").write_text(sbom(names), encoding="utf-8")
    unexcused = [
        r["Name"]
        for r in rows
        if r["Name"] not in EXCUSED and any(word in r["License"].upper() for word in _BINDING)
    ]
    for name in unexcused:
        print(
            f"{name}: its licence binds or forbids; excuse it in tools/list_dependencies.py or leave it out."
        )
    return 1 if unexcused else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs")))
