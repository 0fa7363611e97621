"""Contributions in bulk against the model's own, and against the score that they add up to."""

import numpy as np
import pyarrow.parquet as pq
from secretome_ml.bulk import explain_file, score_file

from bulk.bulk_tables import make_table
from secretome_ml import load_model, read_profiles


def test_columns_are_the_models_contributions_and_add_up(tmp_path):
    model = load_model()
    make_table(25, list(model.important_factors[:12])).to_parquet(tmp_path / "t.parquet")
    explain_file(model, tmp_path / "t.parquet", tmp_path / "c.parquet", by="column")
    explain_file(model, tmp_path / "t.parquet", tmp_path / "p.parquet")
    score_file(model, tmp_path / "t.parquet", tmp_path / "s.parquet")
    columns, parents, scores = (pq.read_table(tmp_path / f"{n}.parquet").to_pandas() for n in "cps")
    features = model.encoder.transform(read_profiles(tmp_path / "t.parquet"))
    names = [c.name for c in model.encoder.columns]
    for effect in model.effects:
        own = columns[columns["effect"] == effect]
        np.testing.assert_allclose(
            own[[*names, "base value"]], model.estimator.contributions(features, effect), rtol=0, atol=1e-5
        )
    for table in (columns, parents):
        total = table.drop(columns=["sample", "effect"]).sum(axis=1)
        np.testing.assert_allclose(total, scores["score"], rtol=0, atol=1e-5)
        assert table["sample"].tolist() == scores["sample"].tolist()
        assert table["effect"].tolist() == scores["effect"].tolist()
    hypoxia = [c.name for c in model.encoder.columns if c.parent == "hypoxia"]
    assert len(hypoxia) > 1
    np.testing.assert_allclose(parents["hypoxia"], columns[hypoxia].sum(axis=1), rtol=0, atol=1e-6)
