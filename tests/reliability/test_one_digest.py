"""Training gives the same bundle, byte for byte, whatever the processor can do."""

import platform

import pytest

from tools.digests import FEW, digest_under


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the kernels are those of x86-64")
def test_every_kernel_gives_one_digest():
    digests, libraries, kernels = zip(*map(digest_under, FEW), strict=True)
    assert list(kernels) == [processor.kernel for processor in FEW], "the kernels asked for were used"
    assert len(set(libraries)) > 1, "the settings change what the libraries compute"
    assert len(set(digests)) == 1, dict(zip(kernels, digests, strict=True))
