"""SPSA: its estimate, its conditions, and training without gradients."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

from cookbook.diagnostics._arrays import to_array
from cookbook.optimizers import SPSA, GradientFreeTraining, gradient_free
from cookbook.optimizers.spsa import SpallGain, check_spall_exponents, perturbation_estimate

# Keras' Variable predates the copy argument of NumPy 2's __array__ protocol.
pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"
)

POINT = np.array([0.5, -1.0, 2.0], dtype="float32")


def quartic(values: list[Any]) -> Any:
    """`sum(w ** 4) / 4 + w[0] w[1]`; its gradient is `w ** 3 + (w[1], w[0], 0)`."""
    (w,) = values
    return ops.sum(w**4) / 4 + w[0] * w[1]


@pytest.mark.backend
def test_mean_estimate_is_the_gradient() -> None:
    signs = np.random.default_rng(0).choice([-1.0, 1.0], size=(4000, 3)).astype("float32")
    w = ops.convert_to_tensor(POINT)
    # All 4,000 directions only take 8 values: 8 estimates, weighted by how often they came.
    kinds, counts = np.unique(signs, axis=0, return_counts=True)
    estimates = np.array(
        [
            np.asarray(perturbation_estimate(quartic, [w], [ops.convert_to_tensor(d)], 0.01)[0][0])
            for d in kinds
        ]
    )
    mean = counts @ estimates / counts.sum()
    spread = np.sqrt(counts @ (estimates - mean) ** 2 / counts.sum() / counts.sum())
    gradient = POINT**3 + np.array([POINT[1], POINT[0], 0.0])
    assert (np.abs(mean - gradient) < 4 * spread + 0.01).all()  # 0.01: O(c ** 2) and float32
    # Over all sign patterns equally the other coordinates cancel exactly.
    np.testing.assert_allclose(estimates.mean(axis=0), gradient, atol=0.01)


@pytest.mark.backend
def test_optimizer_draws_fair_repeatable_signs() -> None:
    variable = [ops.zeros((1000,))]
    first, second = SPSA(0.1, seed=0), SPSA(0.1, seed=0)
    signs = np.asarray(first.random_signs(variable)[0])
    assert set(np.unique(signs)) == {-1.0, 1.0}
    assert abs(signs.mean()) < 4 / np.sqrt(1000)
    np.testing.assert_array_equal(signs, np.asarray(second.random_signs(variable)[0]))
    assert not np.array_equal(signs, np.asarray(SPSA(0.1, seed=1).random_signs(variable)[0]))


def test_gains_follow_spall() -> None:
    optimizer = SPSA(0.5, perturbation=0.2, stability=10.0)
    for k in (0, 5, 99):
        optimizer.iterations.assign(k)
        assert float(optimizer.learning_rate) == pytest.approx(0.5 / (k + 1 + 10) ** 0.602)
        assert float(optimizer.perturbation_size()) == pytest.approx(0.2 / (k + 1) ** 0.101)


def dense(*layers: Any) -> keras.Model:
    return gradient_free(keras.Sequential([keras.Input((2,)), *layers]))


@pytest.mark.backend
def test_one_step_equals_the_formula() -> None:
    model = dense(keras.layers.Dense(1, kernel_initializer="ones"))
    model.compile(SPSA(0.1, perturbation=0.2, seed=3), "mse")
    x, y = np.array([[1.0, 2.0]], "float32"), np.array([[1.0]], "float32")
    twin = SPSA(0.1, seed=3)
    d_kernel, d_bias = (
        np.asarray(d) for d in twin.random_signs([ops.ones((2, 1)), ops.ones((1,))])
    )

    def loss(sign: float) -> float:
        output = x @ (np.ones((2, 1)) + sign * 0.2 * d_kernel) + sign * 0.2 * d_bias
        return float(((output - y) ** 2).mean())

    slope = (loss(1) - loss(-1)) / 0.4
    logs = model.train_on_batch(x, y, return_dict=True)
    np.testing.assert_allclose(model.get_weights()[0], 1 - 0.1 * slope / d_kernel, rtol=1e-4)
    np.testing.assert_allclose(model.get_weights()[1], -0.1 * slope / d_bias, rtol=1e-4)
    assert float(logs["loss"]) == pytest.approx((loss(1) + loss(-1)) / 2, rel=1e-4)


@pytest.mark.backend
def test_trains_what_has_no_gradient() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 2)).astype("float32")
    y = (x[:, :1] > 0).astype("float32")
    model = dense(keras.layers.Dense(1, kernel_initializer="zeros"))
    # Counting errors is a step function: every derivative is zero.
    model.compile(
        SPSA(0.5, perturbation=0.5, directions=4, seed=0),
        loss=lambda t, z: ops.cast(ops.not_equal(ops.cast(z > 0, "float32"), t), "float32"),
    )
    before = model.evaluate(x, y, verbose=0)
    model.fit(x, y, epochs=60, batch_size=64, verbose=0)
    assert model.evaluate(x, y, verbose=0) < min(0.15, before / 2)


@pytest.mark.backend
def test_batch_norm_and_dropout_advance_once_per_step() -> None:
    model = dense(
        keras.layers.Dense(4), keras.layers.BatchNormalization(), keras.layers.Dropout(0.5)
    )
    model.compile(SPSA(1e-6, perturbation=1e-6), "mse")
    x = np.random.default_rng(0).normal(size=(8, 2)).astype("float32")
    inner = to_array(model.layers[1](x, training=False))
    model.train_on_batch(x, np.zeros((8, 4), "float32"))
    moving = to_array(model.layers[2].moving_mean)
    # One update with momentum 0.99: a hundredth of the batch mean, not two hundredths.
    np.testing.assert_allclose(moving, 0.01 * inner.mean(axis=0), rtol=1e-2, atol=1e-5)


def test_wrapped_model_shares_its_weights() -> None:
    original = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model = gradient_free(original)
    model.compile(SPSA(0.1), "mse")
    model.train_on_batch(np.ones((4, 2), "float32"), np.zeros((4, 1), "float32"))
    for ours, theirs in zip(model.get_weights(), original.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.backend
def test_subclassed_models_take_the_mixin() -> None:
    class Line(GradientFreeTraining, keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.dense = keras.layers.Dense(1)

        def call(self, x: Any) -> Any:
            return self.dense(x)

    model = Line()
    x = np.linspace(-1, 1, 32, dtype="float32")[:, None]
    model.compile(SPSA(0.1, perturbation=0.05), "mse", metrics=["mae"])
    history = model.fit(x, 2 * x, epochs=40, verbose=0).history
    assert history["loss"][-1] < history["loss"][0] / 2
    assert "mae" in history


@pytest.mark.parametrize(
    ("rate", "stability"),
    [(0.1, 5.0), (SpallGain(0.1, 0.602, stability=5.0), 0.0), (SpallGain(0.1, 0.9), 0.0)],
    ids=["a number", "another stability", "another exponent"],
)
def test_config_keeps_the_gain(rate: Any, stability: float) -> None:
    optimizer = SPSA(rate, stability=stability)
    again = SPSA.from_config(optimizer.get_config())
    assert float(again.learning_rate) == float(optimizer.learning_rate)


def test_wrong_uses_are_refused() -> None:
    x, y = np.ones((4, 2), "float32"), np.zeros((4, 1), "float32")
    plain = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    plain.compile(SPSA(0.1), "mse")
    with pytest.raises(ValueError, match=r"train cookbook.optimizers.gradient_free\(model\)"):
        plain.fit(x, y, verbose=0)
    wrapped = gradient_free(keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]))
    wrapped.compile("sgd", "mse")
    with pytest.raises(ValueError, match=r"must be compiled with SPSA\. Got SGD"):
        wrapped.fit(x, y, verbose=0)
    with pytest.raises(ValueError, match="put GradientFreeTraining before"):
        gradient_free(keras.Sequential([keras.layers.Dense(1)]))


@pytest.mark.parametrize(
    ("alpha", "gamma", "message"),
    [
        (1.5, 0.1, "`0 < alpha <= 1` must hold"),
        (0.6, 0.0, "`0 < gamma` must hold"),
        (1.0, 0.5, "`alpha - 2 gamma > 0` must hold"),  # inside source 003's range
        (1.0, 0.1, "`3 gamma - alpha / 2 >= 0` must hold"),
        (0.55, 0.1, r"`2 \(alpha - gamma\) > 1` must hold"),
    ],
)
def test_spall_conditions(alpha: float, gamma: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_spall_exponents(alpha, gamma)


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="`directions >= 1` must hold"):
        SPSA(0.1, directions=0)
    with pytest.raises(ValueError, match="`0 < scale` must hold"):
        SpallGain(0.0, 1.0)
