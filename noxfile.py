"""The matrix and the gates, one session each: `nox -l` lists them, `nox -s tests` runs the matrix."""

from __future__ import annotations

from pathlib import Path

import nox

nox.options.default_venv_backend = "uv"
nox.options.sessions = ["tests", "threads"]

# What decides a number: the released predictions, the models, the features, the readers, the metrics.
NUMBERS = (
    "tests/frozen", "tests/features", "tests/models", "tests/contract", "tests/trust",
    "tests/validation", "tests/profiles", "tests/readers", "tests/explanation", "tests/bundle",
)  # fmt: skip


@nox.session(python=["3.11", "3.12", "3.13"])
@nox.parametrize("resolution", ["pinned", "lowest-direct", "highest"])
def tests(session: nox.Session, resolution: str) -> None:
    """Run what decides a number on every Python with the pinned, the lowest and the highest versions."""
    limits = ["-c", "constraints.txt"] if resolution == "pinned" else ["--resolution", resolution]
    session.install(*limits, "-e", ".[test]")
    session.run("pytest", "-n", "2", *(session.posargs or NUMBERS))


@nox.session(python="3.11")
@nox.parametrize("threads", ["1", "2", "4"])
def threads(session: nox.Session, threads: str) -> None:
    """Run the released predictions with other numbers of threads."""
    session.install("-c", "constraints.txt", "-e", ".[test]")
    counts = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), threads)
    session.run("pytest", "tests/frozen", "tests/models", env=counts)


@nox.session(python="3.11")
def gpu(session: nox.Session) -> None:
    """Run the released predictions with `xgboost`, whose wheel can use a GPU, in place of `xgboost-cpu`."""
    session.install("-c", "constraints.txt", "-e", ".[test]")
    session.run("uv", "pip", "uninstall", "xgboost-cpu", external=True)
    session.install("xgboost==3.2.0")
    session.run("pytest", "tests/frozen", "tests/models")


@nox.session(python="3.11")
def coverage(session: nox.Session) -> None:
    """Measure branch coverage of the package; every file counts."""
    session.install("-c", "constraints.txt", "-e", ".[test]", "pytest-cov")
    session.run("pytest", "-n", "2", "--cov=secretome_ml", "--cov-branch", "--cov-report=term:skip-covered")


@nox.session(python="3.11")
def mutants(session: nox.Session) -> None:
    """Change the core in small ways and see whether its tests notice: `nox -s mutants -- --sample 250`."""
    session.install("-c", "constraints.txt", "-e", ".[test]", "mutmut==3.8.1")
    session.run("python", "tools/mutants.py", *session.posargs)


@nox.session(python="3.11")
def audit(session: nox.Session) -> None:
    """Ask the vulnerability databases about every pinned version; needs the network."""
    session.install("pip-audit")
    session.run("pip-audit", "-r", "constraints.txt", "--no-deps", "--disable-pip")


@nox.session(python="3.11")
def sbom(session: nox.Session) -> None:
    """Write docs/licences.md and docs/sbom.json from what a user installs."""
    session.install("-c", "constraints.txt", "-e", ".", "cyclonedx-bom", "pip-licenses")
    session.run("python", "tools/list_dependencies.py", str(Path("docs")))
