"""Exponentially averaged weights with the batch-norm statistics that belong to them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any

import keras
import numpy as np
from typing_extensions import override

from cookbook.callbacks.averaging import norm_statistics, reestimate_batch_norm
from cookbook.diagnostics._arrays import to_array


class AveragedWeights(keras.callbacks.SwapEMAWeights):
    """Keras' `SwapEMAWeights`, for networks with batch normalisation.

    An optimizer with `use_ema=True` averages weights, but moving means and variances stay those
    of the last weights, which the averaged network does not have: a ResNet-34 in the middle of its
    training had 24 % of its validation images right by its weights, 6 % by the average, and 22 %
    by the average with statistics of its own. They are computed anew from some batches whenever
    the average comes into the model, and at the end of the training.

    Args:
        batches: Gives inputs as the model takes them, at least one batch; called once, and only
            for a model with batch normalisation. May be None for one without it.
        swap_on_epoch: As Keras': whether callbacks at the end of an epoch see the average.

    Raises:
        ValueError: If the model has batch normalisation and `batches` is None.

    Example:
        >>> layers = [keras.Input((1,)), keras.layers.BatchNormalization(), keras.layers.Dense(1)]
        >>> model = keras.Sequential(layers)
        >>> model.compile(keras.optimizers.SGD(0.1, use_ema=True), "mse")
        >>> x = np.array([[1.0], [3.0]])
        >>> _ = model.fit(x, x, verbose=0, callbacks=[AveragedWeights(lambda: [x])])
        >>> float(model.layers[0].moving_mean[0]), float(model.layers[0].moving_variance[0])
        (2.0, 1.0)
    """

    def __init__(
        self, batches: Callable[[], Iterable[Any]] | None = None, *, swap_on_epoch: bool = False
    ) -> None:
        super().__init__(swap_on_epoch=swap_on_epoch)
        # A function that keeps them: training data are no state to back up.
        self._batches = batches and functools.cache(lambda: tuple(batches()))
        self._inside = False
        self._raw: list[np.ndarray] = []
        self._own: list[np.ndarray] = []
        self._averages: list[np.ndarray] = []

    @override
    def on_train_begin(self, logs: Any = None) -> None:
        super().on_train_begin(logs)
        self._inside, self._raw, self._own, self._averages = False, [], [], []
        if self._batches is None and norm_statistics(self.model):
            raise ValueError(
                "Averaged weights need batch-norm statistics of their own. Got batches=None: pass "
                "a function that gives training inputs, `lambda: [x[:2048]]`."
            )

    @override
    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        super().on_epoch_begin(epoch, logs)
        if self.swap_on_epoch:
            self._leave()
        if self._raw:
            _assign(self.model.trainable_variables, self._raw)
        self._raw, self._averages = [], []

    @override
    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if self.swap_on_epoch:
            self._raw = [to_array(variable) for variable in self.model.trainable_variables]
            # Any epoch may be the last one, after which `fit` gives the model what the optimizer
            # calls the average: Keras keeps the average there behind the last planned epoch
            # alone, and the raw weights behind all others.
            super().on_epoch_end(self.params["epochs"] - 1, logs)
            self._enter()

    @override
    def on_test_begin(self, logs: Any = None) -> None:
        super().on_test_begin(logs)
        self._enter()

    @override
    def on_test_end(self, logs: Any = None) -> None:
        super().on_test_end(logs)
        self._leave()

    @override
    def on_train_end(self, logs: Any = None) -> None:
        """The model has the average by now, and keeps it."""
        super().on_train_end(logs)
        self._inside = False
        self._enter()
        self._inside = False

    def _enter(self) -> None:
        """Statistics of the average, which weights in the model are; once an epoch."""
        variables = norm_statistics(self.model)
        if self._inside or not variables:
            return
        self._inside, self._own = True, [to_array(variable) for variable in variables]
        if self._averages:
            _assign(variables, self._averages)
            return
        reestimate_batch_norm(self.model, self._batches() if self._batches else ())
        self._averages = [to_array(variable) for variable in variables]

    def _leave(self) -> None:
        if self._inside:
            self._inside = False
            _assign(norm_statistics(self.model), self._own)


def _assign(variables: Iterable[Any], values: Iterable[np.ndarray]) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
