"""Small trainings that the tests of this folder share."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np


def samples(count: int = 48) -> tuple[np.ndarray, np.ndarray]:
    """A regression problem: `float32[count, 6]` and `float32[count, 1]`."""
    x = np.random.default_rng(0).normal(size=(count, 6)).astype("float32")
    return x, np.sin(x).sum(axis=1, keepdims=True).astype("float32")


def network(optimizer: Any = None, *, dropout: float = 0.5, seed: int = 1) -> keras.Model:
    """A compiled network with batch normalisation and dropout, the same for the same seed."""
    keras.utils.set_random_seed(seed)
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(8, activation="relu"),
            layers.BatchNormalization(),
            layers.Dropout(dropout, seed=5),
            layers.Dense(1),
        ]
    )
    model.compile(optimizer or keras.optimizers.Adam(1e-2), "mse", metrics=["mae"])
    return model


def everything(model: keras.Model) -> list[np.ndarray]:
    """Copies of weights, seeds and optimizer variables."""
    variables = [*model.variables, *model.optimizer.variables]
    return [np.array(keras.ops.convert_to_numpy(variable)) for variable in variables]


def same(left: list[np.ndarray], right: list[np.ndarray]) -> bool:
    """Whether two lists of arrays are equal to the bit."""
    return len(left) == len(right) and all(
        a.dtype == b.dtype and a.tobytes() == b.tobytes() for a, b in zip(left, right, strict=True)
    )
