"""What every fitted preprocessing promises."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Self


class NotFittedError(RuntimeError):
    """A preprocessing was used before it had seen training rows."""


class Preprocessing(ABC):
    """Turns raw inputs into the arrays that a model takes.

    Rules:
        1. `fit` reads the rows it is given and nothing else: give it training rows only.
        2. `transform` changes no state: equal rows give equal arrays, alone or in company
           (texts: up to trailing padding).
        3. A preprocessing that is rebuilt from the JSON text of `to_config` transforms bit for
           bit as the fitted one. No pickle: a configuration can be read and cannot run code.
        4. `transform` before `fit` raises `NotFittedError`.
        5. None of this imports TensorFlow, so that serving and validation stay light.

    Attributes:
        name: Name in the table `PREPROCESSING`, written into the configuration.
    """

    name: ClassVar[str]

    @abstractmethod
    def fit(self, x: Any, y: Any = None) -> Self:
        """Learns the statistics of training rows.

        Args:
            x: Raw inputs of the training split.
            y: Their targets; most preprocessings ignore them.

        Returns:
            The fitted object itself.
        """

    @abstractmethod
    def transform(self, x: Any) -> Any:
        """Raw inputs as arrays, first axis `len(x)`."""

    @abstractmethod
    def to_config(self) -> dict[str, Any]:
        """Options and fitted numbers as values that `json` can write; `"name"` is among them."""

    @classmethod
    @abstractmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Rebuilds the fitted preprocessing from `to_config`."""

    def fit_transform(self, x: Any, y: Any = None) -> Any:
        """Fits on training rows and returns them as arrays."""
        return self.fit(x, y).transform(x)


def not_fitted(preprocessing: object) -> NotFittedError:
    """The error for an object that is used too early.

    Example:
        >>> print(not_fitted([]))
        list knows nothing of the data yet: call fit(train_x) before transform, or rebuild it with
        from_config.
    """
    return NotFittedError(
        f"{type(preprocessing).__name__} knows nothing of the data yet: call fit(train_x) before "
        "transform, or rebuild it with from_config."
    )
