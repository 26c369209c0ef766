"""Every optimizer against NumPy, on two problems, and through saving."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import pytest

from cookbook.diagnostics._arrays import to_array
from cookbook.optimizers import OPTIMIZERS, gradient_free, make_optimizer
from tests.cookbook.optimizers import references

# Keras' Variable predates the copy argument of NumPy 2's __array__ protocol.
pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"
)

TARGET = np.array([[1.0, -2.0], [0.5, 3.0], [-1.0, 0.25]], dtype="float32")
CURVATURE = np.array([[1.0, 0.3], [2.0, 0.5], [1.5, 0.7]], dtype="float32")


@dataclass(frozen=True)
class Case:
    """One optimizer.

    `reference` is its rule in NumPy; `rate` solves the quadratic in 150 steps, `fit_rate` the
    classification. `sees_gradients` is False for those that need `gradient_free`.
    """

    name: str
    reference: Callable[[], references.Step] | None
    rate: float = 0.1
    fit_rate: float = 0.1
    options: dict[str, Any] = field(default_factory=dict)
    sees_gradients: bool = True


CASES = (
    Case("sgd", lambda: references.sgd(0.1), fit_rate=1.0),
    Case("momentum", lambda: references.sgd(0.1, 0.9)),
    Case("nesterov", lambda: references.sgd(0.1, 0.9, nesterov=True)),
    Case("averaged_momentum", lambda: references.sgd(0.1, 0.9), 1.0, fit_rate=1.0),
    Case("adagrad", lambda: references.adagrad(0.5), 0.5),
    Case("adadelta", lambda: references.adadelta(30.0), 30.0, 10.0),
    Case("rmsprop", lambda: references.rmsprop(0.02), 0.02),
    Case("rmsprop_momentum", lambda: references.rmsprop(0.01, 0.9), 0.01, 0.02),
    Case("adam", lambda: references.adam(0.1)),
    Case("adamw", lambda: references.adam(0.1, 0.004)),
    Case("adamax", lambda: references.adamax(0.1)),
    Case("nadam", lambda: references.nadam(0.1)),
    Case("lion", lambda: references.lion(0.05), 0.05, 0.05),
    Case("muon", lambda: references.muon(0.1, 0.004)),
    Case("scheduled_sgd", lambda: references.sgd(0.1, 0.9)),
    Case("scheduled_adam", lambda: references.adam(0.1)),
    Case("spsa", None, fit_rate=0.5, options={"perturbation": 0.05}, sees_gradients=False),
)
every_case = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
by_gradient = pytest.mark.parametrize(
    "case", [c for c in CASES if c.sees_gradients], ids=[c.name for c in CASES if c.sees_gradients]
)


def descend(optimizer: Any, steps: int) -> list[np.ndarray]:
    """Runs an optimizer on `sum(CURVATURE * (w - TARGET) ** 2) / 2` from zero."""
    variable = keras.Variable(np.zeros_like(TARGET), name="kernel")
    optimizer.build([variable])
    path = []
    for _ in range(steps):
        w = to_array(variable)
        optimizer.apply([keras.ops.convert_to_tensor(CURVATURE * (w - TARGET))])
        path.append(to_array(variable))
    return path


def test_every_optimizer_has_a_case() -> None:
    assert {case.name for case in CASES} == set(OPTIMIZERS)


@pytest.mark.backend
@by_gradient
def test_twenty_steps_equal_numpy(case: Case) -> None:
    path = descend(make_optimizer(case.name, learning_rate=case.rate, **case.options), 20)
    assert case.reference is not None
    step, w = case.reference(), np.zeros(TARGET.shape)
    for k in range(20):
        w = step(w, CURVATURE * (w - TARGET), k)
        np.testing.assert_allclose(path[k], w, rtol=2e-3, atol=2e-4)


@pytest.mark.exhaustive
@by_gradient
def test_quadratic_converges(case: Case) -> None:
    path = descend(make_optimizer(case.name, learning_rate=case.rate, **case.options), 150)
    first = float((CURVATURE * TARGET**2).sum())
    assert float((CURVATURE * (path[-1] - TARGET) ** 2).sum()) < 0.02 * first


def separable() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(128, 2)).astype("float32")
    return x, (x[:, :1] - 2 * x[:, 1:] > 0.3).astype("float32")


def logistic(case: Case, **options: Any) -> keras.Model:
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, kernel_initializer="zeros")])
    if not case.sees_gradients:
        model = gradient_free(model)
    optimizer = make_optimizer(
        case.name, learning_rate=case.fit_rate, **{**case.options, **options}
    )
    model.compile(optimizer, keras.losses.BinaryCrossentropy(from_logits=True))
    return model


@pytest.mark.backend
@every_case
def test_logistic_regression_converges_and_survives_saving(case: Case, tmp_path: Any) -> None:
    x, y = separable()
    model = logistic(case)
    model.fit(x, y, epochs=20, batch_size=16, shuffle=False, verbose=0)
    kernel, bias = (np.asarray(weights, "float64") for weights in model.get_weights())
    loss = np.log1p(np.exp((1 - 2 * y) * (x @ kernel + bias))).mean()
    assert loss < 0.3  # from ln 2 = 0.69; the classes are separable
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.optimizer.get_config() == model.optimizer.get_config()
    for before, after in zip(model.optimizer.variables, loaded.optimizer.variables, strict=True):
        np.testing.assert_array_equal(to_array(before), to_array(after))


@pytest.mark.backend
@by_gradient
def test_embeddings_learn(case: Case) -> None:
    table = keras.layers.Embedding(5, 2)  # TensorFlow gives its gradient as slices
    model = keras.Sequential([keras.Input((1,), dtype="int32"), table])
    optimizer = make_optimizer(case.name, learning_rate=0.1, **case.options)
    model.compile(optimizer, "mse", run_eagerly=True)
    before = to_array(table.embeddings)
    model.train_on_batch(np.array([[1], [3], [3]]), np.ones((3, 1, 2)))
    after = to_array(table.embeddings)
    assert np.isfinite(after).all() and (after != before)[[1, 3]].all()


@every_case
def test_config_survives(case: Case) -> None:
    schedule = keras.optimizers.schedules.CosineDecay(0.1, 10)
    for rate in (0.05, schedule):
        optimizer = make_optimizer(case.name, learning_rate=rate, weight_decay=0.01, clipnorm=1.0)
        again = keras.saving.deserialize_keras_object(
            keras.saving.serialize_keras_object(optimizer)
        )
        assert type(again) is type(optimizer)
        assert again.get_config() == optimizer.get_config()


DECAYING = [c for c in CASES if c.name != "spsa"]


@pytest.mark.backend
@pytest.mark.parametrize("case", DECAYING, ids=[c.name for c in DECAYING])
def test_weight_decay_spares_biases_also_after_a_reload(case: Case) -> None:
    def decayed(optimizer: Any) -> list[float]:
        names = ("kernel", "bias", "gamma", "beta")
        variables = [keras.Variable([1.0], name=name) for name in names]
        optimizer.build(variables)
        optimizer.apply([keras.ops.zeros((1,))] * 4, variables)
        return [float(to_array(v)[0]) for v in variables]

    # One-dimensional variables are Muon's AdamW part.
    decay = "adam_weight_decay" if case.name == "muon" else "weight_decay"
    optimizer = make_optimizer(case.name, learning_rate=0.1, **{decay: 0.5})
    reloaded = type(optimizer).from_config(optimizer.get_config())
    for each in (optimizer, reloaded):
        assert decayed(each) == pytest.approx([1 - 0.1 * 0.5, 1.0, 1.0, 1.0])
    everything = make_optimizer(
        case.name, learning_rate=0.1, exclude_from_weight_decay=(), **{decay: 0.5}
    )
    assert decayed(everything) == pytest.approx([0.95] * 4)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("adm", {}, "No optimizer named 'adm'. Did you mean 'adam'"),
        ("adam", {"learning_rate": -0.1}, "`0 <= learning_rate` must hold. Got learning_rate=-0.1"),
        ("adam", {"beta_1": 1.0}, "`0 <= beta_1 < 1` must hold"),
        ("adam", {"epsilon": 0.0}, "`0 < epsilon` must hold"),
        ("momentum", {"momentum": 1.5}, "`0 <= momentum < 1` must hold"),
        ("rmsprop", {"rho": -0.1}, "`0 <= rho < 1` must hold"),
        ("sgd", {"weight_decay": -1.0}, "`0 <= weight_decay` must hold"),
        ("sgd", {"clipnorm": 0.0}, "`0 < clipnorm` must hold"),
        ("sgd", {"gradient_accumulation_steps": 1}, "`2 <= gradient_accumulation_steps` must"),
        ("muon", {"ns_steps": 0}, "`1 <= ns_steps` must hold"),
        ("scheduled_sgd", {"momentum": -0.1}, "`0 <= momentum < 1` must hold"),
        ("scheduled_adam", {"amsgrad": True}, "no AMSGrad form"),
        ("spsa", {"learning_rate": 0.0}, "`0 < learning_rate` must hold"),
        ("spsa", {"perturbation": 0.0}, "`0 < perturbation` must hold"),
    ],
)
def test_bad_input_is_refused(name: str, options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_optimizer(name, **options)
