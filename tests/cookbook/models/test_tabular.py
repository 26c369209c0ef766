"""The ensemble for tables: what its training minimises, what it predicts, bad input."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from cookbook.models.tabular import tabular_ensemble

RANDOM = np.random.default_rng(0)
ROWS = RANDOM.normal(size=(40, 4)).astype("float32")
SMALL = {"members": 3, "widths": (8,), "seed": 0}


@pytest.mark.backend
def test_prediction_is_the_mean_of_the_members() -> None:
    model = tabular_ensemble((4,), **SMALL)
    members = keras.ops.convert_to_numpy(model(ROWS, training=True))
    assert members.shape == (40, 3, 1)
    free = tabular_ensemble((4,), dropout=0.0, **SMALL)
    members = keras.ops.convert_to_numpy(free(ROWS, training=True))
    np.testing.assert_allclose(members.mean(axis=1), free.predict(ROWS, verbose=0), atol=1e-5)
    assert members.std(axis=1).min() > 0


@pytest.mark.backend
def test_training_loss_is_the_mean_over_members_and_weights_count() -> None:
    model = tabular_ensemble((4,), dropout=0.0, **SMALL)
    members = keras.ops.convert_to_numpy(model(ROWS, training=True))[:, :, 0]
    y, weights = RANDOM.normal(size=(40, 1)).astype("float32"), np.arange(40, dtype="float32")
    model.compile(keras.optimizers.SGD(0.0), "mse", metrics=["mae"])
    history = model.fit(ROWS, y, sample_weight=weights, batch_size=40, verbose=0).history
    expected = ((members - y) ** 2 * weights[:, None]).mean()
    assert history["loss"][0] == pytest.approx(expected, rel=1e-4)
    # The metric is that of the average, also while it trains.
    assert history["mae"][0] == pytest.approx(
        np.abs(members.mean(axis=1) - y[:, 0]).mean(), rel=1e-4
    )


@pytest.mark.backend
def test_mixed_precision_rounds_no_prediction_in_the_loss() -> None:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = tabular_ensemble((4,), **SMALL)
        model.compile("sgd", "mse")
        members = np.full((40, 3, 1), 1.003, "float32")
        loss = float(model.compute_loss(ROWS, np.ones((40, 1)), members))
    finally:
        keras.config.set_dtype_policy(before)
    assert loss == pytest.approx(0.003**2, rel=1e-3)  # 1.003 is 1 in bfloat16


@pytest.mark.backend
def test_classes_get_the_mean_probability_of_the_members() -> None:
    model = tabular_ensemble((4,), 5, num_classes=3, dropout=0.0, **SMALL)
    members = keras.ops.softmax(model(ROWS, training=True))
    expected = keras.ops.convert_to_numpy(members).mean(axis=1)
    np.testing.assert_allclose(np.exp(model.predict(ROWS, verbose=0)), expected, atol=1e-5)
    model.compile(
        keras.optimizers.Adam(0.01), keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    )
    y = (ROWS[:, 0] > 0).astype("int64")
    losses = model.fit(ROWS, y, epochs=20, verbose=0).history["loss"]
    assert losses[-1] < 0.7 * losses[0]


def test_only_numbers_are_embedded() -> None:
    table = np.concatenate([ROWS, np.eye(4, dtype="float32")[RANDOM.integers(0, 4, 40)]], axis=1)
    model = tabular_ensemble((8,), num_numeric=4, **SMALL)
    assert model.get_layer("piecewise").linear.shape[0] == 4
    assert model.get_layer("hidden1").kernel.shape[0] == 4 * (4 + 4) + 4
    assert model.predict(table, verbose=0).shape == (40, 1)
    assert "piecewise" not in [layer.name for layer in tabular_ensemble((8,), num_numeric=0).layers]


def test_one_member_without_embedding_is_a_perceptron() -> None:
    model = tabular_ensemble((4,), members=1, widths=(5,), embedding="none", dropout=0.0, seed=0)
    assert set(np.unique(model.get_layer("hidden1").input_scale)) == {1.0}


def test_penalty_counts_the_shared_kernels() -> None:
    model = tabular_ensemble((4,), l2=0.1, batch_norm=True, **SMALL)
    kernel = np.array(model.get_layer("hidden1").kernel)
    assert float(sum(model.losses)) == pytest.approx(0.1 * float((kernel**2).sum()), rel=1e-5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"input_shape": (4, 2)}, r"A row of a table has one axis. Got input_shape=\(4, 2\)"),
        ({"num_numeric": 5}, "Got num_numeric=5 of 4"),
        ({"embedding": "periodc"}, "No embedding named 'periodc'. Did you mean 'periodic'?"),
        ({"members": 0}, "`members` must be an integer of at least 1"),
        ({"num_classes": 1}, "`num_classes` must be an integer of at least 2"),
    ],
)
def test_bad_arguments_are_refused(arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        tabular_ensemble(**{"input_shape": (4,), **arguments})
