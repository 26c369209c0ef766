"""Gradients, Jacobian, Hessian and its spectrum against differences and closed forms."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from cookbook.diagnostics import (
    LossFunction,
    extreme_eigenvalues,
    hessian,
    hessian_vector_product,
    hutchinson_trace,
    jacobian,
    judge_curvature,
    measure_curvature,
    value_and_gradients,
)

pytestmark = [
    pytest.mark.backend,
    # Keras' Variable predates the copy argument of NumPy 2's __array__ protocol.
    pytest.mark.filterwarnings(
        "ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"
    ),
]

layers = keras.layers
X = np.random.default_rng(0).normal(size=(9, 3)).astype("float32")
LABELS = np.arange(9) % 2


@pytest.fixture(scope="module")
def loss() -> LossFunction:
    """A network with everything that could have side effects."""
    return _loss(layers.BatchNormalization())


@pytest.fixture(scope="module")
def smooth() -> LossFunction:
    """The same without a normalisation, which TensorFlow derives wrongly the second time."""
    return _loss(layers.Identity())


def _loss(normalisation: keras.Layer) -> LossFunction:
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((3,)),
            layers.Dense(3, "tanh", kernel_regularizer="l2"),
            normalisation,
            layers.Dropout(0.3, seed=1),
            layers.Dense(2),
        ]
    )
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return LossFunction(model, X, LABELS, training=True)


def test_gradient_is_the_finite_difference(loss: LossFunction) -> None:
    point, step = loss.point(), 3e-3
    slopes = [
        (loss.value(point + step * e) - loss.value(point - step * e)) / (2 * step)
        for e in np.eye(loss.size)
    ]
    scale = np.abs(slopes).max()
    np.testing.assert_allclose(loss.gradient(), slopes, atol=5e-3 * scale)
    flat = np.concatenate([g.ravel() for g in loss.gradients()])
    np.testing.assert_array_equal(flat, loss.gradient())


def test_loss_function_changes_nothing(loss: LossFunction) -> None:
    before = [np.array(keras.ops.convert_to_numpy(v)) for v in loss.model.variables]
    values = {loss.value() for _ in range(3)}
    loss.gradient()
    after = [keras.ops.convert_to_numpy(v) for v in loss.model.variables]
    assert len(values) == 1
    assert all((a == b).all() for a, b in zip(before, after, strict=True))


def test_hessian_is_the_difference_of_gradients(smooth: LossFunction) -> None:
    matrix, point, step = hessian(smooth), smooth.point(), 3e-3
    rows = [
        (smooth.gradient(point + step * e) - smooth.gradient(point - step * e)) / (2 * step)
        for e in np.eye(smooth.size)
    ]
    scale = np.abs(matrix).max()
    np.testing.assert_allclose(matrix, rows, atol=2e-2 * scale)
    np.testing.assert_allclose(matrix, matrix.T, atol=1e-5 * scale)


def test_spectrum_without_a_matrix(smooth: LossFunction) -> None:
    matrix = hessian(smooth)
    values = np.linalg.eigvalsh((matrix + matrix.T) / 2)
    ends = extreme_eigenvalues(smooth.hessian_vector_product, smooth.size, iterations=smooth.size)
    np.testing.assert_allclose(ends, values[[0, -1]], rtol=1e-4, atol=1e-4)
    trace, error = hutchinson_trace(smooth.hessian_vector_product, smooth.size, samples=200)
    assert abs(trace - np.trace(matrix)) < 4 * error


@pytest.mark.parametrize(
    "normalisation",
    [
        layers.BatchNormalization,
        layers.LayerNormalization,
        lambda: layers.GroupNormalization(groups=1),
        layers.RMSNormalization,
        lambda: layers.Pipeline([layers.LayerNormalization()]),
    ],
)
def test_second_derivative_of_a_normalisation_is_right_or_refused(normalisation: Any) -> None:
    layer = normalisation()
    loss = _loss(layer)
    direction, step, point = np.ones(loss.size), 1e-3, loss.point()
    if keras.backend.backend() == "tensorflow" and not isinstance(layer, layers.RMSNormalization):
        with pytest.raises(ValueError, match="TensorFlow's second derivative"):
            loss.hessian_vector_product(direction)
        return
    ahead, behind = (loss.gradient(point + s * direction) for s in (step, -step))
    found = loss.hessian_vector_product(direction)
    np.testing.assert_allclose(
        found, (ahead - behind) / (2 * step), atol=2e-2 * np.abs(found).max()
    )


def test_hessian_of_a_linear_model_is_known() -> None:
    model = keras.Sequential([keras.Input((3,)), layers.Dense(1, use_bias=False)])
    model.compile("sgd", "mse")
    loss = LossFunction(model, X, X @ [[1.0], [2.0], [3.0]])
    np.testing.assert_allclose(hessian(loss), 2 * X.T @ X / len(X), rtol=1e-4, atol=1e-5)


def test_lanczos_is_exact_for_a_random_matrix() -> None:
    noise = np.random.default_rng(3).normal(size=(40, 40))
    matrix = noise + noise.T
    values = np.linalg.eigvalsh(matrix)
    found = extreme_eigenvalues(lambda v: matrix @ v, 40, iterations=40)
    np.testing.assert_allclose(found, values[[0, -1]], rtol=1e-9)
    assert extreme_eigenvalues(lambda v: 0.0 * v, 5) == (0.0, 0.0)
    np.testing.assert_allclose(extreme_eigenvalues(lambda v: 3.0 * v, 5), (3.0, 3.0))


def test_jacobian_is_the_finite_difference() -> None:
    keras.utils.set_random_seed(1)
    hidden = layers.Conv1D(2, 2, activation="tanh")
    model = keras.Sequential([keras.Input((3, 2)), hidden, layers.Dropout(0.5)])
    x = np.random.default_rng(1).normal(size=(4, 3, 2)).astype("float32")
    found, step = jacobian(model, x), 1e-2
    assert found.shape == (4, 2, 2, 3, 2)
    for place in np.ndindex(3, 2):
        moved = np.zeros((3, 2), "float32")
        moved[place] = step
        slope = (_call(model, x + moved) - _call(model, x - moved)) / (2 * step)
        np.testing.assert_allclose(found[(..., *place)], slope, atol=1e-3)


def _call(model: keras.Model, x: np.ndarray) -> np.ndarray:
    return np.array(keras.ops.convert_to_numpy(model(x, training=False)))


@pytest.mark.parametrize(
    ("smallest", "largest", "verdict"),
    [
        (-1.0, 30.0, "saddle"),  # source 002 calls large eigenvalues a saddle
        (1.0, 30.0, "sharp"),
        (0.0, 19.9, "flat"),
        (-1e-3, 10.0, "flat"),
        (-5.0, -1.0, "maximum"),
        (0.0, 0.0, "flat"),
    ],
)
def test_verdict(smallest: float, largest: float, verdict: str) -> None:
    assert judge_curvature(smallest, largest, learning_rate=0.1) == verdict


def test_sharp_is_where_gradient_descent_leaves() -> None:
    model = keras.Sequential([keras.Input((1,)), layers.Dense(1, use_bias=False)])
    model.compile(loss="mse")
    loss = LossFunction(model, np.full((4, 1), 2.0), np.full((4, 1), 2.0))  # curvature 2 · 2²
    for rate, verdict in ((0.26, "sharp"), (0.24, "flat")):
        report = measure_curvature(loss, learning_rate=rate)
        assert report.verdict == verdict and verdict in report.explain()
        assert report.largest == pytest.approx(8.0) == report.trace
        weight = 1.1
        for _ in range(50):
            weight -= rate * 8.0 * (weight - 1.0)
        assert (abs(weight - 1.0) > 0.1) == (verdict == "sharp")


def test_a_product_of_weights_is_a_saddle_at_zero() -> None:
    # L = (1 - w2 w1)²: at w1 = w2 = 0 the Hessian is [[0, -2], [-2, 0]].
    stack = [layers.Dense(1, use_bias=False, kernel_initializer="zeros") for _ in range(2)]
    model = keras.Sequential([keras.Input((1,)), *stack])
    model.compile(loss="mse")
    report = measure_curvature(
        LossFunction(model, np.ones((2, 1)), np.ones((2, 1))), learning_rate=0.1
    )
    assert report.verdict == "saddle" and report.gradient_norm == 0
    assert (report.smallest, report.largest) == (pytest.approx(-2.0), pytest.approx(2.0))


def test_what_does_not_matter_has_gradient_zero() -> None:
    def first(values: Any) -> Any:
        return keras.ops.sum(values[0])

    _, gradients = value_and_gradients(first, [np.ones(2, "float32"), np.ones(3, "float32")])
    assert keras.ops.convert_to_numpy(gradients[1]).tolist() == [0, 0, 0]
    ones = [np.ones(2, "float32"), np.ones(3, "float32")]
    for part in hessian_vector_product(first)(ones, ones):
        assert not keras.ops.convert_to_numpy(part).any()


def test_bad_input(loss: LossFunction) -> None:
    model = keras.Sequential([keras.Input((3,)), layers.Dense(1000)])
    with pytest.raises(ValueError, match="needs a compiled model"):
        LossFunction(model, X, X)
    model.compile(loss="mse")
    with pytest.raises(ValueError, match="at most 2000 parameters"):
        hessian(LossFunction(model, X, X))
    model.trainable = False
    with pytest.raises(ValueError, match="is trainable"):
        LossFunction(model, X, X)
    with pytest.raises(ValueError, match="one vector of"):
        loss.value(np.zeros(2))
    with pytest.raises(ValueError, match="`size >= 1` and `iterations >= 1`"):
        extreme_eigenvalues(lambda v: v, 0)
    with pytest.raises(ValueError, match="`size >= 1` and `samples >= 2`"):
        hutchinson_trace(lambda v: v, 1, samples=1)
    with pytest.raises(ValueError, match="`smallest <= largest`"):
        judge_curvature(1.0, 0.0, learning_rate=0.1)
    with pytest.raises(ValueError, match="Only floats have derivatives"):
        jacobian(model, np.ones((1, 3), int))
    pair = keras.Model([a := keras.Input((1,)), b := keras.Input((1,))], layers.add([a, b]))
    with pytest.raises(ValueError, match="needs one input and one output"):
        jacobian(pair, X)
