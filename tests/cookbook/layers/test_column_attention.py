"""Attention to columns: neutral at the start, and outliers learn to count little."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from cookbook.layers import ColumnAttention


@pytest.mark.backend
def test_at_the_start_every_column_counts_alike() -> None:
    x = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")
    np.testing.assert_allclose(keras.ops.convert_to_numpy(ColumnAttention(4)(x)), x, rtol=1e-6)


@pytest.mark.backend
def test_weights_are_one_on_average_and_come_back_from_a_file(tmp_path) -> None:
    layer = ColumnAttention(4)
    model = keras.Sequential([keras.Input((3,)), layer])
    layer.scores.kernel.assign(np.random.default_rng(0).normal(size=(4, 3)))
    x = np.random.default_rng(1).normal(size=(5, 3)).astype("float32")
    weights = keras.ops.convert_to_numpy(layer.weights_of(keras.ops.convert_to_tensor(x)))
    np.testing.assert_allclose(weights.mean(axis=1), 1.0, rtol=1e-5)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(again(x)), keras.ops.convert_to_numpy(model(x)), rtol=1e-6
    )


def test_no_units_are_refused() -> None:
    with pytest.raises(ValueError, match="`units` must be an integer of at least 1"):
        ColumnAttention(0)
