"""Forecasts without a network: the last value, the last season's, exponential smoothing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.optimize import minimize_scalar

Forecast = Callable[[np.ndarray], np.ndarray]


def naive(horizon: int) -> Forecast:
    """The last value, for every step.

    Example:
        >>> naive(2)(np.array([[1.0, 5.0]])).tolist()
        [[5.0, 5.0]]
    """
    return lambda x: np.repeat(x[:, -1:], horizon, axis=1)


def seasonal_naive(season: int, horizon: int) -> Forecast:
    """The value of the same step of the last season.

    Example:
        >>> seasonal_naive(3, 2)(np.array([[1.0, 2.0, 3.0]])).tolist()
        [[1.0, 2.0]]
    """
    steps = np.arange(horizon) % season
    return lambda x: x[:, x.shape[1] - season + steps]


def smoothed(x: np.ndarray, alpha: float) -> np.ndarray:
    """Level of simple exponential smoothing after the last step, `float64[n]`.

    `level = alpha * value + (1 - alpha) * level`, from the first value on (Brown 1956).

    Example:
        >>> smoothed(np.array([[0.0, 1.0, 1.0]]), 0.5).tolist()
        [0.75]
    """
    weights = alpha * (1 - alpha) ** np.arange(x.shape[1] - 1, -1, -1.0)
    weights[0] = (1 - alpha) ** (x.shape[1] - 1)
    found: np.ndarray = x.astype(np.float64) @ weights
    return found


def exponential_smoothing(x: np.ndarray, y: np.ndarray) -> Forecast:
    """Simple exponential smoothing with the factor of the least squared error on training rows.

    Args:
        x: Training windows `[n, past]`.
        y: What follows, `[n, horizon]`.
    """

    def error(alpha: float) -> float:
        return float(np.mean((smoothed(x, alpha)[:, np.newaxis] - y) ** 2))

    alpha = float(minimize_scalar(error, bounds=(0.001, 0.999), method="bounded").x)
    horizon = y.shape[1]
    return lambda rows: np.repeat(smoothed(rows, alpha)[:, np.newaxis], horizon, axis=1)


def forecasts(x: np.ndarray, y: np.ndarray, season: int) -> dict[str, Forecast]:
    """The three methods, fitted on training windows.

    Args:
        x: Windows `[n, past]`.
        y: What follows, `[n, horizon]`.
        season: Steps of a season; 1 leaves the seasonal one out.
    """
    found = {"naive": naive(y.shape[1]), "exponential smoothing": exponential_smoothing(x, y)}
    if season > 1:
        found["seasonal naive"] = seasonal_naive(season, y.shape[1])
    return found
