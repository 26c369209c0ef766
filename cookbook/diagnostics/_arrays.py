from __future__ import annotations

from typing import Any

import keras
import numpy as np


def to_array(value: Any) -> np.ndarray:
    """Copies a tensor or variable into a NumPy array that nothing else changes.

    A variable is read first. Keras hands it to NumPy as it is, and NumPy 2 warns about the
    old form of its `__array__`, of TensorFlow's variables as of Keras' own.
    """
    if isinstance(value, keras.Variable):
        value = value.value
        if keras.backend.backend() == "tensorflow":
            return np.array(value.numpy())
    return np.array(keras.ops.convert_to_numpy(value))
