"""Transformations that make skewed columns more symmetric."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from cookbook._names import unknown_name

_CROWD = 1 / 16  # share of the rows that a value of many counts for: one bin of an embedding
_FEWEST = 10  # quantiles, and rows of a value
POWERS = ("none", "log", "sqrt", "box-cox", "yeo-johnson", "quantile-normal")


def fit_power(kind: str, values: np.ndarray, *, column: str) -> dict[str, Any]:
    """Fits a transformation to the training values of one column.

    * `"log"`: `log(1 + x + shift)`, `"sqrt"`: `sqrt(x + shift)`, with the smallest `shift >= 0`
      that makes the training values at least 0.
    * `"box-cox"`: `(x ** lambda - 1) / lambda`, or `log(x)` for lambda 0; positive values only
      (Box and Cox, 1964).
    * `"yeo-johnson"`: the same idea for values of both signs (Yeo and Johnson, 2000).
    * `"quantile-normal"`: the standard normal number of the same rank, whatever the
      distribution; the ranks are those of at most 1,000 quantiles, a thirtieth of the rows (10
      at least), with lines between them (Gorishniy et al. 2021, arXiv:2106.11959). A value that
      more than a sixteenth of the rows share, such as the zero of an amount that few rows have,
      counts as a sixteenth: it does not push the others to the ends, where an embedding has
      one bin for them all.

    The lambda is the one of the highest likelihood, found by SciPy.

    Args:
        kind: One of `POWERS`.
        values: `float64[n]`, finite, not all equal.
        column: Name for messages.

    Returns:
        The transformation as JSON-able numbers, for `apply_power`.

    Raises:
        ValueError: If the kind is unknown, or Box-Cox meets a value that is not positive.

    Example:
        >>> fit_power("sqrt", np.array([-4.0, 0.0]), column="t")
        {'kind': 'sqrt', 'shift': 4.0}
    """
    if kind not in POWERS:
        raise ValueError(unknown_name("transformation", kind, POWERS))
    smallest = float(values.min())
    if kind in ("log", "sqrt"):
        return {"kind": kind, "shift": max(0.0, -smallest)}
    if kind == "box-cox":
        if smallest <= 0:
            raise ValueError(
                f"Box-Cox needs positive values. Column {column!r} goes down to {smallest:g}: "
                "use yeo-johnson."
            )
        from scipy.stats import boxcox

        return {"kind": kind, "lambda": float(boxcox(values)[1]), "floor": smallest}
    if kind == "yeo-johnson":
        from scipy.stats import yeojohnson

        return {"kind": kind, "lambda": float(yeojohnson(values)[1])}
    if kind == "quantile-normal":
        return {"kind": kind, "quantiles": _quantiles(values).tolist(), "rows": len(values)}
    return {"kind": "none"}


def apply_power(power: Mapping[str, Any], values: np.ndarray) -> np.ndarray:
    """Applies a fitted transformation.

    Values below what the training rows allow (a negative number for `"log"`, say) are treated
    as the smallest allowed one, so that new data never gives NaN.

    Args:
        power: From `fit_power`.
        values: `float64[n]`; NaN stays NaN.

    Returns:
        `float64[n]`.

    Example:
        >>> apply_power({"kind": "sqrt", "shift": 4.0}, np.array([0.0, -9.0])).tolist()
        [2.0, 0.0]
    """
    kind = power["kind"]
    if kind == "log":
        return np.log1p(np.maximum(values + power["shift"], 0.0))
    if kind == "sqrt":
        return np.sqrt(np.maximum(values + power["shift"], 0.0))
    if kind == "box-cox":
        from scipy.special import boxcox

        return boxcox(np.maximum(values, power["floor"]), power["lambda"])
    if kind == "yeo-johnson":
        return _yeo_johnson(values, power["lambda"])
    if kind == "quantile-normal":
        return _normal_ranks(values, np.array(power["quantiles"]), power["rows"])
    return values


def undo_power(power: Mapping[str, Any], values: np.ndarray) -> np.ndarray:
    """The way back from a transformation with a formula.

    Args:
        power: From `fit_power`, of a kind other than `"quantile-normal"`.
        values: `float64[...]`, of values that `apply_power` can give.

    Returns:
        `float64[...]` in the unit before.

    Example:
        >>> undo_power({"kind": "sqrt", "shift": 4.0}, np.array([2.0])).tolist()
        [0.0]
    """
    kind = power["kind"]
    if kind == "log":
        return np.expm1(values) - power["shift"]
    if kind == "sqrt":
        return np.square(np.maximum(values, 0.0)) - power["shift"]
    if kind == "box-cox":
        from scipy.special import inv_boxcox

        return inv_boxcox(values, power["lambda"])
    if kind == "yeo-johnson":
        from scipy.special import inv_boxcox1p

        above = inv_boxcox1p(np.maximum(values, 0.0), power["lambda"])
        below = -inv_boxcox1p(np.maximum(-values, 0.0), 2.0 - power["lambda"])
        return above + below
    return values


def _quantiles(values: np.ndarray) -> np.ndarray:
    count = min(1000, max(_FEWEST, len(values) // 30))
    return np.quantile(_without_crowds(values), np.linspace(0, 1, count))


def _without_crowds(values: np.ndarray) -> np.ndarray:
    """The values, each at most as often as a bin of `cookbook.models.tabular` has rows."""
    distinct, counts = np.unique(values, return_counts=True)
    most = max(_FEWEST, math.ceil(len(values) * _CROWD))
    return values if counts.max() <= most else np.repeat(distinct, np.minimum(counts, most))


def _normal_ranks(values: np.ndarray, quantiles: np.ndarray, rows: int) -> np.ndarray:
    from scipy.special import ndtri

    # The lowest of n ordered rows stands for the share 1 / 2n, not for 0, whose number is -inf.
    shares = np.linspace(0.5, rows - 0.5, len(quantiles)) / rows
    # From both sides: a value that many rows share gets the middle of their ranks.
    from_below = np.interp(values, quantiles, shares)
    from_above = -np.interp(-values, -quantiles[::-1], -shares[::-1])
    return ndtri((from_below + from_above) / 2)


def _yeo_johnson(values: np.ndarray, exponent: float) -> np.ndarray:
    from scipy.special import boxcox1p

    # The definition: Box-Cox of 1 + x above zero, mirrored with 2 - lambda below.
    above = boxcox1p(np.maximum(values, 0.0), exponent)
    below = -boxcox1p(np.maximum(-values, 0.0), 2.0 - exponent)
    return above + below
