"""Classes as numbers and regression targets on a common scale, and the way back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np

from cookbook._names import unknown_name
from pipelines.preprocessing.base import Preprocessing, not_fitted
from pipelines.preprocessing.outliers import LIMITS, find_outliers
from pipelines.preprocessing.power import POWERS, apply_power, fit_power, undo_power

TARGET_TRANSFORMS = tuple(name for name in POWERS if name != "quantile-normal")
TARGET_OUTLIERS = ("none", "z-score", "iqr")
KINDS = ("classes", "standardized", "scaled", "plain")


class TargetEncoder(Preprocessing):
    """Turns targets into what a loss takes, and predictions back into the target's unit.

    Args:
        kind: `"classes"`: class names to numbers 0 ... k-1 in sorted order; `"standardized"`:
            numbers minus their mean, divided by their standard deviation; `"scaled"`: numbers
            of at least 0 divided by their mean; `"plain"`: numbers as they are.
        transform: What is done to numbers before they are standardised, one of
            `TARGET_TRANSFORMS`, see `fit_power`. The way back gives numbers between those of
            the training targets, and at most half their range beyond.
        outliers: How training targets that lie far from the others are found, one of
            `TARGET_OUTLIERS` (see `find_outliers`); `capped` brings them to the nearest
            ordinary number.

    Raises:
        ValueError: If there is no such kind, transformation or method.

    Example:
        >>> encoder = TargetEncoder("classes").fit(["spam", "ham", "ham"])
        >>> encoder.transform(["ham", "spam"]).tolist(), encoder.inverse([1, 0])
        ([0, 1], ['spam', 'ham'])
        >>> scaled = TargetEncoder("standardized").fit([1.0, 3.0])
        >>> scaled.transform([5.0]).tolist(), scaled.inverse([3.0]).tolist()
        ([3.0], [5.0])
    """

    name: ClassVar[str] = "target"

    def __init__(
        self, kind: str = "classes", *, transform: str = "none", outliers: str = "none"
    ) -> None:
        if kind not in KINDS:
            raise ValueError(unknown_name("kind of target", kind, KINDS))
        if transform not in TARGET_TRANSFORMS:
            raise ValueError(unknown_name("target_transform", transform, TARGET_TRANSFORMS))
        if outliers not in TARGET_OUTLIERS:
            raise ValueError(unknown_name("target_outliers", outliers, TARGET_OUTLIERS))
        self.kind = kind
        self._kind_of_power, self._outliers = transform, outliers
        self._power: dict[str, Any] = {"kind": "none"}
        self._ordinary: tuple[float, float] | None = None
        self._range: tuple[float, float] | None = None
        self._classes: list[Any] | None = None
        self._mean: float | None = None
        self._deviation = 1.0

    @property
    def classes(self) -> tuple[Any, ...]:
        """The classes in the order of their numbers."""
        if self._classes is None:
            raise not_fitted(self)
        return tuple(self._classes)

    @property
    def deviation(self) -> float:
        """Standard deviation of the training targets: errors times this are in their unit."""
        return self._deviation

    @property
    def is_transformed(self) -> bool:
        """Whether numbers are transformed before they are scaled."""
        return self._kind_of_power != "none"

    def fit(self, x: Any, y: Any = None) -> Self:
        """Learns classes or statistics of training targets.

        Args:
            x: The targets `[n]`, unless `y` is given.
            y: The targets, in the place where other preprocessings have them.

        Raises:
            ValueError: If there are fewer than two classes, if numbers are missing or not
                finite, if all are equal, or if one to be scaled is negative.
        """
        values = np.asarray(x if y is None else y)
        if self.kind == "classes":
            self._classes = sorted({_plain(value) for value in values.tolist()}, key=_order)
            if len(self._classes) < 2:
                raise ValueError(f"At least two classes are needed. Got {self._classes}.")
            return self
        numbers = _finite(values)
        self._mean = 0.0
        numbers = self._fit_shape(numbers)
        if self.kind == "scaled":
            self._deviation = float(numbers.mean())
            if numbers.min() < 0 or not self._deviation > 0:
                raise ValueError(
                    "Targets that are divided by their mean must be at least 0, and one above. Got "
                    f"values from {numbers.min():g} to {numbers.max():g}."
                )
        if self.kind == "standardized":
            self._mean, self._deviation = float(numbers.mean()), float(numbers.std())
            if not self._deviation > 1e-12 * max(1.0, abs(self._mean)):
                raise ValueError(
                    "The training targets must differ from each other. All are "
                    f"{self._mean:g}: there is nothing to predict."
                )
        return self

    def _fit_shape(self, numbers: np.ndarray) -> np.ndarray:
        """Training targets without outliers, transformed."""
        if self._outliers != "none":
            limit = LIMITS[self._outliers]
            _, low, high = find_outliers(numbers.reshape(-1, 1), self._outliers, limit)
            self._ordinary = float(low[0]), float(high[0])
            numbers = np.clip(numbers, *self._ordinary)
        if self._kind_of_power == "none":
            return numbers
        self._power = fit_power(self._kind_of_power, numbers.ravel(), column="target")
        low_end, high_end = float(numbers.min()), float(numbers.max())
        beyond = (high_end - low_end) / 2
        ends = apply_power(self._power, np.array([low_end - beyond, high_end + beyond]))
        self._range = float(ends[0]), float(ends[1])
        return apply_power(self._power, numbers)

    def capped(self, x: Any) -> np.ndarray:
        """Training targets with outliers at the nearest ordinary number, `float64[n]`."""
        numbers = _finite(np.asarray(x))
        return numbers if self._ordinary is None else np.clip(numbers, *self._ordinary)

    def transform(self, x: Any) -> np.ndarray:
        """Targets as `int64[n]` class numbers or `float32[n, ...]`.

        Raises:
            NotFittedError: Before `fit`.
            ValueError: If a class was not among the training targets, or a number is missing.
        """
        if self.kind == "classes":
            numbers = {value: number for number, value in enumerate(self.classes)}
            values = [_plain(value) for value in np.asarray(x).tolist()]
            for row, value in enumerate(values):
                if value not in numbers:
                    message = unknown_name("class", value, [str(item) for item in numbers])
                    raise ValueError(f"Target {row}: {message}")
            return np.array([numbers[value] for value in values], np.int64)
        if self._mean is None:
            raise not_fitted(self)
        shaped = apply_power(self._power, _finite(np.asarray(x)))
        scaled = (shaped - self._mean) / self._deviation
        return scaled.astype(np.float32)

    def inverse(self, predictions: Any) -> Any:
        """Class names of class numbers (or of rows of scores), or numbers in the target's unit.

        Args:
            predictions: Class numbers `int[n]`, scores `float[n, classes]` of which the highest
                decides, or scaled numbers `float[n, ...]`.

        Returns:
            A list of classes, or `float64` numbers of the same shape.
        """
        values = np.asarray(predictions)
        if self.kind == "classes":
            numbers = values.argmax(axis=-1) if values.ndim == 2 else values
            return [self.classes[int(number)] for number in numbers]
        if self._mean is None:
            raise not_fitted(self)
        return scale_back(values, self.scale_config())

    def scale_config(self) -> dict[str, Any]:
        """What `scale_back` needs, as values that `json` can write."""
        shape = {} if self._range is None else {"power": self._power, "range": list(self._range)}
        return {"mean": self._mean, "deviation": self._deviation, **shape}

    def to_config(self) -> dict[str, Any]:
        """The kind, the classes or the statistics."""
        if self._classes is None and self._mean is None:
            raise not_fitted(self)
        return {
            "name": self.name,
            "kind": self.kind,
            "classes": self._classes,
            **self.scale_config(),
            **({} if self._ordinary is None else {"bounds": list(self._ordinary)}),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Rebuilds it."""
        made = cls(config["kind"])
        made._classes, made._mean = config["classes"], config["mean"]
        made._deviation = config["deviation"]
        made._power = config.get("power", {"kind": "none"})
        made._range = tuple(config["range"]) if "range" in config else None
        made._ordinary = tuple(config["bounds"]) if "bounds" in config else None
        return made


def scale_back(values: Any, scale: Mapping[str, Any]) -> np.ndarray:
    """Numbers of a model in the target's unit.

    Args:
        values: `float[...]`.
        scale: `mean` and `deviation` of the (transformed) training targets; where they were
            transformed, `power` and the `range` of transformed numbers that it is undone in.

    Returns:
        `float64[...]`.

    Example:
        >>> scale_back([1.0], {"mean": 1.0, "deviation": 2.0}).tolist()
        [3.0]
    """
    found = np.asarray(values).astype(np.float64) * scale["deviation"] + scale["mean"]
    if scale.get("power") is None:
        return found
    return undo_power(scale["power"], np.clip(found, *scale["range"]))


def _plain(value: Any) -> Any:
    """One type for equal classes: CSV columns with gaps turn the number 1 into 1.0."""
    if isinstance(value, float) and value != value:
        raise ValueError("Every target must have a value. Got NaN: drop those rows first.")
    if value is None:
        raise ValueError("Every target must have a value. Got None: drop those rows first.")
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _order(value: Any) -> tuple[str, Any]:
    numeric = isinstance(value, (bool, int, float))
    return ("" if numeric else type(value).__name__, value)


def _finite(values: np.ndarray) -> np.ndarray:
    if values.dtype.kind not in "buif":
        raise ValueError(f"Regression targets are numbers. Got values of type {values.dtype}.")
    wrong = np.flatnonzero(~np.isfinite(values.astype(np.float64)))
    if len(wrong):
        raise ValueError(
            f"Regression targets must be finite. {len(wrong)} of {values.size} are missing or "
            f"infinite, the first at position {wrong[0]}: drop those rows first."
        )
    return values.astype(np.float64)
