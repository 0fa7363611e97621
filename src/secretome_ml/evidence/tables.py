"""The tables of the corpus: one description, from which everything else is made.

Vocabularies are those of `data/vocabulary`, so that what can be scored can be imported.
"""

from __future__ import annotations

from dataclasses import replace

from secretome_ml.evidence.columns import Column, ForeignKey, Table
from secretome_ml.vocabulary import Terms
from secretome_ml.vocabulary.columns import ContextColumn, context_columns

_TERMS = Terms()
FACTOR_STATES = ("elevated", "decreased", "unchanged", "detected", "not_detected")
HEADLINE_EFFECTS = _TERMS.headline_effects()
EFFECTS = _TERMS.ids("effect")
RESULTS = ("beneficial", "null", "adverse")
DIRECTIONS = ("higher", "lower", "equal")
BASES = ("title", "review", "figure_legend", "abstract", "full_text")
# What a preparation must state to be one.
_REQUIRED = ("cell_type", "product")
# Columns whose words are kept as the source writes them, and resolved when they are read.
_AS_WRITTEN = ("cell_type", "species")


def _terms(name: str, meaning: str, vocabulary: str, required: bool = False) -> Column:
    """Return a column of the words of a vocabulary, or `other:<words>`."""
    words = _TERMS.ids(vocabulary)
    return Column(name, meaning, required=required, values=words, open_values=True, vocabulary=vocabulary)


def _context(column: ContextColumn) -> Column:
    required = column.name in _REQUIRED
    return replace(_of_kind(column, required), may_be_missing=not required)


def _of_kind(column: ContextColumn, required: bool) -> Column:
    if column.holds == "number":
        return Column(column.name, column.meaning, "number", required, unit=column.unit)
    if column.name in _AS_WRITTEN:
        return Column(column.name, column.meaning, required=required, vocabulary=column.name)
    if not column.is_term:
        return Column(column.name, column.meaning, required=required)
    return _terms(column.name, column.meaning, column.name, required)


_STUDY = Column("study", "Identifier of the study.", required=True, pattern=r"s-[0-9a-f]{8}")
_ARM = Column("arm", "Identifier of the arm, unique within its study.", required=True)
_NUMBER = Column("number", "Running number within the arm.", "integer", required=True, minimum=1)
_TO_ARM = ForeignKey(("study", "arm"), "arms", ("study", "arm"))

STUDIES = Table(
    "studies",
    "One row per published study.",
    (
        _STUDY,
        Column("doi", "Digital object identifier, in lower case.", pattern=r"10\.\d{4,9}/\S+"),
        Column("pmid", "PubMed identifier.", pattern=r"\d{1,9}"),
        Column("year", "Year of publication.", "integer", minimum=1960, maximum=2100),
        Column("first_author", "Family name of the first author."),
        Column("journal", "Journal, as the source writes it."),
        Column("title", "Title of the study, where the source prints it."),
        Column(
            "url",
            "Address of the study; of the page that was read, where no better one is known.",
        ),
        Column(
            "locator",
            "Place in a seed review that states the facts: seed:FILE#WHERE.",
            pattern=r"seed:\S+\.txt#.+",
        ),
        Column("basis", "What the facts were read from.", required=True, values=BASES),
        Column("note", "Short remark of the curator."),
    ),
    key=("study",),
)

ARMS = Table(
    "arms",
    "One row per preparation: cells, what was done to them, what was collected.",
    (
        _STUDY,
        _ARM,
        *map(_context, context_columns()),
        Column("collection_medium", "Medium the product was collected in."),
        Column("serum_free", "Whether that medium held no serum.", "boolean"),
        Column("collection_hours", "Hours of conditioning.", "number", minimum=0, maximum=2000, unit="h"),
        Column("isolation", "How vesicles or fractions were isolated."),
    ),
    key=("study", "arm"),
    references=(ForeignKey(("study",), "studies", ("study",)),),
)

PRECONDITIONING = Table(
    "preconditioning",
    "One row per agent that the cells met before collection.",
    (
        _STUDY,
        _ARM,
        _NUMBER,
        _terms("kind", "Kind of preconditioning.", "preconditioning", required=True),
        Column("agent", "Gene, cytokine, drug or material, as stated."),
        Column("o2_percent", "Oxygen.", "number", minimum=0, maximum=21, unit="%"),
        Column("hours", "Duration.", "number", minimum=0, maximum=10000, unit="h"),
        Column("dose", "Dose of the agent, in `unit`.", "number", minimum=0),
        Column("unit", "Unit of the dose."),
    ),
    key=("study", "arm", "number"),
    references=(_TO_ARM,),
)

MANIPULATIONS = Table(
    "manipulations",
    "One row per thing done to the product after collection, or to a factor during the assay.",
    (
        _STUDY,
        _ARM,
        _NUMBER,
        _terms("kind", "What was done.", "manipulation", required=True),
        Column("target", "Factor or fraction that was removed, blocked or added."),
    ),
    key=("study", "arm", "number"),
    references=(_TO_ARM,),
)

FACTORS = Table(
    "factors",
    "One row per factor reported in the product. A factor without a row was not measured.",
    (
        _STUDY,
        _ARM,
        _NUMBER,
        Column("name", "Name of the factor, as the source writes it.", required=True),
        Column("state", "What was found.", required=True, values=FACTOR_STATES),
        Column("vs", "Arm of the study, or the control, that it was compared with."),
        Column("assay", "How it was measured."),
        Column("value", "Stated value, in `unit`.", "number", minimum=0),
        Column("unit", "Unit of the value."),
        Column(
            "causal",
            "True where blocking, knocking down or over-expressing the factor changed the outcome; "
            "False where that was tried and changed nothing.",
            "boolean",
        ),
    ),
    key=("study", "arm", "number"),
    references=(_TO_ARM,),
)

OUTCOMES = Table(
    "outcomes",
    "One row per readout. An effect without a row was not tested.",
    (
        _STUDY,
        _ARM,
        _NUMBER,
        _terms("effect", "Therapeutic effect.", "effect", required=True),
        Column(
            "result",
            "Beneficial; null (tested, no change); adverse (tested, the opposite).",
            required=True,
            values=RESULTS,
        ),
        Column("vs", "Control it was compared with."),
        Column("assay", "Assay or model readout, as curated."),
        _terms("system", "Test system.", "assay_system"),
        Column("model", "Disease or injury model."),
        Column("readout", "What was measured."),
        Column("readout_direction", "How the readout moved.", values=("increase", "decrease", "none")),
        Column("wanted_direction", "Which way was wanted.", values=("increase", "decrease")),
        Column("dose", "Dose of the preparation, as stated."),
        Column("route", "Route of administration."),
        Column("timing", "Time of administration or readout."),
        Column("n", "Number of independent observations.", "integer", minimum=1),
        Column("effect_size", "Size of the effect, as stated."),
        Column("p_value", "P value, as stated."),
    ),
    key=("study", "arm", "number"),
    references=(_TO_ARM,),
)

COMPARISONS = Table(
    "comparisons",
    "One row per pair of arms of one study compared on one effect by one readout.",
    (
        _STUDY,
        _ARM,
        _NUMBER,
        Column("than", "The other arm, of the same study.", required=True),
        _terms("effect", "Therapeutic effect.", "effect", required=True),
        Column("direction", "Whether `arm` had more of the effect.", required=True, values=DIRECTIONS),
        Column("assay", "Assay of the comparison; two readouts of one effect can disagree."),
    ),
    key=("study", "arm", "number"),
    references=(_TO_ARM, ForeignKey(("study", "than"), "arms", ("study", "arm"))),
)

MEDIATORS = Table(
    "mediators",
    "One row per factor or pathway measured in the recipient, not in the product.",
    (
        _STUDY,
        _ARM,
        _NUMBER,
        Column("name", "Factor or pathway, as the source writes it.", required=True),
        Column("state", "What was found.", values=("elevated", "decreased", "unchanged")),
        Column("causal", "True where blocking it changed the outcome.", "boolean"),
    ),
    key=("study", "arm", "number"),
    references=(_TO_ARM,),
)

TABLES = (STUDIES, ARMS, PRECONDITIONING, MANIPULATIONS, FACTORS, OUTCOMES, COMPARISONS, MEDIATORS)
