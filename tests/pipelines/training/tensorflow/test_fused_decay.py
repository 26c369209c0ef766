"""Weight decay by one rate is what Keras' optimizers compute variable by variable."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from pipelines.training.tensorflow.fused_decay import fuse_decay

STEPS = 5


class _Counted(keras.optimizers.schedules.CosineDecay):
    asked = 0

    def __call__(self, step):
        type(self).asked += 1
        return super().__call__(step)


OPTIMIZERS = {
    "adamw": lambda: keras.optimizers.AdamW(0.01, weight_decay=0.1),
    "adamw with a schedule": lambda: keras.optimizers.AdamW(
        keras.optimizers.schedules.CosineDecay(0.1, STEPS), weight_decay=0.1
    ),
    "momentum": lambda: keras.optimizers.SGD(0.1, momentum=0.9, weight_decay=0.1),
    "lion": lambda: keras.optimizers.Lion(0.01, weight_decay=0.1),
    "none at all": lambda: keras.optimizers.AdamW(0.01, weight_decay=0.0),
}


def _descend(optimizer, *, fused):
    variables = [
        keras.Variable(np.linspace(-1, 1, 5), dtype="float32", name="kernel"),
        keras.Variable(np.linspace(-1, 1, 3), dtype="float32", name="bias"),
        keras.Variable(np.linspace(-2, 1, 4), dtype="float64", name="wide"),
    ]
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    optimizer.build(variables)
    assert not fused or fuse_decay(optimizer)

    @tf.function
    def step():
        gradients = [tf.sin(3 * variable.value) for variable in variables]
        optimizer.apply(gradients, variables)

    for _ in range(STEPS):
        step()
    return [variable.numpy() for variable in variables]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_weights_are_those_of_keras(name):
    plain, fused = (_descend(OPTIMIZERS[name](), fused=fused) for fused in (False, True))
    for expected, found in zip(plain, fused, strict=True):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(("fused", "asked"), [(False, 3), (True, 2)])
def test_the_schedule_is_computed_once_for_all_variables_of_a_type(fused, asked):
    _Counted.asked = 0
    optimizer = keras.optimizers.AdamW(_Counted(0.1, STEPS), weight_decay=0.1)
    variables = [keras.Variable(np.ones(n, "float32")) for n in (1, 2)]
    optimizer.build(variables)
    assert not fused or fuse_decay(optimizer)
    optimizer.apply([tf.ones(n) for n in (1, 2)], variables)
    # Once more for the update itself.
    assert _Counted.asked == asked


def test_an_optimizer_without_decay_stays_as_it_is():
    optimizer = keras.optimizers.Adam(0.1)
    optimizer.build([keras.Variable([1.0])])
    before = dict(vars(optimizer))
    assert not fuse_decay(optimizer)
    assert vars(optimizer) == before
