"""Preconditioning as people write it: every part understood, or refused with the part that was not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secretome_ml.profiles.measures import hours_of, number_of, oxygen_percent, take_measures
from secretome_ml.profiles.preconditioning_text import parse_preconditioning
from secretome_ml.vocabulary import Terms, parse_intervention
from secretome_ml.web.pages.facts import _agent

TERMS = Terms()
KEYS = ("kind", "agent", "o2_percent", "hours", "dose", "unit")


def read(text: str) -> list[tuple]:
    return [tuple(e[k] for k in KEYS) for e in parse_preconditioning(text, TERMS)]


def entry(kind: str, agent: str | None = None, o2=None, hours=None, dose=None, unit=None) -> tuple:
    return (kind, agent, o2, hours, dose, unit)


HYPOXIA = [entry("hypoxia", o2=1.0, hours=48.0)]


@pytest.mark.parametrize(
    "text",
    [
        "hypoxia 1% 48h",
        "1 % O2, 48 h",
        "hypoxia(1% O2, 48 h)",
        "hypoxia(o2=1%, hours=48)",
        "hypoxia (1% O2, 5% CO2, 94% N2) for 2 days",
        "hypoxia(7.6 mmHg, 2 d)",
        "hypoxic culture at 1% oxygen for 48 hours",
        "pO2 7.6 mmHg 48 h",
        "hypoxia 1,0 % O₂; 48 h",
        "hypoxia(days=2, oxygen=1)",
        "low oxygen 1 % 48h",
        "48 h of 1% O2",
        "Hypoxia_1%_48h",
        "1% O2 (hypoxia) 48h",
        "hypoxia 1 pct @ 48 h",
    ],
)
def test_one_hypoxia_however_written(text: str) -> None:
    if ";" in text:
        text = text.replace(";", ",")
    assert read(text) == HYPOXIA


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "IFN-g 50 ng/ml 24 h + TNFa 20 ng/ml",
            [
                entry("cytokine", "IFN-g", hours=24.0, dose=50.0, unit="ng/ml"),
                entry("cytokine", "TNFa", dose=20.0, unit="ng/ml"),
            ],
        ),
        (
            "cytokine(IFNG, TNF, 20 ng/mL)",
            [entry("cytokine", a, dose=20.0, unit="ng/mL") for a in ("IFNG", "TNF")],
        ),
        (
            "cytokine(IFNG, 10 ng/mL, TNF, 20 ng/mL, 24 h)",
            [
                entry("cytokine", "IFNG", hours=24.0, dose=10.0, unit="ng/mL"),
                entry("cytokine", "TNF", hours=24.0, dose=20.0, unit="ng/mL"),
            ],
        ),
        (
            "primed with IFN-γ (50 ng/mL) and TNF-α (20 ng/mL) for 24 h",
            [
                entry("cytokine", "IFN-γ", hours=24.0, dose=50.0, unit="ng/mL"),
                entry("cytokine", "TNF-α", hours=24.0, dose=20.0, unit="ng/mL"),
            ],
        ),
        (
            "cytokine cocktail (IFNG 20 ng/mL, TNF 10 ng/mL)",
            [
                entry("cytokine", "IFNG", dose=20.0, unit="ng/mL"),
                entry("cytokine", "TNF", dose=10.0, unit="ng/mL"),
            ],
        ),
        ("TNF ~20 ng/mL", [entry("cytokine", "TNF", dose=20.0, unit="ng/mL")]),
        ("IFN-γ/TNF-α", [entry("cytokine", "IFN-γ"), entry("cytokine", "TNF-α")]),
        ("LPS 1 µg/mL", [entry("tlr_ligand", "LPS", dose=1.0, unit="ug/mL")]),
        ("poly(I:C) 10 ug/ml", [entry("tlr_ligand", "poly(I:C)", dose=10.0, unit="ug/ml")]),
        ("atorvastatin 1 uM", [entry("pharmacological", "atorvastatin", dose=1.0, unit="uM")]),
        ("VEGF siRNA", [entry("genetic_modification", "VEGF siRNA")]),
        ("IL-6 -/-", [entry("genetic_modification", "IL-6 -/-")]),
        ("10% FBS", [entry("nutrient", "FBS", dose=10.0, unit="%")]),
        ("3D culture", [entry("three_d_culture")]),
        ("hypoxia + hypoxia(o2=1%)", [entry("hypoxia", o2=1.0)]),
        ("IFNG 10 ng/mL + IFN-γ 10 ng/mL", [entry("cytokine", "IFNG", dose=10.0, unit="ng/mL")]),
        ("dexamethasone in DMSO", [entry("pharmacological", "dexamethasone")]),
        ("coculture(macrophages, 1:1)", [entry("coculture", "macrophages 1:1")]),
        ("other:moonlight", [entry("other:moonlight")]),
    ],
)
def test_every_part_is_read(text: str, expected: list[tuple]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "none",
        "normoxia",
        "normoxia(o2=21%)",
        "hypoxia(o2=21%)",
        "hypoxia(20% O2)",
        "hypoxia 18.6 %",
        "21% O2",
        "pharmacological(DMSO)",
        "pharmacological(PBS)",
        "cytokine(water)",
        "saline",
        "vehicle (ethanol 0.1%)",
        "genetic_modification(scrambled siRNA)",
        "genetic_modification(empty vector)",
        "genetic_modification(miR-NC)",
        "siNC",
        "untreated",
        "control",
    ],
)
def test_standard_culture_a_vehicle_and_a_control_construct_are_no_treatment(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("hypoxia(o2=0.21)", "0.21"),
        ("0.05 O2", "0.05"),
        ("hypoxia(o2=50%)", "50"),
        ("normoxia(o2=5%)", "5 %"),
        ("hypoxia(o2=1%) + hypoxia(o2=5%)", "twice"),
        ("hypoxia(o2=1%, o2=5%)", "1 and 5"),
        ("hypoxia(48)", "48"),
        ("cytokine(IFNG, 10)", "10"),
        ("cytokine(IFNG, dose=10)", "10"),
        ("cytokine(IFNG, 5%)", "5 %"),
        ("cytokine(IFNG, 10 ng/mL, 20 ng/mL)", "10 and 20"),
        ("cytokine(IFNG, hours=24, hours=48)", "24 and 48"),
        ("cytokine(IFNG, mystery)", "mystery"),
        ("cytokine(IFNG, 24-48 h)", "range"),
        ("cytokine(IFNG, 1,23 ng/mL)", "1,23"),
        ("cytokine(IFNG, colour=red)", "colour"),
        ("IFNG 10 ng/mL + IFNG 50 ng/mL", "twice"),
        ("hypoxia moonlight", "moonlight"),
        ("hypoxya", "hypoxya"),
        ("hypoxia (1%) moonlight", "moonlight"),
        ("hypoxia(", "parentheses"),
        ("hypoxia + ", "empty"),
        ("cytokine(IFNG, , 10 ng/mL)", "empty"),
        ("IFNG 1% O2", "oxygen"),
        ("IFNG 5 blobs", "5"),
        ("hypoxia <1%", "limit"),
        ("IFNG > 10 ng/mL", "limit"),
        ("MSC", "names cells"),
        ("ASC", "names cells"),
        ("NT", "something else"),
    ],
)
def test_what_is_not_understood_is_named(text: str, part: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        read(text)
    assert part in str(refused.value)


AGENTS = {
    "IFNG": "cytokine",
    "TNF-α": "cytokine",
    "IL-1β": "cytokine",
    "LPS": "tlr_ligand",
    "DFO": "pharmacological",
}
numbers = st.integers(1, 999)
units = st.sampled_from(["ng/mL", "ng/ml", "uM", "U/mL", "pg/ml", "mM", "µg/mL"])
times = st.sampled_from([("h", 1), (" h", 1), (" hours", 1), (" d", 24), (" days", 24)])


@settings(max_examples=120, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(AGENTS)), numbers, units, times),
        min_size=1,
        max_size=4,
        unique_by=lambda p: p[0],
    )
)
def test_what_is_written_comes_back_in_any_of_four_forms(parts: list) -> None:
    expected = [
        entry(AGENTS[a], a, hours=float(n % 99 + 1) * t[1], dose=float(n), unit=u.replace("µ", "u"))
        for a, n, u, t in parts
    ]
    free = " + ".join(f"{a} {n} {u} {n % 99 + 1}{t[0]}" for a, n, u, t in parts)
    turned = "; ".join(f"{n} {u} {a} for {n % 99 + 1}{t[0]}" for a, n, u, t in parts)
    bracket = " + ".join(f"{a} ({n} {u}, {n % 99 + 1}{t[0]})" for a, n, u, t in parts)
    named = "+".join(f"{AGENTS[a]}(agent={a}, dose={n} {u}, time={n % 99 + 1}{t[0]})" for a, n, u, t in parts)
    for text in (free, turned, bracket, named):
        assert read(text) == expected, text


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(AGENTS)), numbers), min_size=1, max_size=3, unique_by=lambda p: p[0]
    ),
    st.floats(0.1, 18),
    numbers,
)
def test_the_written_form_of_an_entry_is_read_again(parts: list, oxygen: float, hours: int) -> None:
    texts = [f"{AGENTS[a]}({a}, {n} ng/mL, hours={n})" for a, n in parts]
    found = parse_preconditioning(" + ".join([*texts, f"hypoxia(o2={oxygen:.2f}%, hours={hours})"]), TERMS)
    assert parse_preconditioning(" + ".join(_agent(e) for e in found), TERMS) == found


ALPHABET = "hypoxia IFNGTNF 0123456789%.,;+()=/-µ O2ngmlhd"


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from(ALPHABET), max_size=40))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    try:
        found = parse_preconditioning(text, TERMS)
    except ValueError as refused:
        found = []
        assert len(str(refused)) > 10  # noqa: PT017
    again = [e for e in found if e["kind"] != "other"]
    assert again == found


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(["hypoxia 1% 48h", "IFNG 10 ng/mL", "cytokine(IFNG, 10 ng/mL", "hypoxia(1%", "LPS"]),
    st.sampled_from(["7 blobs", "moonlight", "77", "7 ng/blob", "colour=red", "mystery 5 ng/mL"]),
    st.sampled_from([", ", " "]),
)
def test_no_word_or_number_is_passed_over(text: str, junk: str, between: str) -> None:
    closing = ")" if "(" in text else ""
    with pytest.raises(ValueError, match=r"\w"):
        parse_preconditioning(f"{text}{between}{junk}{closing}", TERMS)


@settings(max_examples=100, deadline=None)
@given(st.floats(0.01, 20.9))
def test_pressures_are_shares_of_one_atmosphere(percent: float) -> None:
    for unit, whole in (("kPa", 101.325), ("mmHg", 760.0), ("mbar", 1013.25)):
        text = f"{percent / 100 * whole:.6f}"
        if float(text) / whole * 100 <= 21:
            assert oxygen_percent(text, unit) == pytest.approx(percent, rel=1e-3)


def test_numbers_by_hand() -> None:
    assert number_of("1,000") == 1000
    assert number_of("0,125") == 0.125
    assert hours_of("30", "min") == 0.5
    assert hours_of("1", "week") == 168
    assert take_measures("5% CO2 and 37 °C")[1] == "and"
    with pytest.raises(ValueError, match="two ways"):
        number_of("24,48")


LOSSES = [
    "TSG-6 short hairpin RNA", "TSG-6 shRNA", "TSG-6 siRNA", "siTSG6", "sh-TSG6", "TSG-6 null",
    "TSG-6 antisense",
    "TSG-6 -/-", "TSG6-/-", "TSG-6 KO", "TSG-6 knock-out", "TSG-6 knockdown", "TSG-6 decoy", "TSG-6 sponge",
    "dominant negative TSG-6", "TSG-6 blocked", "TSG-6 neutralising antibody", "anti-TSG-6",
    "TSG-6 CRISPR/Cas9",
    "TSG-6-deficient", "TSG-6 morpholino", "TSG-6 silencing", "TSG-6 +/-", "TSG-6 inhibitor", "without TSG-6",
]  # fmt: skip


@pytest.mark.parametrize("agent", LOSSES)
@pytest.mark.parametrize("kind", ["genetic_modification", "cytokine", "pharmacological"])
def test_every_way_to_write_a_loss_is_one(kind: str, agent: str) -> None:
    found = parse_intervention(kind, agent)
    assert (found.direction, found.targets) == (-1, ("TNFAIP6",))


@pytest.mark.parametrize(
    "agent",
    ["LNA-miR-126", "antagomir-126", "anti-miR-126", "miR-126 inhibitor", "antimiR-126", "miR-126 sponge"],
)
def test_every_way_to_silence_a_microrna_is_one(agent: str) -> None:
    found = parse_intervention("genetic_modification", agent)
    assert (found.direction, found.targets, found.agent_class) == (-1, ("miR-126",), "mirna")


@pytest.mark.parametrize(
    ("kind", "agent", "target"),
    [
        ("pharmacological", "cobalt protoporphyrin", "cobalt protoporphyrin"),
        ("pharmacological", "CoCl2", "CoCl2"),
        ("pharmacological", "RNase", "RNase"),
        ("genetic_modification", "miR-7", "miR-7"),
        ("genetic_modification", "circHIPK3 over-expression", "circHIPK3"),
        ("cytokine", "TNF", "TNF"),
    ],
)
def test_an_agent_is_none_that_it_looks_like(kind: str, agent: str, target: str) -> None:
    found = parse_intervention(kind, agent)
    assert (found.target, found.direction) == (target, 1)
