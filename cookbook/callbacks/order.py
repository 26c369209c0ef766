"""Batches whose order is a function of the seed and the epoch alone."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
from typing_extensions import override


def epoch_order(size: int, *, seed: int, epoch: int) -> np.ndarray:
    """The order in which one epoch visits the samples.

    A function of its arguments alone, so a process that starts at epoch 7 sees the order
    an uninterrupted one would have seen.

    Args:
        size: Number of samples, at least 1.
        seed: Any integer of at least 0.
        epoch: Index of the epoch, from 0.

    Returns:
        `int64[size]`, a permutation of `0 ... size - 1`.

    Raises:
        ValueError: If an argument is out of its range.

    Example:
        >>> epoch_order(5, seed=0, epoch=1).tolist() == epoch_order(5, seed=0, epoch=1).tolist()
        True
        >>> sorted(epoch_order(5, seed=0, epoch=2).tolist())
        [0, 1, 2, 3, 4]
    """
    if size < 1 or seed < 0 or epoch < 0:
        raise ValueError(
            "`size >= 1`, `seed >= 0` and `epoch >= 0` must hold. "
            f"Got size={size}, seed={seed}, epoch={epoch}."
        )
    return np.random.default_rng([seed, epoch]).permutation(size)


class SeededBatches(keras.utils.PyDataset):
    """Batches of arrays in the order of `epoch_order`.

    The order changes when `epoch` does: `ShuffleByEpoch` or `BitExactBackup(data=...)`
    sets it as `fit` goes. Pass `shuffle=False` to `fit`: Keras' own shuffle of a
    `PyDataset` draws from Python's global generator in another thread, at a moment that
    differs from run to run.

    Args:
        x: Inputs, first axis the samples.
        y: Targets with as many samples, or None.
        batch_size: Samples in a batch, at least 1; the last batch may be smaller.
        seed: Any integer of at least 0.

    Attributes:
        epoch: Index of the epoch that is served, from 0.

    Raises:
        ValueError: If the numbers of samples differ or the batch size is below 1.

    Example:
        >>> batches = SeededBatches(np.arange(5), np.arange(5), batch_size=2, seed=0)
        >>> len(batches), [len(batches[i][0]) for i in range(3)]
        (3, [2, 2, 1])
    """

    def __init__(
        self, x: np.ndarray, y: np.ndarray | None = None, *, batch_size: int, seed: int
    ) -> None:
        super().__init__()
        if batch_size < 1:
            raise ValueError(f"`batch_size >= 1` must hold. Got batch_size={batch_size}.")
        if y is not None and len(x) != len(y):
            raise ValueError(
                f"`len(x) == len(y)` must hold. Got {len(x)} inputs and {len(y)} targets."
            )
        self.x = x
        self.y = y
        self.batch_size = batch_size
        self.seed = seed
        self.epoch = 0
        self._cached: tuple[int, np.ndarray] = (0, epoch_order(len(x), seed=seed, epoch=0))

    def __len__(self) -> int:
        return math.ceil(len(self.x) / self.batch_size)

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        rows = self._order()[index * self.batch_size : (index + 1) * self.batch_size]
        return (self.x[rows],) if self.y is None else (self.x[rows], self.y[rows])

    def _order(self) -> np.ndarray:
        epoch, order = self._cached  # one read: Keras prefetches from another thread
        if epoch != self.epoch:
            epoch = self.epoch
            order = epoch_order(len(self.x), seed=self.seed, epoch=epoch)
            self._cached = (epoch, order)
        return order


class ShuffleByEpoch(keras.callbacks.Callback):
    """Tells `SeededBatches` which epoch `fit` is in.

    Args:
        data: The data set that `fit` reads.

    Example:
        >>> batches = SeededBatches(np.arange(4.0)[:, None], batch_size=2, seed=0)
        >>> callback = ShuffleByEpoch(batches)
        >>> callback.on_epoch_begin(3)
        >>> batches.epoch
        3
    """

    def __init__(self, data: SeededBatches) -> None:
        super().__init__()
        self.data = data

    @override
    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self.data.epoch = epoch
