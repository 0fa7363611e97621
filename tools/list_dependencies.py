"""Write what a user installs with the package: `docs/licences.md` and `docs/sbom.json` (CycloneDX).

Run it in an environment that holds the package, pip-licenses and cyclonedx-bom: `nox -s sbom`.
"""

from __future__ import annotations

import json
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
        "Written by `nox -s sbom`, on Linux and Python 3.11; `sbom.json` beside it holds the",
        "same in CycloneDX. pip adds `nvidia-nccl-cu12` and kin, under NVIDIA's licence, as XGBoost asks",
        "for them; uv leaves them out (see `pyproject.toml`), and nothing here needs them.",
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
