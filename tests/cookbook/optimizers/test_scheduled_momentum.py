"""Momentum that changes inside a compiled step."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from cookbook.optimizers import ScheduledAdam, ScheduledSGD
from cookbook.optimizers.selective_decay import with_selective_decay
from cookbook.schedules import OneCycleMomentum
from tests.cookbook.optimizers import references
from tests.cookbook.optimizers.test_optimizers import CURVATURE, TARGET, descend

# Keras' Variable predates the copy argument of NumPy 2's __array__ protocol.
pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"
)


def fitted_weights(optimizer: Any, change: Any) -> np.ndarray:
    """Weights after a fit, a change of the optimizer and another fit."""
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, kernel_initializer="ones")])
    model.compile(optimizer, "mse")
    x = np.linspace(-1, 1, 32, dtype="float32").reshape(16, 2)
    model.fit(x, x[:, :1], batch_size=4, shuffle=False, verbose=0)
    change(model.optimizer)
    model.fit(x, x[:, :1], batch_size=4, shuffle=False, verbose=0)
    return model.get_weights()[0]


@pytest.mark.backend
@pytest.mark.parametrize("kind", [ScheduledSGD, ScheduledAdam])
def test_assigned_momentum_reaches_the_compiled_step(kind: Any) -> None:
    same = fitted_weights(kind(0.05), lambda optimizer: None)
    changed = fitted_weights(kind(0.05), lambda optimizer: optimizer.assign_momentum(0.1))
    assert float(np.abs(same - changed).max()) > 1e-4


def test_keras_ignores_an_assigned_momentum() -> None:
    """The reason for ScheduledSGD; if this fails, Keras has learnt it and the class can go."""
    same = fitted_weights(keras.optimizers.SGD(0.05, momentum=0.9), lambda optimizer: None)
    changed = fitted_weights(
        keras.optimizers.SGD(0.05, momentum=0.9), lambda o: setattr(o, "momentum", 0.1)
    )
    np.testing.assert_array_equal(same, changed)


@pytest.mark.backend
def test_adam_with_a_moving_decay_equals_numpy() -> None:
    momentum = OneCycleMomentum(0.5, 0.95, total_steps=20)
    path = descend(ScheduledAdam(0.1, momentum), 20)
    step = references.adam(0.1, first_decay=lambda k: float(momentum(k)))
    w = np.zeros(TARGET.shape)
    for k in range(20):
        w = step(w, CURVATURE * (w - TARGET), k)
        np.testing.assert_allclose(path[k], w, rtol=2e-3, atol=2e-4)


def test_corrected_first_moment_of_a_constant_gradient_is_that_gradient() -> None:
    momentum = OneCycleMomentum(0.2, 0.9, total_steps=10)
    optimizer = ScheduledAdam(0.1, momentum)
    variable = keras.Variable([0.0], name="kernel")
    optimizer.build([variable])
    for k in range(10):
        optimizer.apply([keras.ops.ones((1,))])
        # m_hat / sqrt(v_hat) = 1 for a constant gradient 1, whatever the decays were.
        assert float(keras.ops.convert_to_tensor(variable)[0]) == pytest.approx(
            -0.1 * (k + 1), rel=1e-3
        )


def test_momentum_schedule_survives_config() -> None:
    momentum = OneCycleMomentum(0.8, 0.9, total_steps=10)
    for optimizer in (ScheduledSGD(0.1, momentum), ScheduledAdam(0.1, momentum)):
        again = keras.saving.deserialize_keras_object(
            keras.saving.serialize_keras_object(optimizer)
        )
        assert float(again.current_momentum()) == pytest.approx(0.9)
        assert again.get_config() == optimizer.get_config()


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be assigned"):
        ScheduledSGD(0.1, OneCycleMomentum(total_steps=10)).assign_momentum(0.5)
    with pytest.raises(ValueError, match="`0 <= momentum < 1` must hold"):
        ScheduledSGD(0.1).assign_momentum(1.0)
    with pytest.raises(ValueError, match="Got Ftrl: call its"):
        with_selective_decay(keras.optimizers.Ftrl)
