"""What the service is measured against: FastAPI around the model's bare trees, and nothing else.

It takes rows of the encoded matrix and gives margins: no names, no units, no domain, no interval, no
explanation, no check and no limit.
"""

from __future__ import annotations

import sys

import numpy as np
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

from secretome_ml import load_model


class Rows(BaseModel):
    """Rows of the matrix that the trees read."""

    rows: list[list[float | None]]


def booster_of(model: object) -> object:
    """Return the trees of a model, also where they are part of a blend."""
    estimator = model.estimator  # type: ignore[attr-defined]
    return getattr(estimator, "trees_", estimator).booster_


def make_app() -> FastAPI:
    """Return the bare service."""
    booster = booster_of(load_model())
    app = FastAPI()

    @app.post("/predict")
    def predict(body: Rows) -> list[float]:
        matrix = np.array(body.rows, dtype=np.float32)
        return [float(m) for m in booster.inplace_predict(matrix, validate_features=False)]  # type: ignore[attr-defined]

    return app


if __name__ == "__main__":
    uvicorn.run(make_app(), port=int(sys.argv[1]), log_level="error")
