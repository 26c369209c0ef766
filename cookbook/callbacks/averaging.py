"""Stochastic weight averaging, and the batch-norm statistics that belong to the average."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import keras
import numpy as np
from typing_extensions import override

from cookbook._keras_internals import nested_layers
from cookbook._ranges import AT_LEAST_ONE, NOT_NEGATIVE, check_range
from cookbook.diagnostics._arrays import to_array


def reestimate_batch_norm(
    model: keras.Model, x: np.ndarray | Iterable[Any], *, batch_size: int = 256
) -> int:
    """Recomputes the moving statistics of every batch normalisation from data.

    Moving statistics become the mean of the batches' statistics, weighted by their sizes:
    the update with momentum n_past / (n_past + n_batch), as Izmailov et al. 2018 propose. A
    layer that is called several times, as inside of `TimeDistributed`, gets the mean of its
    calls. Layers act as in training, so dropout is active as it was when the weights were made;
    its seed generators, the weights and all other state stay as they are.

    Args:
        model: Built model.
        x: `float[samples, ...]`, or an iterable of input batches.
        batch_size: Samples in a batch when `x` is an array, at least 1.

    Returns:
        Number of layers whose statistics were recomputed.

    Raises:
        ValueError: If there is no data or the batch size is below 1.

    Example:
        >>> model = keras.Sequential([keras.Input((1,)), keras.layers.BatchNormalization()])
        >>> reestimate_batch_norm(model, np.array([[1.0], [3.0]]))
        1
        >>> float(model.layers[0].moving_mean[0]), float(model.layers[0].moving_variance[0])
        (2.0, 1.0)
    """
    check_range("batch_size", batch_size, AT_LEAST_ONE)
    norms = _norms(model)
    if not norms:
        return 0
    if isinstance(x, np.ndarray):
        x = [x[start : start + batch_size] for start in range(0, len(x), batch_size)]
    statistics = norm_statistics(model)
    means = _mean_statistics(model, x, norms=norms, statistics=statistics)
    for variable, value in zip(statistics, means, strict=True):
        variable.assign(value)
    return len(norms)


def norm_statistics(model: keras.Model) -> list[Any]:
    """The moving means and variances of every batch normalisation that is trained.

    Args:
        model: Built model.
    """
    return [v for layer in _norms(model) for v in (layer.moving_mean, layer.moving_variance)]


def _norms(model: keras.Model) -> list[Any]:
    return [layer for layer in nested_layers(model) if _is_norm(layer)]


def _mean_statistics(
    model: keras.Model, batches: Iterable[Any], *, norms: list[Any], statistics: list[Any]
) -> list[np.ndarray]:
    sums = [np.zeros(tuple(variable.shape)) for variable in statistics]
    seen = 0
    for batch in batches:
        size = len(keras.tree.flatten(batch)[0])
        # Nothing is assigned inside the scope; it hands the updates out instead.
        with _own_statistics(norms), keras.StatelessScope() as scope:
            model(batch, training=True)
        for total, variable in zip(sums, statistics, strict=True):
            found = to_array(scope.get_current_value(variable))
            total += size * found.astype(np.float64)
        seen += size
    if not seen:
        raise ValueError("Statistics need data. Got no batch.")
    return [total / seen for total in sums]


@contextlib.contextmanager
def _own_statistics(norms: list[Any]) -> Iterator[None]:
    """Layers whose updates leave the statistics of this batch alone: the mean of its calls."""
    kept = [(layer, layer.momentum, layer.__dict__.get("call")) for layer in norms]
    try:
        for layer in norms:
            # In the instance's dict: Keras' attribute tracking must not see it.
            layer.__dict__["call"] = _averaging(layer)
        yield
    finally:
        for layer, momentum, call in kept:
            layer.momentum = momentum
            del layer.__dict__["call"]
            if call is not None:
                layer.__dict__["call"] = call


def _averaging(layer: Any) -> Callable[..., Any]:
    call, numbers = layer.call, itertools.count()

    def averaged(*arguments: Any, **options: Any) -> Any:
        past = next(numbers)
        layer.momentum = past / (past + 1)
        return call(*arguments, **options)

    return averaged


class StochasticWeightAveraging(keras.callbacks.Callback):
    """Averages the weights at the ends of epochs and gives the model the average.

    w_SWA = (1/n) Σ w_i over the epochs start, start + every, ... Averaged weights have
    seen no forward pass, so batch normalisation gets new statistics from `x` at the end.
    Run it with a constant or cyclical learning rate that stays high. (Izmailov et al. 2018.)

    For an exponential average take `use_ema=True` of every optimizer with
    `cookbook.callbacks.AveragedWeights`.

    Put it last in the list: `EarlyStopping(restore_best_weights=True)` after it would
    overwrite the average.

    Args:
        x: Inputs to re-estimate batch normalisation from, `float[samples, ...]` or an
            iterable of input batches; may be None for a model without it.
        start: Index of the first averaged epoch, from 0.
        every: Epochs from one averaged point to the next, at least 1.
        batch_size: Samples in a batch of the re-estimation.

    Attributes:
        count: Number of averaged points so far.

    Raises:
        ValueError: If an argument is out of range, the model has batch normalisation and
            `x` is None, or training ends before `start`.

    Example:
        >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> swa = StochasticWeightAveraging(start=1)
        >>> x = np.ones((4, 1))
        >>> _ = model.fit(x, x, epochs=3, verbose=0, callbacks=[swa])
        >>> swa.count
        2
    """

    def __init__(
        self,
        x: np.ndarray | Iterable[Any] | None = None,
        *,
        start: int,
        every: int = 1,
        batch_size: int = 256,
    ) -> None:
        super().__init__()
        check_range("start", start, NOT_NEGATIVE)
        check_range("every", every, AT_LEAST_ONE)
        check_range("batch_size", batch_size, AT_LEAST_ONE)
        # A function: training data are no state to back up.
        self._inputs = lambda: x
        self.start, self.every, self.batch_size = start, every, batch_size
        self.count = 0
        self.average: list[np.ndarray] = []

    @override
    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self.count, self.average = 0, []
        kinds = _norms(self.model)
        if self._inputs() is None and kinds:
            raise ValueError(
                "Averaged weights need new batch-norm statistics. Got x=None and "
                f"{len(kinds)} such layers: pass the training inputs as `x`."
            )

    @override
    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if epoch < self.start or (epoch - self.start) % self.every:
            return
        weights = [to_array(v).astype(np.float64) for v in self.model.trainable_variables]
        self.count += 1
        past = self.average or [np.zeros_like(weight) for weight in weights]
        self.average = [
            mean + (weight - mean) / self.count for mean, weight in zip(past, weights, strict=True)
        ]

    @override
    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        if not self.count:
            raise ValueError(
                f"`start < epochs` must hold. Got start={self.start} and a training that ended "
                "before: average from an earlier epoch or train longer."
            )
        for variable, value in zip(self.model.trainable_variables, self.average, strict=True):
            variable.assign(value)
        if (x := self._inputs()) is not None:
            reestimate_batch_norm(self.model, x, batch_size=self.batch_size)


def _is_norm(layer: keras.Layer) -> bool:
    return isinstance(layer, keras.layers.BatchNormalization) and layer.trainable
