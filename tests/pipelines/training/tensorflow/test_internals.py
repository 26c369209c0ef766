"""The private names that trainings need are there, and the shortcuts are really taken."""

from __future__ import annotations

import re
import types
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from cookbook._keras_internals import Internal, KerasMovedError
from pipelines.inputs.feeds import ArrayFeed
from pipelines.training.tensorflow import internals
from pipelines.training.tensorflow.fused_updates import fuse_updates
from pipelines.training.tensorflow.internals import (
    INTERNALS,
    SlowPathWarning,
    are_there,
    build_for,
)
from pipelines.training.tensorflow.trainer import Trainer

ROOT = Path(__file__).parents[4]
KERNELS = {
    "ResourceApplyAdam": lambda: keras.optimizers.Adam(),
    "ResourceApplyRMSProp": lambda: keras.optimizers.RMSprop(),
    "ResourceApplyKerasMomentum": lambda: keras.optimizers.SGD(momentum=0.9),
    "ResourceApplyGradientDescent": lambda: keras.optimizers.SGD(),
}


@pytest.mark.parametrize("internal", INTERNALS, ids=lambda row: f"{row.owner}.{row.name}")
def test_a_private_name_of_keras_is_there(internal):
    internal.check()


def _operations(optimizer):
    """Types of all operations of a compiled training."""
    layers = [keras.Input((4, 4, 1)), keras.layers.Conv2D(2, 3), keras.layers.BatchNormalization()]
    model = keras.Sequential([*layers, keras.layers.Flatten(), keras.layers.Dense(1)])
    model.compile(optimizer, "mse")
    x, y = np.ones((4, 4, 4, 1), "float32"), np.ones((4, 1), "float32")
    feed = ArrayFeed(x, y, batch_size=2)
    trainer = Trainer(model, feed)
    trainer.fit(epochs=1)
    traced = trainer._train.get_concrete_function(feed.start(0), tf.constant(0), tf.constant(2))
    functions = traced.graph.as_graph_def().library.function
    return {node.op for function in functions for node in function.node_def}


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_training_takes_the_kernels_of_updates_and_normalization(kernel):
    operations = _operations(KERNELS[kernel]())
    assert kernel in operations
    assert "FusedBatchNormV3" in operations


def test_a_moved_name_leaves_the_shortcut_out_with_one_warning():
    moved = Internal("Optimizer", "_moved_elsewhere", "a shortcut", object)
    with pytest.warns(SlowPathWarning, match=r"no `Optimizer\._moved_elsewhere`.*a shortcut"):
        assert not are_there(object(), moved)
    assert not are_there(object(), moved)  # a second warning would be an error here


def test_an_optimizer_without_its_private_names_is_updated_by_keras(monkeypatch):
    gone = Internal("Optimizer", "_renamed_update", "a kernel", object)
    monkeypatch.setattr("pipelines.training.tensorflow.fused_updates.UPDATE", gone)
    variable = keras.Variable([1.0])
    optimizer = keras.optimizers.SGD(0.5)
    optimizer.build([variable])
    with pytest.warns(SlowPathWarning):
        assert fuse_updates(optimizer) is False
    optimizer.apply([tf.constant([1.0])], [variable])
    assert float(variable[0]) == 0.5


def test_a_model_that_cannot_be_built_is_refused():
    with pytest.raises(KerasMovedError, match="compiled epochs"):
        build_for(types.SimpleNamespace(), None)


def test_no_other_file_names_them():
    names = "|".join(re.escape(row.name) for row in INTERNALS) + "|_flatten_layers"
    found = [
        file.name
        for room in ("pipelines", "tuning")
        for file in (ROOT / room).rglob("*.py")
        if file != Path(internals.__file__)
        # Names of one's own are fine; what is meant are those of other objects.
        and re.search(rf"\b(?!self\b|cls\b|made\b)\w+\.({names})\b", file.read_text())
    ]
    assert not found
