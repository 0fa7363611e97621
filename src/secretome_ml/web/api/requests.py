"""What a caller sends: samples with what is stated and measured. What is left out was not."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, create_model

from secretome_ml.vocabulary.columns import context_columns

Text: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
State = Literal["elevated", "decreased", "unchanged", "detected", "not_detected"]
MOST_FACTORS = 20_000
MOST_CONDITIONS = 20


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)


class Condition(_Strict):
    """One kind of preconditioning."""

    kind: Text = Field(description="Kind, such as hypoxia or cytokine.", examples=["hypoxia"])
    agent: Text | None = Field(None, description="What was given, such as IFNG.", examples=["IFNG"])
    o2_percent: float | None = Field(None, ge=0, le=21, description="Oxygen in %.")
    hours: float | None = Field(None, ge=0, le=10_000, description="Duration in hours.")
    dose: float | None = Field(None, ge=0, description="Dose, in `unit`.")
    unit: Text | None = Field(None, description="Unit of the dose.", examples=["ng/mL"])


class Factor(_Strict):
    """One measured factor: a value, a state, or both."""

    name: Text = Field(description="Any known name of the factor.", examples=["VEGF-A"])
    value: float | None = Field(None, description="Measured value, in `unit`.")
    unit: Text | None = Field(
        None, description="Unit, such as pg/mL, pg/10^6 cells or NPX.", examples=["pg/mL"]
    )
    state: State | None = Field(None, description="What is stated instead of a number.")
    lod: float | None = Field(None, ge=0, description="Limit of detection, in `unit`.")


_FIELDS: dict[str, Any] = {
    c.name: (Text | None, Field(None, description=c.meaning)) for c in context_columns()
}
_Context = create_model("_Context", __base__=_Strict, **_FIELDS)


class Sample(_Context):  # type: ignore[misc, valid-type]
    """One preparation. A context field that is left out is not stated."""

    sample: Text = Field(description="Name; unique in the request.", examples=["a1"])
    preconditioning: list[Condition] = Field(
        [], max_length=MOST_CONDITIONS, description="Empty: standard culture, or not stated."
    )
    factors: list[Factor] = Field(
        [], max_length=MOST_FACTORS, description="A factor that is not listed was not measured."
    )


class ScoreRequest(_Strict):
    """Samples to score."""

    samples: list[Sample] = Field(min_length=1, description="The samples.")
    control: Text | None = Field(None, description="Sample that the others are compared with.")
