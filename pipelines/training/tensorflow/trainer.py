"""Trains a compiled Keras model with one TensorFlow function call per epoch.

`Model.fit` returns to Python after every step; on small models that costs more than the
step itself (docs/performance.md). Here the loop over the steps is compiled. Numbers,
history and callbacks are those of `fit`; a test compares them.
"""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Iterable, Sequence
from typing import Any

import keras
import tensorflow as tf

from cookbook.callbacks.state import TrainingState
from pipelines.inputs.feeds import Feed
from pipelines.training.checkpoint import Checkpoint
from pipelines.training.reporting import StepReporter
from pipelines.training.tensorflow.fused_normalization import fuse_normalization
from pipelines.training.tensorflow.fused_recurrence import fuse_recurrence
from pipelines.training.tensorflow.fused_updates import forget_unread, fuse_updates
from pipelines.training.tensorflow.internals import build_for
from pipelines.training.tensorflow.single_replica import skip_reduction

# A search builds many models in one process; TensorFlow takes that for a mistake and says so.
tf.get_logger().setLevel(logging.ERROR)
# Fusing operations fails on the gradient of LeakyReLU, and then leaves the whole graph as it is.
tf.config.optimizer.set_experimental_options({"remapping": False})

# Python gets control back about this often, for progress and for Ctrl-C.
_SECONDS_PER_CALL = 0.5


class Trainer:
    """Fits and evaluates one compiled model.

    Args:
        model: A compiled Keras model (TensorFlow backend).
        feed: Training batches.
        validation: Validation batches, evaluated after every epoch.

    Example:
        >>> import numpy as np
        >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> from pipelines.inputs.feeds import ArrayFeed
        >>> feed = ArrayFeed(np.ones((8, 2), "float32"), np.ones((8, 1), "float32"), batch_size=4)
        >>> history = Trainer(model, feed).fit(epochs=2)
        >>> len(history["loss"])
        2
    """

    def __init__(self, model: keras.Model, feed: Feed, *, validation: Feed | None = None) -> None:
        self.model = model
        self._feed = feed
        self._validation = validation
        if isinstance(model.optimizer, keras.optimizers.Optimizer) and model.optimizer.built:
            fuse_updates(model.optimizer)
        skip_reduction(model)
        fuse_normalization(model)
        fuse_recurrence(model)
        self._train = self._compile_loop(feed, model.train_step)
        self._validate = None if validation is None else self._evaluator(validation)
        # Nobody knows yet how long a step takes: of a large network it is seconds.
        self._steps_per_call = 1

    def fit(
        self,
        *,
        epochs: int,
        callbacks: Sequence[keras.callbacks.Callback] = (),
        checkpoint: Checkpoint | None = None,
    ) -> dict[str, list[float]]:
        """Trains until `epochs` are done or a callback sets `model.stop_training`.

        Args:
            epochs: Number of the last epoch (not the number of further epochs), as in `fit`.
            callbacks: Keras callbacks; hooks on batches are called on every step, which
                gives up the compiled loop's speed, so prefer hooks on epochs.
            checkpoint: File that is replaced after the epochs. When it exists, the training
                goes on from it, and ends as if it had never been interrupted: weights,
                optimizer, random states, callbacks, order of the data and history.

        Returns:
            The history: one list per metric, `val_` before those of the validation data.
        """
        model = self.model
        # What `fit` does as well: metrics and optimizer variables must exist before tracing.
        build_for(model, self._feed.sample())
        if isinstance(model.optimizer, keras.optimizers.Optimizer):
            fuse_updates(model.optimizer)
        hooks = keras.callbacks.CallbackList(
            list(callbacks), add_history=True, model=model, epochs=epochs, steps=self._feed.steps
        )
        history = next(c for c in hooks.callbacks if isinstance(c, keras.callbacks.History))
        model.stop_training = False
        hooks.on_train_begin()
        # After `on_train_begin`, in which callbacks forget what they knew.
        done = self._resume(checkpoint, callbacks, history.history)
        logs: dict[str, float] = {}
        every_batch = any(_watches_batches(callback) for callback in callbacks)
        reporters = [callback for callback in callbacks if isinstance(callback, StepReporter)]
        for epoch in range(done, epochs):
            if model.stop_training:
                break
            model.reset_metrics()
            hooks.on_epoch_begin(epoch)
            self._run_epoch(epoch, hooks if every_batch else None, reporters)
            logs = self.logs()
            if self._validate is not None:
                hooks.on_test_begin()
                validation = self._validate()
                hooks.on_test_end(validation)
                logs |= {f"val_{name}": value for name, value in validation.items()}
            hooks.on_epoch_end(epoch, logs)
            if checkpoint is not None:
                capture = functools.partial(
                    TrainingState.capture,
                    model,
                    epoch=epoch + 1,
                    callbacks=callbacks,
                    history=history.history,
                )
                checkpoint.save(capture)
        if isinstance(model.optimizer, keras.optimizers.Optimizer):
            # As in `fit`: a model trained with averaged weights ends with the averages.
            model.optimizer.finalize_variable_values(model.trainable_weights)
        hooks.on_train_end(logs)
        return history.history

    def _resume(
        self,
        checkpoint: Checkpoint | None,
        callbacks: Sequence[keras.callbacks.Callback],
        history: dict[str, list[float]],
    ) -> int:
        """Puts back a saved state, if there is one; returns the number of epochs it has seen."""
        if checkpoint is None:
            return 0
        restore = functools.partial(
            TrainingState.restore, model=self.model, callbacks=callbacks, history=history
        )
        return checkpoint.resume(restore)

    def renew(self, model: keras.Model, feed: Feed) -> None:
        """Makes this trainer that of another model without compiling anything again.

        Args:
            model: Of the same structure as the trainer's own, fresh and compiled. Its weights,
                optimizer and random states are copied.
            feed: The same data as the trainer's own; its order may differ.
        """
        TrainingState.capture(model, epoch=0).restore(self.model)
        forget_unread(self.model.optimizer)
        self._feed = feed

    def logs(self) -> dict[str, float]:
        """What an epoch reports of the training rows."""
        return results_of(self.model)

    def evaluate(self, feed: Feed) -> dict[str, float]:
        """Loss and metrics over one pass of `feed`, as `Model.evaluate` gives them."""
        build_for(self.model, feed.sample())
        return self._evaluator(feed)()

    def _run_epoch(
        self,
        epoch: int,
        hooks: keras.callbacks.CallbackList | None,
        reporters: Sequence[StepReporter],
    ) -> None:
        state = self._feed.start(epoch)
        step = 0
        while step < self._feed.steps:
            size = 1 if hooks else self._steps_per_call
            stop = min(step + size, self._feed.steps)
            if hooks:
                hooks.on_train_batch_begin(step)
            started = time.perf_counter()
            self._train(state, tf.constant(step), tf.constant(stop))
            seconds = time.perf_counter() - started
            if hooks:
                hooks.on_train_batch_end(step, results_of(self.model))
            elif stop - step == self._steps_per_call:
                # Full calls only: a short last one says little about the pace.
                pace = size * _SECONDS_PER_CALL / max(seconds, 1e-6)
                self._steps_per_call = max(1, min(int(pace), 16 * size))
            step = stop
            for reporter in reporters:
                share = step / self._feed.steps
                reporter.on_steps_end(epoch, share=share, logs=results_of(self.model))

    def _evaluator(self, feed: Feed) -> Any:
        loop = self._compile_loop(feed, self.model.test_step)

        def evaluate() -> dict[str, float]:
            self.model.reset_metrics()
            loop(feed.start(0), tf.constant(0), tf.constant(feed.steps))
            results = results_of(self.model)
            self.model.reset_metrics()
            return results

        return evaluate

    @staticmethod
    def _compile_loop(feed: Feed, run_step: Any) -> Any:
        # `while_loop` and not a Python loop: AutoGraph would read this file again when it traces.
        @tf.function(reduce_retracing=True, autograph=False)
        def loop(state: Any, start: tf.Tensor, stop: tf.Tensor) -> None:
            def body(step: tf.Tensor) -> tuple[tf.Tensor]:
                run_step(feed.batch(state, step))
                return (step + 1,)

            tf.while_loop(lambda step: step < stop, body, (start,), parallel_iterations=1)

        return loop


def results_of(model: keras.Model) -> dict[str, float]:
    """Loss and metrics as they stand, those of several outputs by their names."""
    flat: dict[str, float] = {}
    for name, value in model.get_metrics_result().items():
        entries: Iterable[tuple[str, Any]] = (
            value.items() if isinstance(value, dict) else ((name, value),)
        )
        flat.update((key, float(entry)) for key, entry in entries)
    return flat


def _watches_batches(callback: keras.callbacks.Callback) -> bool:
    hooks = ("on_train_batch_begin", "on_train_batch_end", "on_batch_begin", "on_batch_end")
    base = keras.callbacks.Callback
    return any(getattr(type(callback), hook) is not getattr(base, hook) for hook in hooks)
