"""Gradients over time: against the closed form of a linear recurrence."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from cookbook.diagnostics import gradients_over_time
from cookbook.models.recurrent_classifiers import text_classifier


def linear_reader(weight: float) -> keras.Model:
    """h_t = w h_(t-1) + x_t, and the loss is the last state: ∂L/∂x_t = w^(T - t)."""
    layer = keras.layers.SimpleRNN(
        1,
        activation="linear",
        use_bias=False,
        kernel_initializer="ones",
        recurrent_initializer=keras.initializers.Constant(weight),
    )
    model = keras.Sequential([keras.Input((6, 1)), layer])
    model.compile(loss=lambda y_true, y_pred: y_pred[:, 0])
    return model


@pytest.mark.backend
@pytest.mark.parametrize("weight", [0.5, 1.0, 2.0])
def test_a_linear_recurrence_shrinks_or_grows_geometrically(weight: float) -> None:
    found = gradients_over_time(linear_reader(weight), np.ones((1, 6, 1)), np.zeros(1))
    assert found == pytest.approx(weight ** np.arange(5.0, -1, -1), rel=1e-5)


def test_tokens_are_read_through_their_vectors() -> None:
    model = text_classifier(9, 2, embedding_dim=4, units=(3,))
    model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    tokens = np.array([[3, 1, 8, 0], [2, 2, 0, 0]])
    found = gradients_over_time(model, tokens, np.array([0, 1]))
    assert found.shape == (4,)
    assert (found[:3] > 0).all()
    assert found[3] == 0  # padding


def test_a_model_without_time_is_refused() -> None:
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile(loss="mse")
    with pytest.raises(ValueError, match="Nothing in the model has time steps"):
        gradients_over_time(model, np.ones((2, 3)), np.ones((2, 1)))
