"""Windows of a series as the inputs of a network."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np

from pipelines.preprocessing.base import Preprocessing, not_fitted


class SeriesPreprocessor(Preprocessing):
    """Scales the last steps, and sets what was one season before the forecast beside them.

    Args:
        window: Steps that the network sees, at least 1.
        season: Steps of a season; 1 for none.
        horizon: Steps that are forecast.

    Example:
        >>> fitted = SeriesPreprocessor(window=2, season=1).fit(np.array([[1.0, 2.0, 3.0]]))
        >>> fitted.transform(np.array([[2.0, 2.0, 2.0]])).shape
        (1, 2, 1)
    """

    name: ClassVar[str] = "series"

    def __init__(self, *, window: int, season: int = 1, horizon: int = 1) -> None:
        if window < 1:
            raise ValueError(f"`window >= 1` must hold. Got window={window}.")
        self.window = window
        self.season = season
        self.horizon = horizon
        self._mean: float | None = None
        self._deviation = 1.0
        self._past: int | None = None

    @property
    def input_shape(self) -> tuple[int, int]:
        """Steps and channels."""
        return (self.window, 1 if self.season < self.horizon + 1 else 2)

    def fit(self, x: Any, y: Any = None) -> Self:
        """Learns mean and deviation of the training windows, and how far they go back."""
        values = np.asarray(x, np.float64)
        self._past = values.shape[1]
        self._mean, self._deviation = float(values.mean()), float(values.std())
        if not self._deviation > 0:
            raise ValueError(f"The training values must differ. All are {self._mean:g}.")
        return self

    def scale(self, values: Any) -> np.ndarray:
        """Values in deviations from the mean, `float32`."""
        if self._mean is None:
            raise not_fitted(self)
        return ((np.asarray(values, np.float64) - self._mean) / self._deviation).astype(np.float32)

    def transform(self, x: Any) -> np.ndarray:
        """Windows as `float32[n, window, channels]`; the second channel is the last season's.

        Args:
            x: `[n, past]`, the last value the latest.

        Raises:
            ValueError: If windows are too short.
        """
        values = self.scale(x)
        least = self._past or max(self.window, self.season)
        if values.ndim != 2 or values.shape[1] < max(least, self.window):
            raise ValueError(
                f"An input is a row of the last {max(least, self.window)} values or more. "
                f"Got shape {values.shape}."
            )
        # A longer past would put values where all training windows have their first one.
        values = values[:, -(self._past or 0) :]
        channels = [values[:, -self.window :]]
        if self.input_shape[1] == 2:
            # Of each step the value that is a season before the end of its forecast.
            ahead = values.shape[1] - self.season + self.horizon
            steps = np.arange(ahead - self.window, ahead)
            channels.append(values[:, np.clip(steps, 0, None)])
        return np.stack(channels, axis=-1)

    def to_config(self) -> dict[str, Any]:
        """The options and the scale."""
        if self._mean is None:
            raise not_fitted(self)
        options = {"window": self.window, "season": self.season, "horizon": self.horizon}
        fitted = {"mean": self._mean, "deviation": self._deviation, "past": self._past}
        return {"name": self.name, **options, **fitted}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Rebuilds it."""
        made = cls(**{name: config[name] for name in ("window", "season", "horizon")})
        made._mean, made._deviation = config["mean"], config["deviation"]
        made._past = config.get("past")  # models of earlier versions do not know it
        return made
