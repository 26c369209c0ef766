"""A training leaves nothing in TensorFlow's registries, so its model can be collected."""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref

import keras
import numpy as np
import pytest
from tensorflow.python.framework import ops

from pipelines.inputs.feeds import ArrayFeed
from pipelines.training.tensorflow.single_replica import skip_reduction
from pipelines.training.tensorflow.trainer import Trainer

X = np.linspace(-1, 1, 16, dtype="float32").reshape(8, 2)
Y = X[:, :1] ** 2
OPTIMIZERS = {
    "with a kernel, not built": lambda: keras.optimizers.Adam(0.1),
    "without a kernel": lambda: keras.optimizers.Nadam(0.1),
    "accumulating": lambda: keras.optimizers.SGD(0.1, gradient_accumulation_steps=2),
    "scaling its loss": lambda: keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(0.1)),
}


def _model(optimizer):
    keras.utils.set_random_seed(0)
    layers = [keras.Input((2,)), keras.layers.Dense(3, "tanh"), keras.layers.Dense(1)]
    model = keras.Sequential(layers)
    model.compile(optimizer, "mse")
    return model


def _feed():
    return ArrayFeed(X, Y, batch_size=4, shuffle=False)


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_trained_model_can_be_collected(name):
    before = set(ops.gradient_registry.list())
    model = _model(OPTIMIZERS[name]())
    Trainer(model, _feed()).fit(epochs=1)
    assert set(ops.gradient_registry.list()) == before
    alive = weakref.ref(model.layers[0].kernel)
    del model
    keras.backend.clear_session()
    gc.collect()
    assert alive() is None


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_numbers_are_those_of_keras(name):
    ours, theirs = (_model(OPTIMIZERS[name]()) for _ in range(2))
    skip_reduction(ours)
    for model in (ours, theirs):
        model.fit(X, Y, batch_size=4, epochs=2, shuffle=False, verbose=0)
    for left, right in zip(ours.variables, theirs.variables, strict=True):
        np.testing.assert_array_equal(left.numpy(), right.numpy())


def test_models_inside_a_model_are_changed_too():
    model = keras.Sequential([keras.Input((2,)), _model("sgd")])
    model.compile("sgd", "mse")
    skip_reduction(model)
    for part in (model, model.layers[0]):
        assert part.optimizer._all_reduce_sum_gradients([(1, 2)]) == [(1, 2)]


TWO_REPLICAS = """
import keras
import tensorflow as tf

from pipelines.training.tensorflow.single_replica import skip_reduction

processor = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(
    processor, [tf.config.LogicalDeviceConfiguration()] * 2
)
with tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    skip_reduction(model)
print("_all_reduce_sum_gradients" in vars(model.optimizer))
"""


@pytest.mark.slow
def test_several_replicas_go_on_summing():
    command = [sys.executable, "-c", TWO_REPLICAS]  # logical devices are set in a fresh process
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["False"]
