"""Trainings that leave nothing behind: no sum of gradients over replicas where there is one.

Keras sums the gradients over replicas even when there is only one. TensorFlow registers the
gradient of that sum for the life of the process, once for every traced training, and with it
the graph and all variables of the training: 3 to 5 MB for the smallest network, and no
`clear_session` gives them back. It is what makes the memory of searches grow.
"""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from pipelines.training.tensorflow.internals import REDUCTION, are_there, layers_of


def skip_reduction(model: keras.Model) -> None:
    """Lets a model's optimizers apply gradients as they are, without a sum over replicas.

    Under a `tf.distribute` strategy with several replicas nothing is changed.

    Args:
        model: A compiled model; also the optimizers of models inside it are changed, in place.

    Example:
        >>> from tensorflow.python.framework import ops
        >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        >>> model.compile("lion", "mse")
        >>> skip_reduction(model)
        >>> before = len(ops.gradient_registry.list())
        >>> _ = model.fit(tf.ones((4, 2)), tf.ones((4, 1)), verbose=0)
        >>> len(ops.gradient_registry.list()) - before
        0
    """
    if tf.distribute.get_strategy().num_replicas_in_sync > 1:
        return
    for part in layers_of(model):
        optimizer: Any = getattr(part, "optimizer", None)
        while isinstance(optimizer, keras.optimizers.Optimizer):
            if are_there(optimizer, REDUCTION):
                setattr(optimizer, REDUCTION.name, list)
            # A `LossScaleOptimizer` leaves the update to the one that it holds.
            optimizer = getattr(optimizer, "inner_optimizer", None)
