"""Change the core in small ways and see whether a test notices: `python tools/mutants.py --sample 250`.

mutmut writes the changes (mutants); here a random sample of them, stratified by file, meets the unit tests
of its own file. A mutant is killed when a test fails, and survives when all pass. One that uses far more
processor time than the unchanged code is counted apart, as endless. Time is processor time, so that a busy
machine kills nothing.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import resource
import shutil
import signal
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = Path("src/secretome_ml")

# What decides a number or guards one, and the tests of it that need no trained model.
CORE: dict[str, list[str]] = {
    "features/*.py": [
        f"tests/features/test_{name}.py" for name in ("batch", "by_hand", "knowledge", "meaning", "no_leak")
    ],
    "models/targets.py": ["tests/models/test_baselines_and_targets.py", "tests/models/test_linear.py"],
    "models/design.py": ["tests/models/test_design.py", "tests/models/test_linear.py"],
    "validation/splits.py": [
        "tests/validation/test_splits.py",
        "tests/validation/test_groups.py",
        "tests/validation/test_guard.py",
    ],
    "trust/calibration.py": ["tests/trust/test_calibration.py"],
    "bundle.py": ["tests/bundle/test_made_bundles.py"],
    "audit.py": ["tests/bundle/test_parts.py"],
}
COPIED = ("src", "tests", "data", "experiments/default.toml", "models", "pyproject.toml")
# Fixtures that only read evidence, and those that the core computes: a mutant must meet the second kind.
_READ = {"corpus", "few", "few_profiles"}
_COMPUTED = {"few_features", "few_targets", "doubled", "some"}
OUTCOMES = {0: "survived", 1: "killed", -signal.SIGXCPU: "endless"}


@dataclass(frozen=True)
class Mutant:
    """One change: the file, mutmut's name of it, and the tests that should notice."""

    file: str
    name: str
    tests: tuple[str, ...]


def write_mutants(target: Path) -> list[Mutant]:
    """Copy the project and put every mutant of the core into the copy; a variable chooses which one runs."""
    from mutmut.mutation.file_mutation import mutate_file_contents

    for part in COPIED:
        source = ROOT / part
        (target / part).parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target / part)
    if (ROOT.parent / "shared").is_dir():
        (target.parent / "shared").symlink_to(ROOT.parent / "shared")
    found = []
    for pattern, tests in CORE.items():
        for path in sorted((target / PACKAGE).glob(pattern)):
            mutated = mutate_file_contents(str(path), path.read_text(encoding="utf-8"))
            path.write_text(mutated.code, encoding="utf-8")
            module = ".".join(path.relative_to(target / "src").with_suffix("").parts)
            file = str(path.relative_to(target / PACKAGE))
            found += [Mutant(file, f"{module}.{name}", tuple(tests)) for name in mutated.mutant_names]
    return found


def sampled(mutants: list[Mutant], size: int, seed: int) -> list[Mutant]:
    """Return about `size` mutants, from every file its share and at least one."""
    generator, chosen = random.Random(seed), []
    for file in sorted({m.file for m in mutants}):
        own = [m for m in mutants if m.file == file]
        chosen += generator.sample(own, min(len(own), max(1, round(size * len(own) / len(mutants)))))
    return chosen


class Loop:
    """Collects the tests once, then runs them in one child process for every mutant."""

    def __init__(self, mutants: list[Mutant], answers: Path) -> None:
        self.mutants, self.answers = mutants, answers

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run all tests without a mutant, then until the first failure with each."""
        warm = [i for i in session.items if _READ & {*i.fixturenames} and not _COMPUTED & {*i.fixturenames}]
        for item in warm[:1]:  # evidence that no file of the core has touched is read once
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=session.items[0])
        for module in {m.name.rpartition(".")[0] for m in self.mutants}:
            for value in vars(sys.modules[module]).values():  # nothing that the core computed is kept
                getattr(value, "cache_clear", int)()
        code, clean = self.run(session, "", 600.0)
        if code != 0:
            raise pytest.UsageError(f"{self.mutants[0].tests} fail without any mutant (exit {code})")
        with self.answers.open("w", encoding="utf-8") as stream:
            for mutant in self.mutants:
                code, used = self.run(session, mutant.name, 10 + 5 * clean)
                told = {"file": mutant.file, "mutant": mutant.name, "cpu": round(used, 1)}
                told["outcome"] = OUTCOMES.get(code, f"exit {code}")
                stream.write(json.dumps(told, ensure_ascii=False) + "\n")
                stream.flush()
        return True

    def run(self, session: pytest.Session, mutant: str, cpu_seconds: float) -> tuple[int, float]:
        """Return how a child with this mutant switched on ended, and its processor time."""
        child = os.fork()
        if child == 0:
            most = math.ceil(cpu_seconds)
            resource.setrlimit(resource.RLIMIT_CPU, (most, most + 5))
            os.environ["MUTANT_UNDER_TEST"] = mutant
            try:
                for item, after in zip(session.items, [*session.items[1:], None], strict=True):
                    item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
                    if session.testsfailed:
                        os._exit(1)
                os._exit(0)
            finally:  # whatever goes wrong, a child never runs on as a second parent
                os._exit(70)
        _, status, used = os.wait4(child, 0)
        return os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime


def try_mutants(mutants: list[Mutant], answers: Path) -> list[dict[str, Any]]:
    """Return what became of mutants that have the same tests."""
    child = os.fork()
    if child == 0:
        with answers.with_suffix(".log").open("w") as log:
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
        options = ["-q", "-s", "-p", "no:cacheprovider", "-o", "addopts="]
        os._exit(int(pytest.main([*mutants[0].tests, *options], plugins=[Loop(mutants, answers)])))
    _, status = os.waitpid(child, 0)
    if status != 0:
        raise SystemExit(f"The tests did not run through; see {answers.with_suffix('.log')}.")
    return [json.loads(told) for told in answers.read_text(encoding="utf-8").splitlines()]


def load_libraries(target: Path) -> None:
    """Import what every child needs, once."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sys.path[:0] = [str(target / "src"), str(target / "tests")]
    os.chdir(target)
    import hypothesis  # noqa: F401
    import numpy  # noqa: F401
    import scipy.optimize  # noqa: F401
    import sklearn.linear_model  # noqa: F401
    import xgboost  # noqa: F401

    import secretome_ml.model

    if not Path(secretome_ml.model.__file__).is_relative_to(target):
        raise SystemExit("The changed copy is not what is imported; run this where no path comes before it.")


def interval(killed: int, total: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson, 1927)."""
    z, share = 1.959964, killed / total
    centre = share + z * z / (2 * total)
    width = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return (centre - width) / (1 + z * z / total), (centre + width) / (1 + z * z / total)


def line(name: str, outcomes: Counter[str]) -> str:
    """Return one row of the table."""
    total = outcomes.total()
    killed = outcomes["killed"] + outcomes["endless"]
    low, high = interval(killed, total)
    return (
        f"{name:32} {outcomes['killed']:5} {outcomes['endless']:8} {outcomes['survived']:9} {total:6} "
        f"{killed / total:7.1%}  {low:.1%} to {high:.1%}"
    )


def main() -> None:
    """Run the sample and print, per file, how many mutants the tests noticed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=250, help="How many mutants; 0: all.")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--only", nargs="*", default=[], help="Names of mutants, or a file with one per line."
    )
    parser.add_argument("--files", nargs="*", default=[""], help="Only files whose path starts so.")
    parser.add_argument("--folder", type=Path, default=Path("build/mutants"), help="Where the copy lies.")
    chosen = parser.parse_args()

    target = chosen.folder.resolve() / "main"
    shutil.rmtree(chosen.folder, ignore_errors=True)
    every = write_mutants(target)
    names = {n for o in chosen.only for n in (Path(o).read_text().split() if Path(o).is_file() else [o])}
    if names:
        mutants = [m for m in every if m.name in names]
    else:
        mutants = sampled(every, chosen.sample or len(every), chosen.seed)
    mutants = [m for m in mutants if m.file.startswith(tuple(chosen.files))]
    if not mutants:
        raise SystemExit("No mutant has such a name or file.")
    load_libraries(target)
    print(f"{len(every)} mutants in all, {len(mutants)} of them tried.", flush=True)

    outcomes: dict[str, Counter[str]] = {}
    for number, tests in enumerate(dict.fromkeys(m.tests for m in mutants)):
        answers = target.parent / f"answers_{number}.jsonl"
        for told in try_mutants([m for m in mutants if m.tests == tests], answers):
            outcomes.setdefault(told["file"], Counter())[told["outcome"]] += 1
            if told["outcome"] != "killed":
                print(json.dumps(told, ensure_ascii=False), flush=True)

    print(f"\n{'file':32} {'killed':>5} {'endless':>8} {'survived':>9} {'tried':>6}   share  95 % interval")
    for file, found in outcomes.items():
        print(line(file, found))
    print(line("all", sum(outcomes.values(), Counter())))


if __name__ == "__main__":
    main()
