"""Training with a batch size that grows from epoch to epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
from typing_extensions import override

from cookbook._ranges import AT_LEAST_ONE, check_range
from cookbook.callbacks.order import SeededBatches, ShuffleByEpoch


def growing_batch_sizes(
    start: int, *, factor: int = 2, every: int, largest: int, epochs: int
) -> dict[int, int]:
    """A plan that multiplies the batch size every few epochs.

    size(epoch) = min(start · factor^⌊epoch / every⌋, largest). Growing the batch by a
    factor lowers the noise of the gradient as dividing the learning rate by it does, with
    fewer updates (Smith et al. 2018).

    Args:
        start: First batch size, at least 1.
        factor: Growth, at least 2.
        every: Epochs of one size, at least 1.
        largest: Where growth ends, at least `start`.
        epochs: Epochs that are planned, at least 1.

    Returns:
        First epoch of each size to the size, for `fit_with_growing_batches`.

    Raises:
        ValueError: If an argument is out of its range.

    Example:
        >>> growing_batch_sizes(32, every=2, largest=100, epochs=6)
        {0: 32, 2: 64, 4: 100}
    """
    if start < 1 or factor < 2 or every < 1 or largest < start or epochs < 1:
        raise ValueError(
            "`start >= 1`, `factor >= 2`, `every >= 1`, `largest >= start` and `epochs >= 1` "
            f"must hold. Got {start=}, {factor=}, {every=}, {largest=}, {epochs=}."
        )
    plan = {0: start}
    for epoch in range(every, epochs, every):
        size = min(start * factor ** (epoch // every), largest)
        if size != list(plan.values())[-1]:
            plan[epoch] = size
    return plan


def fit_with_growing_batches(
    model: keras.Model,
    x: np.ndarray,
    y: np.ndarray | None = None,
    *,
    plan: Mapping[int, int],
    epochs: int,
    seed: int,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    **options: Any,
) -> keras.callbacks.History:
    """Fits a model, changing the batch size at the epochs of a plan.

    One training for everybody who looks: callbacks see one beginning, one end and every
    epoch in between, early stopping ends all of it, and the history is one. Inside there
    is one `fit` per batch size, because Keras counts the batches of an epoch once per
    `fit` and a data set that shrinks in between runs out of data.

    Keras' number of steps counts updates, so a schedule in steps moves on more slowly as
    batches grow. On JAX each new batch size is compiled once. `BitExactBackup` resumes
    such a training; use it without `data`.

    Args:
        model: Compiled model, without `use_ema`.
        x: Inputs, first axis the samples.
        y: Targets, or None.
        plan: First epoch of a size to the size; must begin with epoch 0.
        epochs: Total number of epochs, at least 1.
        seed: Seed of the order of the samples, at least 0.
        callbacks: Callbacks of the whole training.
        **options: Further arguments of `fit`, such as `validation_data` and `verbose`.

    Returns:
        The history of the whole training.

    Raises:
        ValueError: If the plan does not begin at 0, a size is below 1, epochs are out of
            range, or the optimizer averages weights at the end of each `fit`.

    Example:
        >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> x = np.ones((8, 1))
        >>> history = fit_with_growing_batches(
        ...     model, x, x, plan={0: 2, 1: 4}, epochs=2, seed=0, verbose=0)
        >>> int(model.optimizer.iterations), len(history.history["loss"])  # 4 + 2 updates
        (6, 2)
    """
    _check(model, plan, epochs)
    data = [SeededBatches(x, y, batch_size=size, seed=seed) for _, size in sorted(plan.items())]
    starts = [epoch for epoch in sorted(plan) if epoch < epochs]
    # First of all, so that every other callback finds the epoch's order in place.
    watchers = [ShuffleByEpoch(batches) for batches in data]
    chain = _OneTraining([*watchers, *callbacks], model=model, epochs=epochs, **_progress(options))
    for start, end, batches in zip(starts, [*starts[1:], epochs], data, strict=False):
        chain.phase(first=start == 0, last=end == epochs)
        model.fit(
            batches, initial_epoch=start, epochs=end, shuffle=False, callbacks=chain, **options
        )
        if model.stop_training:
            break
    chain.finish()
    return model.history


class _OneTraining(keras.callbacks.CallbackList):
    """Shows several calls of `fit` to the callbacks as one training."""

    def __init__(self, callbacks: list[keras.callbacks.Callback], **options: Any) -> None:
        super().__init__(callbacks, add_history=True, **options)
        self._first = self._last = True
        self._ended = False
        self._final_logs: Any = None

    def phase(self, *, first: bool, last: bool) -> None:
        """Says which part of the training the next `fit` is."""
        self._first, self._last = first, last

    def finish(self) -> None:
        """Ends the training for the callbacks if an earlier stop has kept that from them."""
        if not self._ended:
            self._ended = True
            super().on_train_end(self._final_logs)

    @override
    def on_train_begin(self, logs: Any = None) -> None:
        if self._first:
            super().on_train_begin(logs)

    @override
    def on_train_end(self, logs: Any = None) -> None:
        self._final_logs = logs
        if self._last:
            self.finish()


def _progress(options: dict[str, Any]) -> dict[str, Any]:
    verbose = options.get("verbose", "auto")
    return {"add_progbar": verbose != 0, "verbose": 1 if verbose == "auto" else verbose}


def _check(model: keras.Model, plan: Mapping[int, int], epochs: int) -> None:
    check_range("epochs", epochs, AT_LEAST_ONE)
    if not plan or min(plan) != 0 or min(plan.values()) < 1:
        raise ValueError(
            "A plan begins with epoch 0 and its batch sizes are at least 1. "
            f"Got {dict(plan)}: for example {{0: 32, 10: 64}}."
        )
    optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)
    if getattr(optimizer, "use_ema", False):
        raise ValueError(
            "With growing batches Keras would overwrite the weights by their average at each "
            "new batch size. Got an optimizer with use_ema=True: use StochasticWeightAveraging."
        )
