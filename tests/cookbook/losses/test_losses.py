"""Every loss against its closed form, its gradient by finite differences, and its config."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import pytest

from cookbook.diagnostics.autodiff import value_and_gradients
from cookbook.losses import (
    LOSSES,
    ClassWeighted,
    Quantile,
    SmoothedSparseCategoricalCrossentropy,
    SoftIoU,
    WeightedBinaryCrossentropy,
    WeightedDice,
    effective_number_weights,
    make_loss,
)

Array = np.ndarray
# Keras' Variable predates the copy argument of NumPy 2's __array__ protocol.
pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"
)

_RNG = np.random.default_rng(0)
REAL = _RNG.normal(size=(5, 3)).astype("float32")
OTHER = _RNG.normal(size=(5, 3)).astype("float32")
POSITIVE = np.abs(OTHER) + 0.5
LABELS = np.array([0, 2, 1, 2, 0])
ONE_HOT = np.eye(3, dtype="float32")[LABELS]
BINARY = (REAL > 0).astype("float32")
SIGNS = np.sign(REAL)


def softmax(z: Array) -> Array:
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def sigmoid(z: Array) -> Array:
    return 1.0 / (1.0 + np.exp(-z))


def chosen(z: Array, y: Array) -> Array:
    return np.take_along_axis(np.log(softmax(z)), y[..., None].astype(int), -1)[..., 0]


def pinball(y: Array, p: Array, quantiles: Array) -> Array:
    e = y - p
    return np.where(e > 0, quantiles * e, (quantiles - 1) * e).mean(-1)


def huber(y: Array, p: Array, delta: float) -> Array:
    e = np.abs(y - p)
    return np.where(e <= delta, e**2 / 2, delta * e - delta**2 / 2).mean(-1)


def soft_iou(y: Array, p: Array, smooth: float) -> Array:
    axes = tuple(range(1, y.ndim - 1))
    both = (y * p).sum(axes)
    return (1 - (both + smooth) / (y.sum(axes) + p.sum(axes) - both + smooth)).mean(-1)


def soft_dice(y: Array, p: Array, smooth: float) -> Array:
    axes = tuple(range(1, y.ndim - 1))
    return (1 - (2 * (y * p).sum(axes) + smooth) / ((y + p).sum(axes) + smooth)).mean(-1)


def first_class(y: Array, p: Array) -> tuple[Array, Array]:
    """Masks of the class that alone has a weight."""
    return y[..., :1], p[..., :1]


def weighted_binary(y: Array, z: Array, weight: float) -> Array:
    p = sigmoid(z)
    return (-weight * y * np.log(p) - (1 - y) * np.log(1 - p)).mean(-1)


def smoothed(y: Array, z: Array, s: float) -> Array:
    target = np.eye(z.shape[-1])[y.astype(int)] * (1 - s) + s / z.shape[-1]
    return -(target * np.log(softmax(z))).sum(-1)


def circle(y: Array, p: Array, gamma: float, margin: float) -> Array:
    p = p / np.linalg.norm(p, axis=-1, keepdims=True)
    s = p @ p.T
    same = (y[:, None] == y[None, :]) & ~np.eye(len(y), dtype=bool)
    differ = y[:, None] != y[None, :]
    near = np.maximum(0, 1 + margin - s) * gamma * (1 - margin - s)
    far = np.maximum(0, s + margin) * gamma * (s - margin)
    positive = np.log(np.where(same, np.exp(near), 0).sum(-1))
    negative = np.log(np.where(differ, np.exp(far), 0).sum(-1))
    return np.log1p(np.exp(positive + negative))


def one_label_ctc(y: Array, z: Array) -> Array:
    """Two frames and the one label 1: the paths 1-1, 1-blank and blank-1, blank being 0."""
    p = softmax(z)
    first, second = p[:, 0], p[:, 1]
    paths = first[:, 1] * second[:, 1] + first[:, 1] * second[:, 0] + first[:, 0] * second[:, 1]
    return -np.log(paths)


def focal(y: Array, z: Array) -> Array:
    p = sigmoid(z)
    likely = np.where(y == 1, p, 1 - p)
    return (-((1 - likely) ** 2) * np.log(likely)).mean(-1)


@dataclass(frozen=True)
class Case:
    name: str
    closed_form: Callable[[Array, Array], Any]
    y_true: Array
    y_pred: Array
    options: dict[str, Any] = field(default_factory=dict)
    own: bool = False  # written here, so its gradient is checked too


MASK = _RNG.integers(0, 2, size=(2, 4, 4, 2)).astype("float32")
SHADES = _RNG.uniform(0.1, 0.9, size=MASK.shape).astype("float32")
WEIGHTS = (1.0, 2.0, 4.0)
QUANTILES = (0.1, 0.5, 0.9)

CASES = (
    Case("mean_squared_error", lambda y, p: ((y - p) ** 2).mean(-1), REAL, OTHER),
    Case("mean_absolute_error", lambda y, p: np.abs(y - p).mean(-1), REAL, OTHER),
    Case(
        "mean_absolute_percentage_error",
        lambda y, p: 100 * np.abs((y - p) / y).mean(-1),
        POSITIVE,
        OTHER,
    ),
    Case(
        "mean_squared_logarithmic_error",
        lambda y, p: ((np.log1p(y) - np.log1p(p)) ** 2).mean(-1),
        np.abs(REAL),
        POSITIVE,
    ),
    Case("huber", lambda y, p: huber(y, p, 0.5), REAL, OTHER, {"delta": 0.5}),
    Case("huber", lambda y, p: huber(y, p, 2.0), 4 * REAL, OTHER, {"delta": 2.0}),
    Case("log_cosh", lambda y, p: np.log(np.cosh(p - y)).mean(-1), REAL, OTHER),
    Case(
        "cosine_similarity",
        lambda y, p: -(y * p).sum(-1) / np.linalg.norm(y, axis=-1) / np.linalg.norm(p, axis=-1),
        REAL,
        OTHER,
    ),
    Case(
        "cosine_similarity",
        lambda y, p: -(y * p).sum(0) / np.linalg.norm(y, axis=0) / np.linalg.norm(p, axis=0),
        REAL,
        OTHER,
        {"axis": 0},
    ),
    Case("poisson", lambda y, p: (p - y * np.log(p)).mean(-1), np.abs(REAL), POSITIVE),
    Case("quantile", lambda y, p: pinball(y, p, 0.3), REAL, OTHER, {"quantiles": 0.3}, own=True),
    Case(
        "quantile",
        lambda y, p: pinball(y, p, np.array(QUANTILES)),
        REAL[:, :1],
        OTHER,
        {"quantiles": QUANTILES},
        own=True,
    ),
    Case("binary_crossentropy", lambda y, z: weighted_binary(y, z, 1.0), BINARY, OTHER),
    Case(
        "weighted_binary_crossentropy",
        lambda y, z: weighted_binary(y, z, 5.0),
        BINARY,
        OTHER,
        {"positive_weight": 5.0},
        own=True,
    ),
    Case(
        "weighted_binary_crossentropy",
        lambda y, p: (-5.0 * y * np.log(p) - (1 - y) * np.log(1 - p)).mean(-1),
        BINARY,
        sigmoid(OTHER),
        {"positive_weight": 5.0, "from_logits": False},
        own=True,
    ),
    Case(
        "categorical_crossentropy",
        lambda y, z: -(y * np.log(softmax(z))).sum(-1),
        ONE_HOT,
        OTHER,
    ),
    Case("sparse_categorical_crossentropy", lambda y, z: -chosen(z, y), LABELS, OTHER),
    Case(
        "smoothed_sparse_categorical_crossentropy",
        lambda y, z: smoothed(y, z, 0.2),
        LABELS,
        OTHER,
        {"smoothing": 0.2},
        own=True,
    ),
    Case(
        "smoothed_sparse_categorical_crossentropy",
        lambda y, p: smoothed(y[:, 0], np.log(p), 0.1),
        LABELS[:, None],
        softmax(OTHER),
        {"from_logits": False, "smoothing": 0.1},
    ),
    Case(
        "class_weighted",
        lambda y, z: -np.take(WEIGHTS, y) * chosen(z, y),
        LABELS,
        OTHER,
        {"class_weights": WEIGHTS},
        own=True,
    ),
    Case(
        "class_weighted",
        lambda y, z: -np.take(WEIGHTS, y) * chosen(z, y) / np.take(WEIGHTS, y).mean(),
        LABELS,
        OTHER,
        {"class_weights": WEIGHTS, "normalize": True},
        own=True,
    ),
    Case(
        "class_weighted",
        lambda y, z: -(y @ np.array(WEIGHTS)) * (y * np.log(softmax(z))).sum(-1),
        ONE_HOT,
        OTHER,
        {"loss": "categorical_crossentropy", "class_weights": WEIGHTS},
        own=True,
    ),
    Case(
        "class_balanced",
        lambda y, z: -np.take(effective_number_weights((9, 3, 1), beta=0.9), y) * chosen(z, y),
        LABELS,
        OTHER,
        {"samples_per_class": (9, 3, 1), "beta": 0.9},
        own=True,
    ),
    Case("binary_focal_crossentropy", focal, BINARY, OTHER),
    Case(
        "categorical_focal_crossentropy",
        lambda y, z: -(0.25 * (1 - softmax(z)) ** 2 * y * np.log(softmax(z))).sum(-1),
        ONE_HOT,
        OTHER,
    ),
    Case(
        "categorical_generalized_crossentropy",
        lambda y, p: (1 - np.take_along_axis(p, y[:, None], -1)[:, 0] ** 0.5) / 0.5,
        LABELS,
        softmax(OTHER),
    ),
    Case(
        "kl_divergence",
        lambda y, p: (y * np.log(y / p)).sum(-1),
        softmax(REAL),
        softmax(OTHER),
    ),
    Case("hinge", lambda y, p: np.maximum(0, 1 - y * p).mean(-1), SIGNS, OTHER),
    Case("squared_hinge", lambda y, p: (np.maximum(0, 1 - y * p) ** 2).mean(-1), SIGNS, OTHER),
    Case(
        "categorical_hinge",
        lambda y, p: np.maximum(0, 1 + ((1 - y) * p).max(-1) - (y * p).sum(-1)),
        ONE_HOT,
        OTHER,
    ),
    Case("dice", lambda y, p: 1 - 2 * (y * p).sum() / (y.sum() + p.sum()), MASK, SHADES),
    Case(
        "tversky",
        lambda y, p: 1 - (y * p).sum() / ((y * p).sum() + 0.5 * ((1 - y) * p + y * (1 - p)).sum()),
        MASK,
        SHADES,
    ),
    Case("soft_iou", lambda y, p: soft_iou(y, p, 1.0), MASK, SHADES, own=True),
    Case(
        "soft_iou",
        lambda y, z: soft_iou(y, sigmoid(z), 0.5),
        MASK[..., :1],
        4 * SHADES[..., :1] - 2,
        {"from_logits": True, "smooth": 0.5},
        own=True,
    ),
    Case(
        "soft_iou",
        lambda y, z: soft_iou(y, softmax(z), 0.5),
        MASK,
        4 * SHADES - 2,
        {"from_logits": True, "smooth": 0.5},
        own=True,
    ),
    Case("soft_dice", lambda y, p: soft_dice(y, p, 1.0), MASK, SHADES, own=True),
    Case(
        "soft_dice",
        lambda y, z: soft_dice(y, softmax(z), 0.5),
        MASK,
        4 * SHADES - 2,
        {"from_logits": True, "smooth": 0.5},
        own=True,
    ),
    Case(
        "weighted_dice",
        lambda y, p: soft_dice(*first_class(y, p), 1.0),
        MASK,
        SHADES,
        {"class_weights": [2.0] + [0.0] * (MASK.shape[-1] - 1)},
        own=True,
    ),
    Case(
        "weighted_iou",
        lambda y, p: soft_iou(*first_class(y, p), 1.0),
        MASK,
        SHADES,
        {"class_weights": [2.0] + [0.0] * (MASK.shape[-1] - 1)},
        own=True,
    ),
    Case(
        "ctc",
        one_label_ctc,
        np.ones((2, 1), "int32"),
        _RNG.normal(size=(2, 2, 3)).astype("float32"),
    ),
    Case(
        "circle",
        lambda y, p: circle(y, p, 4.0, 0.3),
        np.array([0, 1, 1, 0]),
        (OTHER / np.linalg.norm(OTHER, axis=-1, keepdims=True))[:4],
        {"gamma": 4.0, "margin": 0.3},
    ),
)

IDS = [f"{case.name}-{index}" for index, case in enumerate(CASES)]


def test_every_loss_has_a_case() -> None:
    assert {case.name for case in CASES} == set(LOSSES)


@pytest.mark.backend
@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_value_equals_closed_form(case: Case) -> None:
    value = make_loss(case.name, **case.options)(case.y_true, case.y_pred)
    expected = np.mean(case.closed_form(case.y_true, case.y_pred.astype("float64")))
    np.testing.assert_allclose(float(value), expected, rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_value_survives_config(case: Case) -> None:
    loss = make_loss(case.name, **case.options)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss))
    assert again.get_config() == loss.get_config()
    np.testing.assert_array_equal(
        np.asarray(again(case.y_true, case.y_pred)), np.asarray(loss(case.y_true, case.y_pred))
    )


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_loss_survives_saving_a_compiled_model(case: Case, tmp_path: Any) -> None:
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
    model.compile(optimizer="sgd", loss=make_loss(case.name, **case.options))
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(
        np.asarray(loaded.loss(case.y_true, case.y_pred)),
        np.asarray(model.loss(case.y_true, case.y_pred)),
    )


def gradient(function: Callable[[Any], Any], point: Array) -> Array:
    """Gradient by the backend's automatic differentiation."""
    _, (found,) = value_and_gradients(lambda values: function(values[0]), [point])
    return np.array(keras.ops.convert_to_numpy(found))


def finite_differences(function: Callable[[Array], float], point: Array) -> Array:
    result = np.zeros(point.shape)
    for index in np.ndindex(point.shape):
        shift = np.zeros(point.shape)
        shift[index] = 1e-5
        result[index] = (function(point + shift) - function(point - shift)) / 2e-5
    return result


@pytest.mark.backend
@pytest.mark.parametrize(
    "case", [c for c in CASES if c.own], ids=[i for i, c in zip(IDS, CASES, strict=True) if c.own]
)
def test_gradient_equals_finite_differences(case: Case) -> None:
    loss = make_loss(case.name, **case.options)
    found = gradient(lambda p: loss(case.y_true, p), case.y_pred.astype("float32"))
    expected = finite_differences(
        lambda p: float(np.mean(case.closed_form(case.y_true, p))),
        case.y_pred.astype("float64"),
    )
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-5)


@pytest.mark.backend
def test_own_losses_train_and_weigh_samples() -> None:
    loss = SmoothedSparseCategoricalCrossentropy(0.1)
    single = loss(LABELS[:1], OTHER[:1])
    weight = np.array([1.0, 0, 0, 0, 0])
    np.testing.assert_allclose(float(loss(LABELS, OTHER, weight)), float(single) / 5, rtol=1e-5)


def test_ignored_class_costs_nothing() -> None:
    loss = SmoothedSparseCategoricalCrossentropy(0.1, ignore_class=-1, reduction="none")
    labels = np.array([0, -1, 1, -1, 0])
    values = np.asarray(loss(labels, OTHER))
    assert (values[[1, 3]] == 0).all()
    assert (values[[0, 2, 4]] > 0).all()


def test_quantile_is_minimised_by_the_quantile() -> None:
    sample = np.sort(_RNG.normal(size=(99, 1))).astype("float32")
    loss = Quantile(0.9)
    costs = [float(loss(sample, np.full_like(sample, guess))) for guess in np.sort(sample[:, 0])]
    # The empirical 0.9 quantile of 99 values is the 90th of them: 0.9 * 99 = 89.1.
    assert int(np.argmin(costs)) == 89


def test_effective_numbers_lie_between_equal_and_inverse_frequency() -> None:
    assert effective_number_weights((100, 1), beta=0.0) == (1.0, 1.0)
    almost = effective_number_weights((100, 1), beta=1 - 1e-9)
    np.testing.assert_allclose(almost[1] / almost[0], 100.0, rtol=1e-5)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: make_loss("hubr"), "No loss named 'hubr'. Did you mean 'huber'"),
        (lambda: make_loss("huber", delta=-1.0), "`0 < delta` must hold. Got delta=-1.0"),
        (lambda: make_loss("quantile", quantiles=1.0), "`0 < quantiles < 1` must hold"),
        (lambda: Quantile((0.5, 0.1)), "must be strictly increasing"),
        (lambda: Quantile((0.5, 1.5)), "`0 < quantile < 1` must hold. Got quantile=1.5"),
        (lambda: Quantile(QUANTILES)(REAL, OTHER[:, :2]), "give the model 3 outputs"),
        (lambda: SmoothedSparseCategoricalCrossentropy(1.0), "`0 <= smoothing < 1` must hold"),
        (lambda: SoftIoU(smooth=0.0), "`0 < smooth` must hold"),
        (lambda: WeightedDice(class_weights=[0.0, 0.0]), "at least one must be positive"),
        (lambda: WeightedDice(class_weights=[1.0])(MASK, SHADES), "give . weights"),
        (lambda: WeightedBinaryCrossentropy(0.0), "`0 < positive_weight` must hold"),
        (lambda: ClassWeighted(class_weights=(1.0, -1.0)), "must not be negative"),
        (
            lambda: ClassWeighted(
                keras.losses.SparseCategoricalCrossentropy(ignore_class=-1), class_weights=(1.0,)
            ),
            "Got ignore_class=-1: leave it out",
        ),
        (lambda: ClassWeighted(class_weights=()), "at least one must be positive"),
        (lambda: ClassWeighted(class_weights=(1.0, 1.0))(LABELS, OTHER), "give 3 weights"),
        (lambda: effective_number_weights((5, 0)), "at least one sample"),
        (lambda: effective_number_weights((5, 1), beta=1.0), "`0 <= beta < 1` must hold"),
        (
            lambda: make_loss("categorical_crossentropy", label_smoothing=1.0),
            "`0 <= label_smoothing < 1` must hold",
        ),
    ],
)
def test_bad_input_is_refused(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=message.replace("(", r"\(").replace("?", r"\?")):
        make()


def test_listing_imports_no_keras() -> None:
    code = (
        "import sys, cookbook.losses, cookbook.optimizers, cookbook.schedules\n"
        "import cookbook.initializers as i\n"
        "assert cookbook.losses.LOSSES and cookbook.optimizers.OPTIMIZERS\n"
        "assert cookbook.schedules.SCHEDULES and i.INITIALIZERS\n"
        "print('keras' in sys.modules or 'tensorflow' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
