"""Weight decay that reads the learning rate once a step.

Keras computes the schedule again for each variable that decays, a dozen operations each: a good
part of what is traced for a small network, and of each of its steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from pipelines.training.tensorflow.internals import DECAY, DECAYING, are_there, replace_method


def fuse_decay(optimizer: keras.optimizers.Optimizer) -> bool:
    """Lets an optimizer compute the rate of its weight decay once for all variables.

    Numbers do not change. Variables spread over devices are left to Keras.

    Args:
        optimizer: A built optimizer; it is changed in place.

    Returns:
        Whether its decay is fused; False where it has none.

    Example:
        >>> variable = keras.Variable([1.0])
        >>> optimizer = keras.optimizers.AdamW(0.5, weight_decay=0.5)
        >>> optimizer.build([variable])
        >>> fuse_decay(optimizer)
        True
        >>> optimizer.apply([tf.constant([0.0])], [variable])
        >>> float(variable[0])
        0.75
    """
    if optimizer.weight_decay is None or not are_there(optimizer, DECAY, DECAYING):
        return False

    def apply_weight_decay(variables: Sequence[Any]) -> None:
        rates: dict[Any, tuple[tf.Tensor, tf.Tensor]] = {}
        for found in variables:
            variable = getattr(found, "value", found)
            if not DECAYING.of(optimizer)(variable):
                continue
            dtype = variable.dtype
            if dtype not in rates:
                rate = tf.cast(optimizer.learning_rate, dtype)
                rates[dtype] = tf.cast(optimizer.weight_decay, dtype), rate
            decay, rate = rates[dtype]
            # In the order of Keras: another one would round otherwise.
            variable.assign_sub(variable * decay * rate)

    replace_method(optimizer, DECAY, apply_weight_decay)
    return True
