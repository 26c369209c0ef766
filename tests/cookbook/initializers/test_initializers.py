"""Variances of initialisers and gains of activations."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import pytest

from cookbook.initializers import (
    INITIALIZERS,
    LogPrior,
    gain_for,
    initializer_for,
    make_initializer,
)
from cookbook.initializers.gain import GAIN_ACTIVATIONS
from cookbook.initializers.registry import ALIASES

# Keras' Variable predates the copy argument of NumPy 2's __array__ protocol.
pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"
)

FAN_IN, FAN_OUT = 300, 200
# Variance of a normal cut at two standard deviations, s being its uncut one.
_CUT = 1 - 4 * math.exp(-2) / math.sqrt(2 * math.pi) / math.erf(math.sqrt(2))


@dataclass(frozen=True)
class Case:
    name: str
    variance: float
    options: dict[str, Any] = field(default_factory=dict)
    shape: tuple[int, ...] = (FAN_IN, FAN_OUT)
    bound: float | None = None  # no value lies further from zero


CASES = (
    Case("zeros", 0.0),
    Case("constant", 0.0),
    Case("random_normal", 0.05**2),
    Case("random_uniform", 0.1**2 / 12, bound=0.05),
    Case("truncated_normal", 0.05**2 * _CUT, bound=0.1),
    Case("large_normal", 1.0),
    Case("glorot_normal", 2 / (FAN_IN + FAN_OUT)),
    Case("glorot_uniform", 2 / (FAN_IN + FAN_OUT), bound=math.sqrt(6 / (FAN_IN + FAN_OUT))),
    Case("he_normal", 2 / FAN_IN),
    Case("he_uniform", 2 / FAN_IN, bound=math.sqrt(6 / FAN_IN)),
    Case("lecun_normal", 1 / FAN_IN),
    Case("lecun_uniform", 1 / FAN_IN, bound=math.sqrt(3 / FAN_IN)),
    # Orthonormal columns: the squares of each of the FAN_OUT columns sum to one.
    Case("orthogonal", 1 / FAN_IN),
    Case("variance_scaling", 3 / FAN_IN, {"scale": 3.0}),
    Case(
        "glorot_gain",
        4 * 2 / (FAN_IN + FAN_OUT),
        {"gain": 2.0},
        bound=2 * math.sqrt(6 / (FAN_IN + FAN_OUT)),
    ),
    Case("log_prior", math.log(3) ** 2 / 4, {"samples_per_class": (1, 3)}, shape=(2,)),
)
every_case = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
_SEEDED = {case.name for case in CASES} - {"zeros", "constant", "log_prior"}


def make(case: Case, seed: int = 0) -> Any:
    seeds = {"seed": seed} if case.name in _SEEDED else {}
    return make_initializer(case.name, **case.options, **seeds)


def test_every_initializer_has_a_case() -> None:
    assert {case.name for case in CASES} == set(INITIALIZERS)
    assert set(ALIASES.values()) < set(INITIALIZERS)


@pytest.mark.backend
@every_case
def test_variance(case: Case) -> None:
    values = np.asarray(make(case)(case.shape))
    # 60,000 values: the standard error of a variance is sqrt(2 / 60,000) = 0.6 %.
    assert float(values.var()) == pytest.approx(case.variance, rel=0.03, abs=1e-12)
    if case.bound is not None:
        outside = np.abs(values) > case.bound * (1 + 1e-6)
        # On PyTorch Keras draws four times for each number and then takes what it has:
        # 0.0455 ** 4 of them lie outside.
        redrawn = case.name == "truncated_normal" and keras.backend.backend() == "torch"
        assert outside.sum() <= (5 if redrawn else 0)


@every_case
def test_values_survive_config_and_saving(case: Case, tmp_path: Any) -> None:
    initializer = make(case)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(initializer))
    np.testing.assert_array_equal(np.asarray(again(case.shape)), np.asarray(make(case)(case.shape)))
    target = "bias_initializer" if len(case.shape) == 1 else "kernel_initializer"
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, **{target: initializer})])
    model.compile(optimizer="sgd", loss="mse")
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    kept = getattr(loaded.layers[0], target)
    assert kept.get_config() == initializer.get_config()
    for before, after in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)


def test_seeds_repeat_and_zero_is_one() -> None:
    draws = [np.asarray(make_initializer("he_normal", seed=s)((4, 4))) for s in (0, 0, 1)]
    np.testing.assert_array_equal(draws[0], draws[1])
    assert not np.array_equal(draws[0], draws[2])


SECOND_MOMENT = tuple(
    name for name in GAIN_ACTIVATIONS if name not in ("linear", "sigmoid", "softmax", "tanh")
)


@pytest.mark.parametrize("activation", SECOND_MOMENT)
def test_gain_keeps_the_second_moment_of_the_keras_activation(activation: str) -> None:
    if activation == "leaky_relu":
        function: Any = keras.layers.LeakyReLU()  # slope 0.3
    elif activation == "prelu":
        function = keras.activations.relu  # its slopes start at zero
    else:
        function = keras.activations.get(activation)
    # Gauss-Hermite quadrature of E[f(z) ** 2], another rule than the code's.
    nodes, weights = np.polynomial.hermite_e.hermegauss(200)
    values = np.asarray(function(nodes.astype("float32")), dtype="float64")
    moment = float((weights * values**2).sum() / math.sqrt(2 * math.pi))
    assert gain_for(activation) == pytest.approx(1 / math.sqrt(moment), rel=2e-3)


def test_gains_by_convention() -> None:
    assert gain_for("linear") == gain_for("sigmoid") == gain_for("softmax") == 1.0
    assert gain_for("tanh") == pytest.approx(5 / 3)
    assert gain_for("leaky_relu", negative_slope=1.0) == pytest.approx(1.0)


@pytest.mark.backend
@pytest.mark.parametrize("distribution", ["normal", "uniform"])
@pytest.mark.parametrize("activation", GAIN_ACTIVATIONS)
def test_initializer_for_has_the_variance_of_its_rule(activation: str, distribution: Any) -> None:
    values = np.asarray(initializer_for(activation, distribution=distribution, seed=0)((300, 200)))
    glorot = activation in ("linear", "sigmoid", "softmax", "tanh")
    expected = 2 / (FAN_IN + FAN_OUT) if glorot else gain_for(activation) ** 2 / FAN_IN
    assert float(values.var()) == pytest.approx(expected, rel=0.03)


def test_relu_signals_keep_their_size_through_ten_layers() -> None:
    x = np.random.default_rng(0).normal(size=(64, 512))
    for layer in range(10):
        x = np.maximum(x @ np.asarray(initializer_for("relu", seed=layer)((512, 512))), 0)
    # A ReLU halves the second moment and the next layer doubles it: E[x ** 2] stays near 1.
    assert 0.5 < float((x**2).mean()) < 2.0


def test_large_weights_start_at_a_large_loss() -> None:
    """Logits of standard deviation s start at a loss far above ln C (source 003, 4.5)."""
    x = np.random.default_rng(0).normal(size=(256, 128)).astype("float32")
    labels = np.arange(256) % 10
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    def initial(name: str) -> float:
        kernel = np.asarray(make_initializer(name, seed=0)((128, 10)))
        return float(loss(labels, x @ kernel))

    good, bad = initial("lecun_normal"), initial("large_normal")
    # Here s = 1 gives about ln C + (1 - 1 / C) / 2; s = sqrt(128) gives E[max - own] of logits.
    assert good == pytest.approx(math.log(10) + 0.45, abs=0.3)
    assert bad > 10.0


def test_log_prior_starts_at_the_entropy_of_the_labels() -> None:
    counts = (70, 20, 10)
    bias = np.asarray(LogPrior(counts)((3,)))
    labels = np.repeat(np.arange(3), counts)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    entropy = -sum(c / 100 * math.log(c / 100) for c in counts)
    assert float(loss(labels, np.tile(bias, (100, 1)))) == pytest.approx(entropy, rel=1e-5)
    np.testing.assert_allclose(np.asarray(LogPrior((3, 1))((1,))), [-math.log(3)], rtol=1e-6)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: make_initializer("he_norml"), "No initializer named 'he_norml'. Did you mean"),
        (lambda: make_initializer("random_normal", stddev=-1.0), "`0 <= stddev` must hold"),
        (lambda: make_initializer("variance_scaling", scale=0.0), "`0 < scale` must hold"),
        (lambda: gain_for("rlu"), "Did you mean 'relu'"),
        (lambda: gain_for("relu", negative_slope=0.1), "Only leaky_relu and prelu have a slope"),
        (lambda: initializer_for("relu", distribution="norml"), "Did you mean 'normal'"),
        (lambda: LogPrior((3,)), "two classes or more"),
        (lambda: LogPrior((3, 0)), "leave out empty classes"),
        (lambda: LogPrior((3, 1))((5,)), r"Got shape \(5,\) for 2 classes"),
    ],
)
def test_bad_input_is_refused(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
