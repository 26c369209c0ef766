"""Finds rows and values that lie far from the rest of the training data."""

from __future__ import annotations

import numpy as np

from cookbook._names import unknown_name

METHODS = ("none", "z-score", "iqr", "isolation-forest")
ACTIONS = ("winsorize", "remove")
LIMITS = {"none": 0.0, "z-score": 3.0, "iqr": 1.5, "isolation-forest": 0.05}


def check_outliers(method: str, action: str, limit: float | None) -> float:
    """Checks the options and fills in the usual limit.

    Args:
        method: One of `METHODS`.
        action: One of `ACTIONS`.
        limit: Standard deviations for z-scores (3), multiples of the interquartile range (1.5),
            or the share of rows that an isolation forest sets apart (0.05). `None`: the usual.

    Returns:
        The limit.

    Raises:
        ValueError: If a name is unknown or the limit is out of range.

    Example:
        >>> check_outliers("iqr", "remove", None)
        1.5
    """
    if method not in METHODS:
        raise ValueError(unknown_name("outlier method", method, METHODS))
    if action not in ACTIONS:
        raise ValueError(unknown_name("outlier action", action, ACTIONS))
    chosen = LIMITS[method] if limit is None else float(limit)
    if method != "none" and not chosen > 0:
        raise ValueError(f"`outlier_limit > 0` must hold. Got {chosen}.")
    if method == "isolation-forest" and chosen > 0.5:
        raise ValueError(
            "For an isolation forest outlier_limit is a share of the rows, in (0, 0.5]. "
            f"Got {chosen}."
        )
    return chosen


def find_outliers(
    values: np.ndarray, method: str, limit: float, *, seed: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Says which values are ordinary.

    Args:
        values: `float64[rows, columns]`; NaN (missing) is never an outlier.
        method: One of `METHODS`.
        limit: As in `check_outliers`.
        seed: Of the isolation forest.

    Returns:
        `(inlier rows bool[rows], lowest float64[columns], highest float64[columns])`: the
        bounds of ordinary values. For z-scores `mean -+ limit * deviation`, for `iqr`
        `quartile -+ limit * (third - first)`, for the forest the extremes of its inliers.

    Example:
        >>> table = np.array([[1.0], [2.0], [3.0], [4.0], [99.0]])
        >>> rows, low, high = find_outliers(table, "iqr", 1.5)
        >>> rows.tolist(), low.tolist(), high.tolist()
        ([True, True, True, True, False], [-1.0], [7.0])
    """
    columns = values.shape[1]
    if method == "none" or not columns:
        return np.ones(len(values), bool), np.full(columns, -np.inf), np.full(columns, np.inf)
    if method == "isolation-forest":
        inside = _forest(values, limit, seed)
        return inside, np.nanmin(values[inside], axis=0), np.nanmax(values[inside], axis=0)
    if method == "z-score":
        centre, spread = np.nanmean(values, axis=0), limit * np.nanstd(values, axis=0)
        low, high = centre - spread, centre + spread
    else:
        first, third = np.nanquantile(values, (0.25, 0.75), axis=0)
        low, high = first - limit * (third - first), third + limit * (third - first)
    return ~np.any((values < low) | (values > high), axis=1), low, high


def _forest(values: np.ndarray, share: float, seed: int) -> np.ndarray:
    from sklearn.ensemble import IsolationForest

    filled = np.where(np.isnan(values), np.nanmedian(values, axis=0), values)
    forest = IsolationForest(contamination=share, random_state=seed)
    return forest.fit_predict(filled) > 0
