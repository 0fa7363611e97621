"""Training gives the same bundle, byte for byte, whatever the processor can do."""

import os
import platform
import subprocess
import sys

import pytest

from conftest import ROOT

TRAINING = """
from dataclasses import replace
import numpy as np
from scipy.special import expit
from secretome_ml import load_evidence
from secretome_ml.recipe import Recipe
from secretome_ml.workflows.train import train

evidence = load_evidence()
tested = evidence.outcomes[evidence.outcomes["effect"].isin(["angiogenic", "anti_fibrotic"])]
failing = list(dict.fromkeys(tested.loc[tested["result"] != "beneficial", "study"]))[:40]
some = list(dict.fromkeys(tested["study"]))[:60]
recipe = Recipe(
    "small", effects=("angiogenic", "anti_fibrotic"), compare=("logistic",), folds=2, inner_folds=2,
    draws=20, refits=2,
)
print(train(recipe, evidence.subset({*failing, *some})).model.to_bundle("test").digest)
values = np.random.default_rng(0).uniform(-5.0, 5.0, 40_000)
matrix = values.reshape(200, 200)
print(hash((expit(values).tobytes(), np.exp(values).tobytes(), (matrix @ matrix).tobytes())))
"""
# What a processor is made to lack: kernels of OpenBLAS, NumPy's own dispatch, the C library's.
PROCESSORS = {
    "Haswell": {"OPENBLAS_CORETYPE": "Haswell"},
    "SkylakeX, two threads": {"OPENBLAS_CORETYPE": "SkylakeX", "OMP_NUM_THREADS": "2"},
    "Nehalem, none dispatched": {
        "OPENBLAS_CORETYPE": "Nehalem",
        "NPY_DISABLE_CPU_FEATURES": "X86_V3,X86_V4,AVX512_ICL,AVX512_SPR,"
        "AVX2,FMA3,AVX512F,AVX512CD,AVX512_SKX,AVX512_CLX,AVX512_CNL",
        "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-FMA,-FMA4,-AVX2,-AVX2_Usable,-FMA_Usable",
    },
}


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the kernels are those of x86-64")
def test_every_kernel_gives_one_digest():
    started = [
        subprocess.Popen(
            [sys.executable, "-c", TRAINING],
            env={**os.environ, "PYTHONHASHSEED": "0", **processor},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for processor in PROCESSORS.values()
    ]
    told = [process.communicate()[0].split() for process in started]
    assert [process.returncode for process in started] == [0] * len(PROCESSORS)
    digests, libraries = zip(*told, strict=True)
    assert len(set(libraries)) > 1, "the settings change what the libraries compute"
    assert len(set(digests)) == 1, dict(zip(PROCESSORS, digests, strict=True))
