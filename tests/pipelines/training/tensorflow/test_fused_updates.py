"""TensorFlow's update kernels compute what Keras' optimizers compute."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from pipelines.training.tensorflow.fused_updates import fuse_updates

OPTIMIZERS = {
    "sgd": lambda: keras.optimizers.SGD(0.1),
    "momentum": lambda: keras.optimizers.SGD(0.1, momentum=0.9),
    "nesterov": lambda: keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True),
    "rmsprop": lambda: keras.optimizers.RMSprop(0.01),
    "rmsprop with momentum": lambda: keras.optimizers.RMSprop(0.01, momentum=0.9),
    "adam": lambda: keras.optimizers.Adam(0.01),
    "adam with a schedule": lambda: keras.optimizers.Adam(
        keras.optimizers.schedules.ExponentialDecay(0.1, 3, 0.5)
    ),
    "adamw": lambda: keras.optimizers.AdamW(0.01, weight_decay=0.1),
    "clipped": lambda: keras.optimizers.Adam(0.01, global_clipnorm=0.1),
    "averaged": lambda: keras.optimizers.Adam(0.01, use_ema=True),
}
WITHOUT_KERNEL = {
    "amsgrad": lambda: keras.optimizers.Adam(0.01, amsgrad=True),
    "centered": lambda: keras.optimizers.RMSprop(0.01, centered=True),
    "nadam": lambda: keras.optimizers.Nadam(0.01),
}


@pytest.mark.parametrize("name", ["rmsprop", "adam", "momentum"])
def test_an_update_that_a_function_holds_is_traced_once(name):
    variable = keras.Variable([1.0])
    optimizer = OPTIMIZERS[name]()
    optimizer.build([variable])
    assert fuse_updates(optimizer)
    traced = []

    @tf.function
    def step():
        traced.append(name)
        optimizer.apply([tf.ones(1)], [variable])

    step()  # a variable made on the way would have it traced again
    assert traced == [name]


def _descend(optimizer, *, fused, steps=7):
    variables = [keras.Variable(np.linspace(-1, 1, n, dtype="float32")) for n in (5, 3)]
    optimizer.build(variables)
    known = fuse_updates(optimizer) if fused else None

    @tf.function
    def step():
        gradients = [tf.sin(3.0 * variable) + variable for variable in variables]
        optimizer.apply(gradients, variables)

    for _ in range(steps):
        step()
    return known, [*variables, *optimizer.variables]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_updates_and_state_equal_those_of_keras(name):
    known, ours = _descend(OPTIMIZERS[name](), fused=True)
    _, theirs = _descend(OPTIMIZERS[name](), fused=False)
    assert known is True
    for variable, reference in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(
            variable.numpy(), reference.numpy(), rtol=2e-5, atol=1e-7, err_msg=reference.path
        )


@pytest.mark.parametrize("name", WITHOUT_KERNEL)
def test_optimizers_without_a_kernel_stay_as_they_are(name):
    known, ours = _descend(WITHOUT_KERNEL[name](), fused=True)
    _, theirs = _descend(WITHOUT_KERNEL[name](), fused=False)
    assert known is False
    for variable, reference in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(variable.numpy(), reference.numpy())


def test_gradients_with_few_rows_are_applied_as_by_keras():
    results = []
    for fused in (True, False):
        table = keras.Variable(np.ones((4, 2), "float32"))
        optimizer = keras.optimizers.Adam(0.1)
        optimizer.build([table])
        if fused:
            fuse_updates(optimizer)
        rows = tf.IndexedSlices(tf.ones((1, 2)), tf.constant([2]), tf.constant([4, 2]))
        optimizer.apply([rows], [table])
        results.append(table.numpy())
    np.testing.assert_array_equal(*results)


def test_an_optimizer_of_ones_own_keeps_its_rule():
    class Still(keras.optimizers.SGD):
        def update_step(self, gradient, variable, learning_rate):
            del gradient, variable, learning_rate

    _, (variable, *_) = _descend(Still(0.1), fused=True)
    np.testing.assert_array_equal(variable.numpy(), np.linspace(-1, 1, 5, dtype="float32"))
