"""What a bundle may hold: one form per file, every number with its range, every list with its length.

A form is checked while the JSON is read, before anything is built from it. What belongs together (one weight
per column, say) is compared afterwards, in `audit`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Literal, NotRequired, TypeVar, cast

from pydantic import (
    ConfigDict,
    Discriminator,
    FailFast,
    Field,
    JsonValue,
    Strict,
    Tag,
    TypeAdapter,
    ValidationError,
    with_config,
)
from pydantic_core import from_json
from typing_extensions import TypedDict

from secretome_ml.core.errors import BundleChanged
from secretome_ml.models.trees.saved import MOST_NODES, MOST_TREES

_T = TypeVar("_T")
_FORM = ConfigDict(extra="forbid", strict=True)  # but a list of fixed length may stand for a tuple

# Beyond these a sum of products would no longer be a finite number.
Number = Annotated[float, Field(ge=-1e9, le=1e9, allow_inf_nan=False)]
# What a laboratory measured has any unit: cells per litre, say.
Wide = Annotated[float, Field(ge=-1e36, le=1e36, allow_inf_nan=False)]
Wides = Annotated[list[Wide], Field(max_length=50), FailFast()]
Positive = Annotated[float, Field(ge=1e-9, le=1e9, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)]
Signed = Annotated[float, Field(ge=-1.0, le=1.0, allow_inf_nan=False)]
Level = Annotated[float, Field(gt=0.0, lt=1.0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
Word = Annotated[str, Field(max_length=300)]
Text = Annotated[str, Field(max_length=4000)]
# A laboratory's corpus may be some times larger than the published one, not a thousand times.
Columns = Annotated[list[_T], Field(max_length=20_000), FailFast()]
Rows = Annotated[list[_T], Field(max_length=100_000), FailFast()]
Nodes = Annotated[list[_T], Field(max_length=MOST_NODES), FailFast()]
Few = Annotated[dict[Word, _T], Field(max_length=50)]  # one per effect, say
Named = Annotated[dict[Word, _T], Field(max_length=20_000)]  # one per factor, say
Words = Annotated[list[Word], Field(max_length=50), FailFast()]


@with_config(_FORM)
class Parameters(TypedDict, total=False):
    """Settings of any model; the model itself refuses those that it does not take."""

    penalty: Positive
    deviation: Positive
    comparison_weight: Annotated[float, Field(ge=0.0, le=1e9, allow_inf_nan=False)]
    single_factor: Positive
    pseudo_observations: Positive
    tree_share: Share
    rounds: Annotated[int, Field(ge=1, le=MOST_TREES)]
    depth: Annotated[int, Field(ge=1, le=16)]
    rate: Share
    leaf_penalty: Annotated[float, Field(ge=0.0, le=1e9, allow_inf_nan=False)]
    seed: Annotated[int, Field(ge=0, lt=2**31)]
    device: Literal["cpu"]


@with_config(_FORM)
class Made(TypedDict):
    """What made the bundle."""

    command: Text
    secretome_ml: Word
    python: Word
    libraries: Few[Word]


@with_config(_FORM)
class RecipeFile(TypedDict, total=False):
    """The recipe; `recipe.py` says what its numbers may be."""

    name: Word
    effects: Words
    basis_weights: Few[Number]
    blocks: Words
    min_studies: Count
    knowledge: Few[Number]
    model: Word
    compare: Words
    settings: Few[Parameters]
    folds: Count
    inner_folds: Count
    repeats: Count
    seed: Annotated[int, Field(ge=0, lt=2**31)]
    level: Level
    draws: Count
    refits: Count


@with_config(_FORM)
class RolesForm(TypedDict):
    """Signed roles of factors, and of conditions by kind and term."""

    factors: Named[Signed]
    conditions: Columns[Annotated[tuple[Word, Word, Signed], Strict(False)]]


@with_config(_FORM)
class BlockForm(TypedDict):
    """A fitted block; `found` counts the studies that found each factor."""

    min_studies: Count
    columns: Columns[Word]
    found: NotRequired[Named[Count]]


@with_config(_FORM)
class EncoderFile(TypedDict):
    """The encoder, and the typical parts of its sums."""

    effects: Words
    blocks: Words
    min_studies: Count
    fitted: Annotated[
        list[Annotated[tuple[Word, BlockForm], Strict(False)]], Field(max_length=50), FailFast()
    ]
    roles: Few[RolesForm]
    constants: Few[Number]
    typical_parts: Few[Columns[Annotated[tuple[Word, Word, Number], Strict(False)]]]


@with_config(_FORM)
class ColumnSum(TypedDict):
    """A baseline."""

    parameters: Parameters
    effects: Words
    base: Few[Number]
    weights: Few[Columns[Number]]


@with_config(_FORM)
class Linear(ColumnSum):
    """A linear model."""

    typical: Columns[Number | None]
    scale: Columns[Positive]
    means: Few[Columns[Number]]


@with_config(_FORM)
class Trees(TypedDict):
    """The nodes of all trees, one tree after the other; see `trees.saved`."""

    nodes: Annotated[list[Count], Field(max_length=MOST_TREES), FailFast()]
    left: Nodes[Annotated[int, Field(ge=-1, lt=MOST_NODES)]]
    right: Nodes[Annotated[int, Field(ge=-1, lt=MOST_NODES)]]
    feature: Nodes[Count]
    missing_left: Nodes[Annotated[int, Field(ge=0, le=1)]]
    condition: Nodes[Number]
    cover: Nodes[Number]


@with_config(_FORM)
class Boosted(TypedDict):
    """Boosted trees."""

    parameters: Parameters
    effects: Words
    base: Few[Number]
    typical: Columns[Number | None]
    forest: Trees


@with_config(_FORM)
class Blend(TypedDict):
    """A linear model and boosted trees."""

    parameters: Parameters
    linear: Linear
    trees: Boosted


def _kind(values: Any) -> str:
    """Return which model values are meant to be, so that they are held against one form only."""
    signs = {"linear": "blend", "forest": "boosted", "scale": "linear"}
    return next((kind for key, kind in signs.items() if isinstance(values, dict) and key in values), "sum")


AnyModel = Annotated[
    Annotated[Blend, Tag("blend")]
    | Annotated[Boosted, Tag("boosted")]
    | Annotated[Linear, Tag("linear")]
    | Annotated[ColumnSum, Tag("sum")],
    Discriminator(_kind),
]


@with_config(_FORM)
class ModelFile(TypedDict):
    """The model of the bundle; `probe` holds the scores of made-up preparations."""

    name: Word
    columns: Columns[Word]
    values: AnyModel
    probe: Few[Annotated[list[Number], Field(max_length=16), FailFast()]]


@with_config(_FORM)
class ResampledFile(TypedDict):
    """The model refitted on resampled studies."""

    draws: Annotated[list[AnyModel], Field(max_length=20), FailFast()]


@with_config(_FORM)
class CalibratorForm(TypedDict):
    """From score to probability."""

    below: Annotated[float, Field(ge=0.0, le=1e6, allow_inf_nan=False)]
    above: Annotated[float, Field(ge=0.0, le=1e6, allow_inf_nan=False)]
    knots: Few[Number]
    offsets: Few[Number]


@with_config(_FORM)
class IntervalsForm(TypedDict):
    """Calibrators of resampled studies."""

    level: Level
    draws: Annotated[list[CalibratorForm], Field(min_length=1, max_length=1000), FailFast()]
    refused: Few[Text]


@with_config(_FORM)
class NearestForm(TypedDict):
    """The training arms."""

    facts: Columns[Word]
    arms: Rows[Columns[Count]]
    threshold: Share


@with_config(_FORM)
class DomainForm(TypedDict):
    """Studies per value, and the training arms."""

    studies: Few[Named[Count]]
    nearest: NearestForm
    min_studies: Count


@with_config(_FORM)
class TrustFile(TypedDict):
    """Calibration, intervals, domain, usual shares, and the scores of the training arms."""

    calibrator: CalibratorForm
    intervals: IntervalsForm
    domain: DomainForm
    usual: Few[Share]
    reference: Few[Annotated[list[Number], Field(min_length=1, max_length=100_000), FailFast()]]


@with_config(_FORM)
class Pair(TypedDict):
    """A decided comparison."""

    effect: Word
    arm: Word
    than: Word
    study: Word
    direction: Signed
    gap: Number


@with_config(_FORM)
class HeldOutFile(TypedDict):
    """Decided comparisons as models that had not seen the study scored them."""

    pairs: Rows[Pair]


@with_config(_FORM)
class EvidenceFile(TypedDict):
    """The studies behind the model."""

    digest: Word
    studies: Rows[Annotated[dict[Word, Text | int | None], Field(max_length=20)]]


@with_config(_FORM)
class MetricsFile(TypedDict):
    """What the validation found."""

    metrics: Columns[Annotated[dict[Word, Word | Count | Number | None], Field(max_length=20)]]


@with_config(_FORM)
class LotsFit(TypedDict):
    """Level, scale and weights learnt of a laboratory's lots."""

    kind: Literal["number", "yes/no"]
    centre: Wides
    spread: Wides
    weights: Wides
    covariance: Annotated[list[Wides], Field(max_length=50), FailFast()]
    noise: Annotated[float, Field(ge=0.0, le=1e36, allow_inf_nan=False)]
    freedom: Annotated[int, Field(ge=1, le=1_000_000)]


@with_config(_FORM)
class AdaptedFile(TypedDict):
    """A laboratory's lots, and what was learnt of them; `parent` is the digest of the model before."""

    parent: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    effect: Word
    outcome: Word
    assay: Word
    lower_is_better: bool
    level: Level
    factors: Words
    fit: LotsFit
    lots: Annotated[
        list[Annotated[dict[Word, Word | Wide | None], Field(max_length=20)]],
        Field(max_length=100_000),
        FailFast(),
    ]
    compared: Annotated[
        list[Annotated[dict[Word, Word | Wide | None], Field(max_length=20)]],
        Field(max_length=100),
        FailFast(),
    ]


FORMS: Mapping[str, Any] = {
    "adapted.json": AdaptedFile,
    "provenance.json": Made,
    "recipe.json": RecipeFile,
    "encoder.json": EncoderFile,
    "model.json": ModelFile,
    "resampled.json": ResampledFile,
    "trust.json": TrustFile,
    "held_out.json": HeldOutFile,
    "evidence.json": EvidenceFile,
    "metrics.json": MetricsFile,
}
_MOST_ERRORS = 1000


def read_form(name: str, content: bytes) -> dict[str, Any]:
    """Return the values of a JSON file of a bundle, in the form that its name asks for.

    Raises
    ------
    BundleChanged
        If it is not JSON, or anything in it is not of the form; the first such place is named.
    """
    try:
        # Read first and held against the form afterwards: a refusal while reading would build what it
        # refuses once more for every key that is missing.
        values = from_json(content, allow_inf_nan=False)
        return cast("dict[str, Any]", _adapter(name).validate_python(values))
    except ValidationError as error:
        if error.error_count() > _MOST_ERRORS:  # naming each of millions would take longer than reading them
            told = f"{error.error_count()} values of no use"
        else:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(str(step)[:40] for step in first["loc"])
            told = f"{place}: {first['msg'][:200]}" if place else first["msg"][:200]
    except (ValueError, RecursionError) as error:  # not JSON
        told = str(error)[:200]
    raise BundleChanged(f"{name} of the bundle holds {told!r}; train the bundle anew.")


@cache
def _adapter(name: str) -> TypeAdapter[Any]:
    # The manifest of another protocol may hold anything; what no form names, nothing is built from.
    plain = Annotated[dict[str, JsonValue], Field(max_length=100)]
    return TypeAdapter(FORMS.get(name, plain), config=None if name in FORMS else _FORM)
