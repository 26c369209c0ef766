"""Classes as numbers and regression targets on a common scale, and the way back."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np

from cookbook._names import unknown_name
from pipelines.preprocessing.base import Preprocessing, not_fitted

KINDS = ("classes", "standardized", "scaled", "plain")


class TargetEncoder(Preprocessing):
    """Turns targets into what a loss takes, and predictions back into the target's unit.

    Args:
        kind: `"classes"`: class names to numbers 0 ... k-1 in sorted order; `"standardized"`:
            numbers minus their mean, divided by their standard deviation; `"scaled"`: numbers
            of at least 0 divided by their mean; `"plain"`: numbers as they are.

    Raises:
        ValueError: If there is no such kind.

    Example:
        >>> encoder = TargetEncoder("classes").fit(["spam", "ham", "ham"])
        >>> encoder.transform(["ham", "spam"]).tolist(), encoder.inverse([1, 0])
        ([0, 1], ['spam', 'ham'])
        >>> scaled = TargetEncoder("standardized").fit([1.0, 3.0])
        >>> scaled.transform([5.0]).tolist(), scaled.inverse([3.0]).tolist()
        ([3.0], [5.0])
    """

    name: ClassVar[str] = "target"

    def __init__(self, kind: str = "classes") -> None:
        if kind not in KINDS:
            raise ValueError(unknown_name("kind of target", kind, KINDS))
        self.kind = kind
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
        scaled = (_finite(np.asarray(x)) - self._mean) / self._deviation
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
        return values.astype(np.float64) * self._deviation + self._mean

    def to_config(self) -> dict[str, Any]:
        """The kind, the classes or the statistics."""
        if self._classes is None and self._mean is None:
            raise not_fitted(self)
        return {
            "name": self.name,
            "kind": self.kind,
            "classes": self._classes,
            "mean": self._mean,
            "deviation": self._deviation,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Rebuilds it."""
        made = cls(config["kind"])
        made._classes, made._mean = config["classes"], config["mean"]
        made._deviation = config["deviation"]
        return made


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
