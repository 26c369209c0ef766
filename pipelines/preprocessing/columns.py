"""The fitted numbers of one column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from cookbook._names import unknown_name
from pipelines.preprocessing.power import POWERS, apply_power, fit_power

SCALINGS = ("standard", "minmax", "robust", "none")
IMPUTATIONS = ("median", "mean", "zero")


@dataclass(frozen=True)
class NumericColumn:
    """What happens to one numeric column: fill, clip, transform, scale.

    Attributes:
        name: Name of the raw column.
        fill: Replaces missing values, in raw units.
        low: Values below are set to it, in raw units; `None` for no bound.
        high: Values above are set to it.
        power: Fitted transformation, see `fit_power`.
        centre: Subtracted after the transformation.
        spread: Divided by after the transformation.
        indicator: Whether a column "is missing" (0 or 1) is added.
        decimal: Decimal separator of numbers that are written as texts.
    """

    name: str
    fill: float
    low: float | None
    high: float | None
    power: dict[str, Any]
    centre: float
    spread: float
    indicator: bool
    decimal: str = "."

    def transform(self, values: np.ndarray) -> np.ndarray:
        """Raw numbers `float64[n]` with NaN as scaled `float64[n]` without."""
        filled = np.where(np.isnan(values), self.fill, values)
        clipped = np.clip(filled, self.low, self.high) if self._bounded else filled
        return (apply_power(self.power, clipped) - self.centre) / self.spread

    @property
    def _bounded(self) -> bool:
        return self.low is not None or self.high is not None

    def to_config(self) -> dict[str, Any]:
        """JSON-able fields."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class NumericOptions:
    """How numeric columns are prepared.

    Attributes:
        imputation: One of `IMPUTATIONS`, over the training rows.
        power: One of `POWERS`.
        scaling: `"standard"` (mean 0, deviation 1), `"minmax"` (0 to 1), `"robust"` (median 0,
            interquartile range 1) or `"none"`.
        indicator: Add a column that says which values were missing, where training rows lack any.

    Raises:
        ValueError: If a name is unknown.
    """

    imputation: str = "median"
    power: str = "none"
    scaling: str = "standard"
    indicator: bool = True

    def __post_init__(self) -> None:
        for kind, value, known in (
            ("imputation", self.imputation, IMPUTATIONS),
            ("transformation", self.power, POWERS),
            ("scaling", self.scaling, SCALINGS),
        ):
            if value not in known:
                raise ValueError(unknown_name(kind, value, known))


def fit_numeric(
    name: str,
    values: np.ndarray,
    options: NumericOptions,
    bounds: tuple[float, float],
    *,
    decimal: str = ".",
) -> NumericColumn:
    """Learns one numeric column.

    Args:
        name: Its name.
        values: `float64[n]` of training rows, NaN for missing.
        options: How.
        bounds: Lowest and highest ordinary value, infinite for no bound.
        decimal: Of texts in new rows.

    Returns:
        The fitted column.
    """
    present = values[~np.isnan(values)]
    if not len(present):
        raise ValueError(f"Column {name!r} has no value left in the training rows: drop it.")
    low, high = (float(bound) if np.isfinite(bound) else None for bound in bounds)
    filling = _filling(present, options.imputation)
    ready = np.where(np.isnan(values), filling, values)
    if low is not None or high is not None:
        ready = np.clip(ready, low, high)
    power = fit_power(options.power, ready, column=name)
    centre, spread = _scale(apply_power(power, ready), options.scaling)
    return NumericColumn(
        name=name,
        fill=filling,
        low=low,
        high=high,
        power=power,
        centre=centre,
        spread=spread,
        indicator=options.indicator and len(present) < len(values),
        decimal=decimal,
    )


def _filling(present: np.ndarray, imputation: str) -> float:
    if imputation == "zero":
        return 0.0
    return float(np.median(present) if imputation == "median" else present.mean())


def _scale(values: np.ndarray, scaling: str) -> tuple[float, float]:
    if scaling == "none":
        return 0.0, 1.0
    if scaling == "minmax":
        centre, spread = values.min(), np.ptp(values)
    elif scaling == "robust":
        first, centre, third = np.quantile(values, (0.25, 0.5, 0.75))
        # Half of the rows can share one value: then the deviation is the spread that is left.
        spread = third - first or values.std()
    else:
        centre, spread = values.mean(), values.std()
    return float(centre), float(spread) or 1.0


@dataclass(frozen=True)
class CategoryColumn:
    """The categories of one column; 0 is the code of everything else.

    Attributes:
        name: Name of the raw column.
        categories: Known categories; their codes are 1, 2, ...; `None` stands for "missing".
    """

    name: str
    categories: list[str | None]
    _codes: dict[str | None, int] = field(init=False, repr=False, compare=False)
    _width: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        codes = {value: code for code, value in enumerate(self.categories, start=1)}
        object.__setattr__(self, "_codes", codes)
        widths = {len(value) for value in self.categories if value is not None}
        digits = all(value is None or value.isdigit() for value in self.categories)
        object.__setattr__(self, "_width", widths.pop() if digits and len(widths) == 1 else 0)

    @property
    def cardinality(self) -> int:
        """Number of codes, the one of unknown values included."""
        return len(self.categories) + 1

    def codes(self, values: Sequence[str | None]) -> np.ndarray:
        """Categories as `int32[n]`."""
        return np.array([self._code(value) for value in values], np.int32)

    def _code(self, value: str | None) -> int:
        if value in self._codes or value is None:
            return self._codes.get(value, 0)
        # What pandas.read_csv makes of the file that the categories come from.
        spellings = (value.zfill(self._width), value.lower(), value.upper())
        return next((self._codes[item] for item in spellings if item in self._codes), 0)

    def one_hot(self, values: Sequence[str | None]) -> np.ndarray:
        """Categories as `float64[n, categories]`; unknown ones are rows of zeros."""
        return np.eye(self.cardinality)[self.codes(values)][:, 1:]

    def to_config(self) -> dict[str, Any]:
        """JSON-able fields."""
        return {"name": self.name, "categories": self.categories}


def fit_categories(
    name: str, values: Sequence[str | None], *, min_frequency: int
) -> CategoryColumn:
    """Learns the categories of one column, sorted, "missing" last.

    Args:
        name: Its name.
        values: Of the training rows.
        min_frequency: Rarer categories are treated as unknown.

    Returns:
        The fitted column.

    Example:
        >>> fit_categories("colour", ["red", "blue", "red", None], min_frequency=2).categories
        ['red']
    """
    counts = Counter(values)
    frequent = [value for value, count in counts.items() if count >= min_frequency]
    return CategoryColumn(name, sorted(frequent, key=lambda value: (value is None, value or "")))
