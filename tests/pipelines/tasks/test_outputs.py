"""Predictions of rows in memory are those of Keras, however many there are."""

from __future__ import annotations

import numpy as np
import pytest

from cookbook.models.tabular import tabular_ensemble
from pipelines.tasks.outputs import outputs_of


@pytest.mark.parametrize("rows", [1, 8, 9])
def test_outputs_are_those_of_predict(rows: int) -> None:
    model = tabular_ensemble((3,), members=2, widths=(8,), seed=0)
    x = np.random.default_rng(0).normal(size=(rows, 3)).astype("float32")
    wanted = model.predict(x, verbose=0)
    np.testing.assert_allclose(outputs_of(model, x, batch_size=8), wanted, rtol=1e-6)
