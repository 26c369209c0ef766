"""Language models with cutoffs train on the loss of the whole vocabulary."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from cookbook.models.language_models import language_model

RANDOM = np.random.default_rng(0)
TOKENS, TARGETS = RANDOM.integers(1, 40, (4, 6)), RANDOM.integers(1, 40, (4, 6))
SHAPES = [
    {},
    pytest.param({"units": (7, 5)}, marks=pytest.mark.exhaustive),
    {"padding_id": 0},
    pytest.param({"stateful_batch_size": 4}, marks=pytest.mark.exhaustive),
]


def compiled(**options: Any) -> keras.Model:
    model = language_model(
        40, **{"embedding_dim": 8, "units": (8,), "tied": True, "cutoffs": (10, 25), **options}
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.1), loss, metrics=["sparse_categorical_accuracy"])
    return model


@pytest.mark.parametrize("shape", SHAPES)
def test_training_loss_is_that_of_all_words(shape: dict[str, Any]) -> None:
    model = compiled(seed=0, **shape)
    tokens = TOKENS.copy()
    if "padding_id" in shape:
        tokens[:, 4:] = 0
    whole = compiled(seed=0, **shape).test_on_batch(tokens, TARGETS, return_dict=True)
    trained = model.train_on_batch(tokens, TARGETS, return_dict=True)
    assert trained["loss"] == pytest.approx(whole["loss"], rel=1e-5)
    # A right guess of a rare word is not counted in training.
    assert trained["sparse_categorical_accuracy"] <= whole["sparse_categorical_accuracy"]


def test_gradients_are_those_of_all_words() -> None:
    cheap, whole = compiled(seed=0), compiled(seed=0)
    cheap.train_on_batch(TOKENS, TARGETS)
    plain = keras.Model(whole.input, whole.output)
    plain.compile(whole.optimizer, whole.loss)
    plain.train_on_batch(TOKENS, TARGETS)
    for found, expected in zip(cheap.get_weights(), whole.get_weights(), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-6)


def test_weights_of_rows_count() -> None:
    once, twice = compiled(seed=0), compiled(seed=0)
    loss = once.train_on_batch(TOKENS[:2], TARGETS[:2], return_dict=True)["loss"]
    weights = np.array([1.0, 1.0, 0.0, 0.0])
    found = twice.train_on_batch(TOKENS, TARGETS, sample_weight=weights, return_dict=True)["loss"]
    assert found == pytest.approx(loss / 2, rel=1e-5)  # two rows of four, as Keras divides


@pytest.mark.parametrize("shape", [{}, {"padding_id": 0}])
def test_weights_of_tokens_count_as_in_the_loss_of_all_words(shape: dict[str, Any]) -> None:
    tokens, weights = TOKENS * (np.arange(6) < 4), RANDOM.uniform(0.5, 3.0, (4, 6))
    given = {"sample_weight": weights, "return_dict": True}
    whole = compiled(seed=0, **shape).test_on_batch(tokens, TARGETS, **given)
    trained = compiled(seed=0, **shape).train_on_batch(tokens, TARGETS, **given)
    assert trained["loss"] == pytest.approx(whole["loss"], rel=1e-5)


def test_padding_counts_neither_in_the_accuracy_nor_in_the_loss() -> None:
    model = compiled(seed=0, padding_id=0)
    tokens = TOKENS * (np.arange(6) < 2)
    likeliest = model.predict_on_batch(tokens)[..., :10].argmax(-1)  # words of the head
    frequent = model.predict_on_batch(tokens).argmax(-1) < 10
    targets = np.where(frequent, likeliest, 39) * (np.arange(6) < 2)
    found = model.train_on_batch(tokens, targets, return_dict=True)
    expected = frequent[:, :2].mean()
    assert expected > 0
    assert found["sparse_categorical_accuracy"] == pytest.approx(expected)
    weights = model.get_weights()
    model.reset_metrics()
    assert model.train_on_batch(0 * tokens, targets, return_dict=True)["loss"] == 0.0
    for one, other in zip(weights, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.exhaustive
def test_saved_model_gives_the_same_probabilities_and_trains_on(tmp_path: Path) -> None:
    model = compiled(seed=0)
    model.train_on_batch(TOKENS, TARGETS)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    found, expected = (m.predict_on_batch(TOKENS) for m in (loaded, model))
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_allclose(np.exp(found).sum(-1), 1, rtol=1e-5)
    assert loaded.train_on_batch(TOKENS, TARGETS) == model.train_on_batch(TOKENS, TARGETS)


@pytest.mark.parametrize(
    ("loss", "received"),
    [
        ("mse", "'mse'"),
        ("sparse_categorical_crossentropy", "'sparse_categorical_crossentropy'"),
        (keras.losses.SparseCategoricalCrossentropy(), "'sparse_categorical_crossentropy'"),
    ],
)
def test_losses_that_validation_would_not_share_are_refused(loss: Any, received: str) -> None:
    model = compiled()
    model.compile("sgd", loss, run_eagerly=True)
    message = (
        rf"SparseCategoricalCrossentropy\(from_logits=True\).* Got {received} with from_logits=F"
    )
    with pytest.raises(ValueError, match=message):
        model.train_on_batch(TOKENS, TARGETS)


def test_untied_vectors_are_refused() -> None:
    with pytest.raises(ValueError, match="say tied=True, or leave them out"):
        language_model(40, cutoffs=(10,))
    with pytest.raises(ValueError, match="'linear' is one layer without embedding"):
        language_model(40, cell="linear", cutoffs=(10,))
