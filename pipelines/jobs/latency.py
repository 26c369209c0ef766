"""How long one prediction takes: the metric `latency_ms` of a trial."""

from __future__ import annotations

import statistics
import time
from typing import Any

LATENCY = "latency_ms"
_WARM_UP, _CALLS, _SECONDS = 5, 50, 2.0


def latency_ms(model: Any, x: Any) -> float:
    """Milliseconds of one compiled call of a model on one row.

    The median of up to 50 calls, with the threads of this process; the result is waited for.

    Args:
        model: A built Keras model.
        x: Inputs as the model takes them, one row or more: an array or a structure of arrays.

    Example:
        >>> import keras
        >>> import numpy as np
        >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
        >>> 0 < latency_ms(model, np.zeros((8, 4), "float32")) < 1000
        True
    """
    import tensorflow as tf

    row = tf.nest.map_structure(lambda values: tf.convert_to_tensor(values[:1]), x)
    predict = tf.function(lambda inputs: model(inputs, training=False), autograph=False)

    def call() -> float:
        began = time.perf_counter()
        # Copied: a device may go on computing after the call has returned.
        tf.nest.map_structure(lambda output: output.numpy(), predict(row))
        return time.perf_counter() - began

    for _ in range(_WARM_UP):
        call()
    seconds: list[float] = []
    while len(seconds) < _CALLS and sum(seconds) < _SECONDS:
        seconds.append(call())
    return 1000.0 * statistics.median(seconds)
