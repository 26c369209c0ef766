"""Gradients, activations and updates of every layer while a model trains."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from typing_extensions import override

from cookbook._ranges import AT_LEAST_ONE, check_range
from cookbook.callbacks.state import synchronise
from cookbook.diagnostics._arrays import to_array
from cookbook.diagnostics.layers import NetworkReport, inspect_layers


@dataclass(frozen=True, kw_only=True)
class EpochReport:
    """What the monitor saw in one epoch.

    Attributes:
        epoch: Index of the epoch.
        network: Layers and verdict at its end, on the probe batch.
        updates: Path of each trainable variable to its update-to-data ratio ‖Δw‖₂ / ‖w‖₂
            in the epoch's first execution. About 1e-3 is common for Adam; far above, the
            weights are thrown about, far below, they stand still.
    """

    epoch: int
    network: NetworkReport
    updates: Mapping[str, float]


class GradientMonitorWarning(UserWarning):
    """A gradient vanishes or explodes."""


class GradientMonitor(keras.callbacks.Callback):
    """Looks into the layers once an epoch and says in words what is wrong.

    Uses no backend-specific hook: the gradients are those of a probe batch at the end of
    the epoch (`cookbook.diagnostics.inspect_layers`), the updates those of the first
    execution (under `steps_per_execution=k` that is k optimizer steps). Training is bit
    for bit what it is without the monitor.

    The logs of a watched epoch get `gradient_norm` (of all weights together) and
    `gradient_ratio` (signal at the first over that at the last hidden layer), so both are
    in the history.

    Args:
        x: Inputs of the probe batch.
        y: Targets of the probe batch.
        every: Epochs from one look to the next, at least 1.
        vanishing: As in `inspect_layers`.
        exploding: As in `inspect_layers`.

    Attributes:
        reports: One `EpochReport` per watched epoch.

    Raises:
        ValueError: If `every` is below 1.

    Warns:
        GradientMonitorWarning: The first time a verdict is not `"healthy"`.

    Example:
        >>> layers = [keras.layers.Dense(4, "relu"), keras.layers.Dense(1)]
        >>> model = keras.Sequential([keras.Input((2,)), *layers])
        >>> model.compile("sgd", "mse")
        >>> x = np.ones((8, 2))
        >>> monitor = GradientMonitor(x, x[:, :1])
        >>> history = model.fit(x, x[:, :1], verbose=0, callbacks=[monitor])
        >>> monitor.reports[0].network.verdict, "gradient_norm" in history.history
        ('healthy', True)
    """

    def __init__(
        self, x: Any, y: Any, *, every: int = 1, vanishing: float = 1e-3, exploding: float = 1e3
    ) -> None:
        super().__init__()
        check_range("every", every, AT_LEAST_ONE)
        # A function: training data are no state to back up.
        self._batch = lambda: (x, y)
        self.every = every
        self._vanishing, self._exploding = vanishing, exploding
        self.reports: list[EpochReport] = []
        self._warned = False

    @override
    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self.reports, self._warned = [], False

    @override
    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._before: list[np.ndarray] | None = None
        self._updates: dict[str, float] = {}
        self._watching = epoch % self.every == 0

    @override
    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        if self._watching and self._before is None:
            self._before = self._weights()

    @override
    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        if self._watching and self._before is not None and not self._updates:
            pairs = zip(self._before, self._weights(), strict=True)
            self._updates = {
                variable.path: _ratio(old, new)
                for variable, (old, new) in zip(self.model.trainable_variables, pairs, strict=True)
            }

    @override
    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if not self._watching:
            return
        x, y = self._batch()
        network = inspect_layers(
            self.model, x, y, vanishing=self._vanishing, exploding=self._exploding
        )
        self.reports.append(EpochReport(epoch=epoch, network=network, updates=self._updates))
        if logs is not None:
            norms = [layer.gradient_norm for layer in network.layers]
            logs["gradient_norm"] = math.sqrt(sum(n * n for n in norms if not math.isnan(n)))
            logs["gradient_ratio"] = network.ratio
        if network.verdict != "healthy" and not self._warned:
            self._warned = True
            warnings.warn(
                f"Epoch {epoch}: {network.explain()}", GradientMonitorWarning, stacklevel=2
            )

    def _weights(self) -> list[np.ndarray]:
        synchronise(self.model)
        variables = self.model.trainable_variables
        return [to_array(variable) for variable in variables]


def _ratio(old: np.ndarray, new: np.ndarray) -> float:
    size = float(np.linalg.norm(old))
    change = float(np.linalg.norm(new.astype(np.float64) - old))
    return change / size if size else math.inf if change else 0.0
