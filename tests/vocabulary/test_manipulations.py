from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretome_ml.vocabulary import parse_manipulation
from secretome_ml.vocabulary.manipulations import VESICLES


@pytest.mark.parametrize(
    ("text", "kind", "targets"),
    [
        ("PEDF removed by immunoprecipitation", "depleted", ("SERPINF1",)),
        ("sFLT-1 removed by immunoprecipitation", "depleted", ("FLT1",)),
        ("with PGE2 blocked", "neutralised", ("PGE2",)),
        ("with IDO blocked", "neutralised", ("IDO1",)),
        ("with KGF neutralising antibody", "neutralised", ("FGF7",)),
        ("other:conditioned_medium depleted of HGF", "depleted", ("HGF",)),
        ("other:conditioned medium depleted of MCP-1 and sSiglec-9", "depleted", ("CCL2", "SIGLEC9")),
        ("other:exosome plus anti-VEGF", "neutralised", ("VEGFA",)),
        ("other:exosome-depleted conditioned medium", "depleted", (VESICLES,)),
        ("EV-depleted conditioned medium", "depleted", (VESICLES,)),
        ("other:EV-free protein fraction (SEC)", "depleted", (VESICLES,)),
        ("other:conditioned medium with HGF inhibited", "inhibited", ("HGF",)),
        ("other:immunodepletion of IL-6 from the medium", "depleted", ("IL6",)),
        ("other:RNase treatment of vesicles", "nuclease", ("RNA",)),
        ("heat-inactivated conditioned medium", "heat_inactivated", ()),
        ("trypsin-treated exosomes", "protease", ()),
    ],
)
def test_texts_of_the_evidence(text: str, kind: str, targets: tuple[str, ...]) -> None:
    found = parse_manipulation(text)
    assert found is not None
    assert (found.kind, found.targets) == (kind, targets)


def test_the_targets_may_stand_beside() -> None:
    found = parse_manipulation("other:neutralising antibody", "VEGF + MCP-1 + IL-6")
    assert found is not None
    assert found.targets == ("VEGFA", "CCL2", "IL6")
    found = parse_manipulation("other:immunodepletion", "sFLT-1 or PEDF removed")
    assert found is not None
    assert found.targets == ("FLT1", "SERPINF1")


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "aged, 18-24 months",
        "aged, with or without coronary artery disease",
        "serum-free conditioned medium",
        "serum- and xeno-free expanded",
        "anti-inflammatory medium",
        "conditioned medium",
    ],
)
def test_texts_without_manipulation(text: str | None) -> None:
    assert parse_manipulation(text) is None


@given(st.text(max_size=300), st.none() | st.text(max_size=100))
def test_never_raises_on_text(text: str, agent: str | None) -> None:
    parse_manipulation(text, agent)


@pytest.mark.parametrize("piece", ["exosome ", "depleted of ", "anti-", "(", "remov"])
def test_very_long_text(piece: str) -> None:
    parse_manipulation(piece * 20_000)
