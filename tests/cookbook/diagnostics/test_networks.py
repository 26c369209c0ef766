"""Layer reports, the pass by hand, the initial loss and rematerialisation."""

from __future__ import annotations

import itertools
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import cookbook.diagnostics
from cookbook.diagnostics import (
    LayerByHand,
    LossFunction,
    NetworkByHand,
    check_initial_loss,
    checkpointed,
    inspect_layers,
    measure_flow,
    rematerialise,
)
from cookbook.diagnostics.by_hand import ACTIVATIONS, LOSSES

pytestmark = [
    pytest.mark.backend,
    # Keras' Variable predates the copy argument of NumPy 2's __array__ protocol.
    pytest.mark.filterwarnings(
        "ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"
    ),
]

layers = keras.layers
X = np.random.default_rng(0).normal(size=(64, 16)).astype("float32")


def test_every_public_name_loads() -> None:
    for name in dir(cookbook.diagnostics):
        assert getattr(cookbook.diagnostics, name) is not None


def _deep(activation: str, gain: float, depth: int) -> keras.Model:
    keras.utils.set_random_seed(0)
    hidden = [
        layers.Dense(16, activation, kernel_initializer=keras.initializers.Orthogonal(gain, seed=i))
        for i in range(depth)
    ]
    model = keras.Sequential([keras.Input((16,)), *hidden, layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


@pytest.mark.parametrize(
    ("activation", "gain", "depth", "verdict"),
    [
        ("sigmoid", 0.5, 8, "vanishing"),
        ("linear", 2.0, 13, "exploding"),
        ("relu", math.sqrt(2), 8, "healthy"),
        ("tanh", 1.0, 8, "healthy"),
        ("tanh", 20.0, 6, "healthy"),  # saturation shrinks what large weights would grow
    ],
)
def test_verdict(activation: str, gain: float, depth: int, verdict: str) -> None:
    report = inspect_layers(_deep(activation, gain, depth), X, X[:, :1])
    assert report.verdict == verdict and report.explain().startswith(verdict)


def test_linear_signal_grows_by_its_gain() -> None:
    # An orthogonal matrix keeps norms, so each of the 12 steps back multiplies by the gain.
    report = inspect_layers(_deep("linear", 2.0, 13), X, X[:, :1])
    assert report.ratio == pytest.approx(2.0**12, rel=1e-3)


def test_not_finite_is_exploding() -> None:
    model = _deep("linear", 1.0, 2)
    model.layers[0].kernel.assign(np.full((16, 16), np.inf))
    assert inspect_layers(model, X, X[:, :1]).verdict == "exploding"


def test_dead_and_saturated_units_are_counted() -> None:
    bias = keras.initializers.Constant([-9.0, 9.0, 0.0, 9.0])
    parts = [layers.Dense(4, kernel_initializer="zeros", bias_initializer=bias) for _ in "abc"]
    heads = [layers.ReLU(), layers.Activation("sigmoid"), layers.Activation("tanh")]
    inputs = keras.Input((2,))
    joined = layers.Concatenate()([head(p(inputs)) for p, head in zip(parts, heads, strict=True)])
    model = keras.Model(inputs, layers.Dense(1)(joined))
    model.compile(loss="mse")
    report = inspect_layers(model, np.ones((3, 2)), np.ones((3, 1)))
    found = {layer.name: layer for layer in report.layers}
    assert found[heads[0].name].dead == 0.5
    assert found[heads[1].name].saturated == 0.75 == found[heads[2].name].saturated
    assert "50% of the ReLU units are dead" in report.explain()


def test_flow_is_the_gradient_and_leaves_the_model_alone() -> None:
    keras.utils.set_random_seed(1)
    nested = keras.Sequential([keras.Input((6, 6, 2)), layers.Conv2D(3, 3), layers.ReLU()])
    tail = [layers.BatchNormalization(), layers.Dropout(0.4, seed=4), layers.Flatten()]
    head = layers.Dense(3, "softmax")
    model = keras.Sequential([keras.Input((6, 6, 2)), nested, *tail, head])
    model.compile("adam", "sparse_categorical_crossentropy")
    x = np.random.default_rng(2).normal(size=(8, 6, 6, 2)).astype("float32")
    y = np.arange(8) % 3
    before = [np.array(keras.ops.convert_to_numpy(v)) for v in model.variables]
    flow = measure_flow(model, x, y)
    after = [np.array(keras.ops.convert_to_numpy(v)) for v in model.variables]
    assert all((a == b).all() for a, b in zip(before, after, strict=True))
    loss = LossFunction(model, x, y, training=True)
    assert flow.loss == pytest.approx(loss.value(), rel=1e-6)
    for found, expected in zip(flow.weights, loss.gradients(), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)
    # ∂L/∂p of the mean cross-entropy: -1 / (n p) at the label, elsewhere 0 up to the
    # normalisation of the probabilities inside the loss, which adds 1 / n to each.
    p = flow.outputs[head.name]
    expected = 1.0 / 8 - np.eye(3)[y] / (8 * p)
    np.testing.assert_allclose(flow.signals[head.name], expected, rtol=1e-3, atol=1e-4)
    model.fit(x, y, verbose=0)  # the taps are gone


def test_layers_of_equal_names_in_nested_models_are_told_apart() -> None:
    parts = [
        keras.Sequential([keras.Input((2,)), layers.Dense(2, name="same")], name=name)
        for name in ("low", "high")
    ]
    parts[0].set_weights([np.eye(2), np.zeros(2)])
    parts[1].set_weights([3 * np.eye(2), np.zeros(2)])
    model = keras.Sequential([keras.Input((2,)), *parts, layers.Dense(1, name="head")])
    model.compile(loss="mse")
    report = inspect_layers(model, np.ones((4, 2)), np.ones((4, 1)))
    assert [layer.name for layer in report.layers] == ["low/same", "high/same", "head"]
    low, high, _ = report.layers
    assert (low.mean, high.mean) == (1.0, 3.0)
    assert low.signal_norm == pytest.approx(3 * high.signal_norm)
    assert low.gradient_norm == pytest.approx(3 * high.gradient_norm)


def test_inspection_refuses() -> None:
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    with pytest.raises(ValueError, match="A backward pass needs a loss"):
        inspect_layers(model, X, X)
    with pytest.raises(ValueError, match="`0 < vanishing < exploding` must hold"):
        inspect_layers(model, X, X, vanishing=2.0, exploding=1.0)


HEADS = {
    "mean_squared_error": ["linear", "relu", "tanh", "sigmoid", "softmax"],
    "binary_crossentropy": ["sigmoid"],
    "sparse_categorical_crossentropy": ["softmax"],
}
CASES = [
    (hidden, head, loss)
    for loss, heads in HEADS.items()
    for hidden, head in itertools.product(["relu", "tanh"], heads)
]


def test_every_loss_and_activation_by_hand_is_compared() -> None:
    assert set(HEADS) == set(LOSSES)
    assert {name for case in CASES for name in case[:2]} == set(ACTIVATIONS)


@pytest.mark.parametrize(("hidden", "head", "loss"), CASES)
def test_by_hand_agrees_with_keras(hidden: str, head: str, loss: str) -> None:
    keras.utils.set_random_seed(4)
    stack = [layers.Dense(5, hidden, bias_initializer="normal"), layers.Dense(3, head)]
    model = keras.Sequential([keras.Input((16,)), *stack])
    model.compile(loss=loss)
    classes = np.arange(64) % 3
    y: Any = classes if loss.startswith("sparse") else np.eye(3, dtype="float32")[classes]
    found = NetworkByHand.from_keras(model).run(X, y, loss=loss)
    expected = LossFunction(model, X, y)
    assert found.loss == pytest.approx(expected.value(), rel=1e-5)
    np.testing.assert_allclose(found.activations[-1], model.predict(X, verbose=0), atol=1e-6)
    pairs = zip(found.kernel_gradients, found.bias_gradients, strict=True)
    for mine, keras_gradient in zip(
        itertools.chain.from_iterable(pairs), expected.gradients(), strict=True
    ):
        np.testing.assert_allclose(mine, keras_gradient, atol=1e-6)


def test_by_hand_refuses() -> None:
    layer = LayerByHand(kernel=np.ones((2, 1)), bias=np.zeros(1), activation="linear")
    with pytest.raises(ValueError, match="at least one layer"):
        NetworkByHand([])
    with pytest.raises(ValueError, match="as many inputs as the one before has units"):
        NetworkByHand([layer, layer])
    with pytest.raises(ValueError, match="Did you mean 'relu'"):
        NetworkByHand([LayerByHand(kernel=layer.kernel, bias=layer.bias, activation="rel")])
    with pytest.raises(ValueError, match="No loss named 'mse'"):
        NetworkByHand([layer]).run([[1.0, 1.0]], [1.0], loss="mse")
    with pytest.raises(ValueError, match="Only Dense layers are written out"):
        NetworkByHand.from_keras(keras.Sequential([keras.Input((2,)), layers.ReLU()]))


@pytest.mark.parametrize("classes", [2, 10, 200])
def test_initial_loss_follows_the_spread_of_the_logits(classes: int) -> None:
    generator = np.random.default_rng(0)
    labels = generator.integers(classes, size=20000)
    logits = generator.normal(scale=0.5, size=(20000, classes))
    check = check_initial_loss(logits, labels)
    assert check.chance == math.log(classes)
    assert check.expected == pytest.approx(
        math.log(classes) + 0.5**2 / 2 * (1 - 1 / classes), abs=0.01
    )
    assert check.measured == pytest.approx(check.expected, abs=0.02)
    assert check.verdict == "healthy"


def test_initial_loss_is_wrong_on_both_sides() -> None:
    generator = np.random.default_rng(0)
    labels = generator.integers(10, size=2000)
    wide = check_initial_loss(12 * generator.normal(size=(2000, 10)), labels)
    assert wide.verdict == "too confident" and "scale the last layer down" in wide.explain()
    # Source 003 takes a loss below ln C for a good sign; it means that something leaked.
    leak = check_initial_loss(2 * np.eye(10)[labels], labels)
    assert leak.verdict == "below chance" and "leak" in leak.explain()


def test_initial_loss_from_probabilities() -> None:
    probabilities = np.array([[0.25, 0.75], [0.5, 0.5]])
    check = check_initial_loss(probabilities, [0, 1], from_logits=False)
    assert check.measured == pytest.approx(-(math.log(0.25) + math.log(0.5)) / 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"outputs": np.ones((2, 1))}, "two classes or more"),
        ({"labels": [0, 2]}, "Labels lie in 0 ... 1"),
        ({"outputs": np.full((2, 2), np.nan)}, "Outputs must be finite"),
        ({"tolerance": 0.0}, "`tolerance > 0` must hold"),
        ({"from_logits": False}, "sum to 1 in each row"),
    ],
)
def test_initial_loss_refuses(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_initial_loss(**{"outputs": np.ones((2, 2)), "labels": [0, 1], **arguments})


class Counting(keras.layers.Layer):
    """Counts its forward passes, in Python."""

    calls = 0

    def call(self, x: Any) -> Any:
        type(self).calls += 1
        return keras.ops.tanh(x)


def _blocks(*, forgetful: bool) -> keras.Model:
    keras.utils.set_random_seed(3)
    block = keras.Sequential([keras.Input((16,)), layers.Dense(8, "tanh"), Counting()])
    model = keras.Sequential([keras.Input((16,)), layers.Dense(16), block, layers.Dense(1)])
    if forgetful:
        rematerialise(block)
    model.compile(keras.optimizers.SGD(0.1), "mse")
    return model


def test_rematerialised_training_is_the_same_training() -> None:
    weights = []
    for forgetful in (False, True):
        model = _blocks(forgetful=forgetful)
        model.fit(X, X[:, :1], epochs=2, shuffle=False, verbose=0)  # compiled
        weights.append(model.get_weights())
    for plain, forgetful_weight in zip(*weights, strict=True):
        np.testing.assert_allclose(plain, forgetful_weight, rtol=1e-5, atol=1e-6)


def test_rematerialised_block_runs_again_in_the_backward_pass() -> None:
    if keras.backend.backend() != "tensorflow":
        pytest.skip("JAX recomputes inside its compiled program, where Python cannot count")
    passes = []
    for forgetful in (False, True):
        model = _blocks(forgetful=forgetful)
        model.run_eagerly = True
        Counting.calls = 0
        model.train_on_batch(X, X[:, :1])
        passes.append(Counting.calls)
    assert passes == [1, 2]


def test_rematerialised_networks_have_the_derivatives_of_others_and_stay_so() -> None:
    plain, forgetful = _blocks(forgetful=False), _blocks(forgetful=True)
    expected, found = (LossFunction(model, X, X[:, :1]) for model in (plain, forgetful))
    np.testing.assert_allclose(found.gradient(), expected.gradient(), rtol=1e-5, atol=1e-6)
    along = np.ones(found.size)
    products = [loss.hessian_vector_product(along) for loss in (found, expected)]
    np.testing.assert_allclose(*products, rtol=1e-4, atol=1e-5)
    signals = [measure_flow(model, X, X[:, :1]).signals for model in (plain, forgetful)]
    for one, other in zip(*(signal.values() for signal in signals), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)
    assert ["call" in vars(layer) for layer in forgetful.layers] == [False, True, False]


def test_rematerialisation_refuses_state() -> None:
    for layer in (layers.BatchNormalization(), layers.Dropout(0.5)):
        layer.build((None, 4))
        with pytest.raises(ValueError, match="must not change variables"):
            rematerialise(layer)
    with pytest.raises(ValueError, match="at least one layer"):
        rematerialise()
    with pytest.raises(ValueError, match="Only built layers"):
        rematerialise(layers.Dense(2))


def _residual() -> keras.Model:
    """Two blocks with batch normalisation and dropout."""
    keras.utils.set_random_seed(0)
    image = keras.Input((6, 6, 2))
    x = layers.Conv2D(4, 3, padding="same")(image)
    for _ in range(2):
        y = layers.BatchNormalization()(layers.Conv2D(4, 3, padding="same")(x))
        y = layers.Dropout(0.3)(layers.Activation("relu")(y))
        x = layers.Add()([x, y])
    return keras.Model(image, layers.Dense(3)(layers.GlobalAveragePooling2D()(x)))


def test_checkpointed_steps_are_equal_bit_by_bit() -> None:
    if keras.backend.backend() == "jax":  # by XLA's own way of fusing, see `tests.conftest`
        check = f"from {__name__} import {assert_checkpointed_steps_are_equal.__name__} as check"
        flags = {"XLA_FLAGS": "--xla_backend_optimization_level=0"}
        run = subprocess.run(
            [sys.executable, "-c", f"{check}; check()"],
            cwd=Path(__file__).parents[3],
            env={**os.environ, **flags},
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stderr[-2000:]
    else:
        assert_checkpointed_steps_are_equal()


def assert_checkpointed_steps_are_equal() -> None:
    random = np.random.default_rng(0)
    x, y = random.normal(size=(8, 6, 6, 2)).astype("float32"), random.normal(size=(8, 3))
    found = []
    for make in (_residual, lambda: checkpointed(_residual())):
        model = make()
        model.compile(keras.optimizers.SGD(1.0), "mse")
        for _ in range(2):
            model.train_on_batch(x, y)
        found.append([np.asarray(v) for v in getattr(model, "plain", model).variables])
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)


def test_mixed_precision_rounds_nothing_between_the_parts() -> None:
    def chain() -> keras.Model:
        wide = [layers.Dense(4, dtype="float32") for _ in range(6)]
        return keras.Sequential([keras.Input((16,)), *wide])

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = chain()
        found = checkpointed(model)(X, training=True)
    finally:
        keras.config.set_dtype_policy(before)
    np.testing.assert_allclose(found, model(X, training=True), rtol=1e-6)


def test_a_residual_network_is_cut_between_its_blocks() -> None:
    parts = [part.block for part in checkpointed(_residual(), blocks=3).layers[1:]]
    assert [len(part.layers) - 1 for part in parts] == [6, 5, 2]


def _masked() -> keras.Model:
    tail = [layers.LSTM(2, return_sequences=True), layers.Dense(1)]
    inside = keras.Sequential([keras.Input((6, 3)), layers.Masking(name="masking"), *tail])
    return keras.Sequential([keras.Input((6, 3)), layers.Identity(), inside, layers.Dense(1)])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: keras.Model(), "one input and one output"),
        (
            lambda: keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]),
            "has 0 places where a single tensor",
        ),
        (_masked, "Got the layers masking with masks"),
    ],
)
def test_a_network_that_cannot_be_cut_is_refused(make: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        checkpointed(make())  # type: ignore[operator]
