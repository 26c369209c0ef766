"""Regression whose data hold outliers: squared error, Huber's loss, and attention to columns.

`python -m examples.robust_regression` trains on the diabetes rows with a tenth of the targets and
of the inputs spoilt, and prints the absolute error on clean test rows (source 001, loss functions).
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from cookbook.layers import ColumnAttention

SPOILT = 0.1


def rows(seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Spoilt training rows and clean test rows: `x, y, x_test, y_test`, standardised."""
    x, y = load_diabetes(return_X_y=True)
    x, x_test, y, y_test = train_test_split(x, y, test_size=0.25, random_state=seed)
    scaler, mean, deviation = StandardScaler().fit(x), y.mean(), y.std()
    x, x_test = scaler.transform(x), scaler.transform(x_test)
    y, y_test = (y - mean) / deviation, (y_test - mean) / deviation
    generator = np.random.default_rng(seed)
    x[generator.random(x.shape) < SPOILT] *= 10
    y[generator.random(y.shape) < SPOILT] += 10
    return x, y, x_test, y_test


def errors(epochs: int = 60, seed: int = 0) -> dict[str, float]:
    """Mean absolute errors on the clean test rows, in standard deviations of the target.

    Args:
        epochs: Passes over the training rows.
        seed: Split, spoilt values and weights follow from it.
    """
    x, y, x_test, y_test = rows(seed)
    arms: dict[str, tuple[str, list[Any]]] = {
        "squared error": ("mse", []),
        "Huber": ("huber", []),
        "Huber, attention": ("huber", [ColumnAttention(16)]),
    }
    found = {}
    for name, (loss, first) in arms.items():
        keras.utils.set_random_seed(seed)
        layers = [*first, keras.layers.Dense(32, activation="relu"), keras.layers.Dense(1)]
        model = keras.Sequential([keras.Input((x.shape[1],)), *layers])
        model.compile(keras.optimizers.Adam(3e-3), loss=loss)
        model.fit(x, y, epochs=epochs, batch_size=32, verbose=0)
        predicted = model.predict(x_test, verbose=0)[:, 0]
        found[name] = float(np.abs(predicted - y_test).mean())
    return found


if __name__ == "__main__":
    for arm, error in errors().items():
        print(f"{arm}: {error:.3f}")
