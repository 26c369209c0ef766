"""Bags of n-grams: the closed form, what training changes, bad input."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from cookbook.models.ngram_bags import ngram_bag

RANDOM = np.random.default_rng(0)
RATIOS = np.concatenate([np.zeros((1, 3)), RANDOM.normal(size=(5, 3))]).astype("float32")
TOKENS = np.array([[1, 4, 0, 0], [2, 3, 5, 0], [0, 0, 0, 0]], "int32")


def _expected(weights: np.ndarray) -> np.ndarray:
    """The formula, text by text."""
    texts = [[token for token in row if token] for row in TOKENS.tolist()]
    return np.array(
        [(weights[row] * RATIOS[row]).sum(0) / np.sqrt(max(1, len(row))) for row in texts]
    )


@pytest.mark.backend
def test_an_untrained_bag_is_naive_bayes() -> None:
    model = ngram_bag(6, 3, log_count_ratios=RATIOS, prior=0.4)
    expected = _expected(np.full((6, 3), 0.4))
    np.testing.assert_allclose(model.predict(TOKENS, verbose=0), expected, atol=1e-6)


@pytest.mark.backend
def test_weights_and_bias_are_added_to_it() -> None:
    model = ngram_bag(6, 3, log_count_ratios=RATIOS, prior=0.4)
    kernel, bias = RANDOM.normal(size=(6, 3)), np.array([1.0, 2.0, 3.0])
    layer = model.get_layer("logits")
    layer.kernel.assign(kernel)
    layer.bias.assign(bias)
    expected = _expected(0.4 + kernel) + bias
    np.testing.assert_allclose(model.predict(TOKENS, verbose=0), expected, atol=1e-5)


@pytest.mark.backend
def test_padding_changes_nothing() -> None:
    model = ngram_bag(6, 3, log_count_ratios=RATIOS)
    wide = np.pad(TOKENS, ((0, 0), (0, 5)))
    narrow, padded = (model.predict(rows, verbose=0) for rows in (TOKENS, wide))
    np.testing.assert_allclose(narrow, padded, atol=1e-6)


@pytest.mark.backend
def test_dropout_keeps_the_mean() -> None:
    model = ngram_bag(6, 3, log_count_ratios=RATIOS, dropout=0.5, seed=0)
    many = np.repeat(TOKENS[1:2], 4000, axis=0)
    noisy = keras.ops.convert_to_numpy(model(many, training=True))
    assert noisy.std(0).min() > 0
    np.testing.assert_allclose(noisy.mean(0), model.predict(TOKENS, verbose=0)[1], atol=0.05)


@pytest.mark.backend
def test_training_leaves_ratios_and_padding_alone() -> None:
    model = ngram_bag(6, 3, log_count_ratios=RATIOS)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.1), loss)
    model.fit(TOKENS, np.array([0, 1, 2]), epochs=3, verbose=0)
    layer = model.get_layer("logits")
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(layer.ratios), RATIOS)
    kernel = keras.ops.convert_to_numpy(layer.kernel)
    assert not kernel[0].any() and kernel[1:].all()


def test_without_ratios_it_is_a_linear_model() -> None:
    layer = ngram_bag(4, 2).get_layer("logits")
    np.testing.assert_array_equal(layer.ratios, [[0, 0], [1, 1], [1, 1], [1, 1]])


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((1, 2), {}, "vocabulary_size"),
        ((6, 0), {}, "num_outputs"),
        ((6, 3), {"dropout": 1.0}, "dropout"),
        ((6, 3), {"prior": -0.1}, r"`prior >= 0` must hold\. Got prior=-0\.1"),
        ((6, 2), {"log_count_ratios": RATIOS}, r"shape \(6, 2\)\. Got shape \(6, 3\)"),
        ((5, 3), {"log_count_ratios": RATIOS[1:]}, "zeros for padding first"),
    ],
)
def test_bad_arguments_are_refused(arguments, options, message) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=message):
        ngram_bag(*arguments, **options)
