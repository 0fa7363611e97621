"""Train a small recipe under every kind of processor that this one can pass for, and compare the digests.

`python tools/digests.py` prints a table and fails where two digests differ. `--whole` trains the shipped
recipe instead, `--python COMMAND` does so with another interpreter, also one for arm64 under emulation
(`tools/arm64_root.sh` makes it and prints its command). What differs between the rows are the kernel of
OpenBLAS (linear algebra), the instructions that NumPy dispatches to, those of the C library for exp and
log, and the threads; the column of libraries shows that the switches work.
"""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# Every numeric step of the shipped recipe on a part of the evidence: two effects, all models it compares.
TRAINING = """
import hashlib
import sys
import numpy as np
from scipy.special import expit
from threadpoolctl import threadpool_info
from secretome_ml import load_evidence
from secretome_ml.recipe import Recipe, load_recipe
from secretome_ml.workflows.train import train

def main():
    evidence = load_evidence()
    if sys.argv[1:] == ["--whole"]:
        recipe = load_recipe()
    else:
        effects = ("angiogenic", "anti_fibrotic")
        tested = evidence.outcomes[evidence.outcomes["effect"].isin(effects)]
        failing = list(dict.fromkeys(tested.loc[tested["result"] != "beneficial", "study"]))[:40]
        some = list(dict.fromkeys(tested["study"]))[:60]
        evidence = evidence.subset({*failing, *some})
        recipe = Recipe("small", effects=effects, folds=2, inner_folds=2, draws=20, refits=2)
    digest = train(recipe, evidence).model.to_bundle("test").digest
    values = np.random.default_rng(0).uniform(-5.0, 5.0, 40_000)
    matrix = values.reshape(200, 200)
    sums = matrix @ matrix, matrix @ values[:200], values @ values, np.linalg.inv(matrix)
    found = *sums, expit(values), np.exp(values), np.sin(values)
    computed = hashlib.sha256(b"".join(np.asarray(a).tobytes() for a in found)).hexdigest()
    kernels = {i["architecture"] for i in threadpool_info() if i["internal_api"] == "openblas"}
    print(digest[:12], computed[:8], "/".join(sorted(kernels)))

if __name__ == "__main__":
    main()
"""

NUMPY_PLAIN = (
    "X86_V3,X86_V4,AVX512_ICL,AVX512_SPR,AVX2,FMA3,AVX512F,AVX512CD,AVX512_SKX,AVX512_CLX,AVX512_CNL"
)
NUMPY_AVX2 = "X86_V4,AVX512_ICL,AVX512_SPR,AVX512F,AVX512CD,AVX512_SKX,AVX512_CLX,AVX512_CNL"
LIBC_PLAIN = "glibc.cpu.hwcaps=-FMA,-FMA4,-AVX2,-AVX2_Usable,-FMA_Usable,-AVX512F,-AVX512VL"


@dataclass(frozen=True)
class Processor:
    """What a processor is made to lack.

    Parameters
    ----------
    kernel : str
        Kernel of OpenBLAS; empty: the one that it picks.
    numpy, libc : str
        What NumPy may not dispatch to, and what the C library may not use.
    threads : int
        Threads of every library.
    """

    kernel: str = ""
    numpy: str = ""
    libc: str = ""
    threads: int = 1

    def environment(self) -> dict[str, str]:
        """Return the variables that make it so."""
        asked = {
            "OPENBLAS_CORETYPE": self.kernel,
            "NPY_DISABLE_CPU_FEATURES": self.numpy,
            "GLIBC_TUNABLES": self.libc,
            "OMP_NUM_THREADS": str(self.threads),
            "OPENBLAS_NUM_THREADS": str(self.threads),
        }
        return {name: value for name, value in asked.items() if value}

    def words(self) -> str:
        """Return the cells of the table."""
        numpy = {"": "all", NUMPY_AVX2: "no AVX-512", NUMPY_PLAIN: "no AVX2, no FMA"}[self.numpy]
        libc = "no FMA, no AVX2" if self.libc else "all"
        return f"{self.kernel or 'as found'} | {numpy} | {libc} | {self.threads}"


FEW = (
    Processor("Haswell"),
    Processor("SkylakeX", threads=2),
    Processor("Nehalem", NUMPY_PLAIN, LIBC_PLAIN),
)
ALL = (
    Processor(),
    Processor(threads=2),
    *(Processor(k, threads=t) for k in ("Haswell", "SkylakeX", "Nehalem") for t in (1, 2)),
    *(Processor(kernel) for kernel in ("Prescott", "Sandybridge", "Zen", "Cooperlake")),
    Processor("SkylakeX", NUMPY_AVX2),
    Processor("Haswell", NUMPY_PLAIN),
    Processor("Haswell", "", LIBC_PLAIN),
    Processor("SkylakeX", NUMPY_PLAIN, LIBC_PLAIN, 2),
    Processor("Nehalem", NUMPY_PLAIN, LIBC_PLAIN),
    Processor("Nehalem", NUMPY_PLAIN, LIBC_PLAIN, 2),
)


def digest_under(processor: Processor, python: str = sys.executable, whole: bool = False) -> list[str]:
    """Return the digest of a training, a checksum of what the libraries compute, and the kernel they used."""
    plain = {k: v for k, v in os.environ.items() if k not in Processor("x", "x", "x").environment()}
    done = subprocess.run(
        [*shlex.split(python), "-W", "ignore", "-c", TRAINING, *(["--whole"] if whole else [])],
        env={**plain, "PYTHONPATH": str(ROOT / "src"), **processor.environment()},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise SystemExit(f"{processor.words()}: {done.stderr[-2000:]}")
    return done.stdout.split()


def main() -> None:
    """Print the table; end with 1 where a digest differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--few", action="store_true", help="Three processors instead of all.")
    parser.add_argument("--whole", action="store_true", help="Train the shipped recipe.")
    parser.add_argument(
        "--python", nargs="*", default=[sys.executable], help="Interpreters (commands) to train with."
    )
    parser.add_argument("--as-found", action="store_true", help="This processor only, with one thread.")
    chosen = parser.parse_args()
    digests = set()
    print("| Python | kernel asked for | NumPy | C library | threads | kernel used | libraries | digest |")
    print("|---|---|---|---|---|---|---|---|")
    for python in chosen.python:
        asked = subprocess.run([*shlex.split(python), "-V"], capture_output=True, text=True, check=True)
        version = asked.stdout.split()[1]
        for processor in [Processor()] if chosen.as_found else FEW if chosen.few else ALL:
            digest, libraries, kernel = digest_under(processor, python, chosen.whole)
            print(f"| {version} | {processor.words()} | {kernel} | `{libraries}` | `{digest}` |", flush=True)
            digests.add(digest)
    if len(digests) > 1:
        raise SystemExit("The digests differ.")


if __name__ == "__main__":
    main()
