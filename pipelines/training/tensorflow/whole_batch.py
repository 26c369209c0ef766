"""Trainings whose updates see several batches, or all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from pipelines.hyperparameters.options import TrainingOptions
from pipelines.hyperparameters.updates import LBFGS, Updates
from pipelines.inputs.feeds import Feed
from pipelines.training.reporting import StepReporter
from pipelines.training.tensorflow.trainer import Trainer, results_of


class GatheringTrainer(Trainer):
    """Gathers the gradients of several batches, and updates with their mean.

    The mean is that of all rows, so that an update of k batches is the update of one batch k
    times as large, without its memory. Batch normalisation sees the batches one by one.

    Args:
        model: A compiled model with Keras' own training step.
        feed: Training batches.
        validation: Validation batches.
        updates: How many batches an update gathers.
        tolerance: Stop before an update whose gradient has a norm below this; 0 never stops.

    Raises:
        ValueError: If the model computes its training step itself.
    """

    def __init__(
        self,
        model: keras.Model,
        feed: Feed,
        *,
        validation: Feed | None = None,
        updates: Updates,
        tolerance: float = 0.0,
    ) -> None:
        if type(model).train_step is not keras.Model.train_step:
            raise ValueError(
                f"{type(model).__name__} computes its training step itself, so gradients of several"
                " batches cannot be gathered: leave full_batch, batch_doublings and lbfgs out."
            )
        super().__init__(model, feed, validation=validation)
        self._updates = updates
        self._tolerance = tolerance
        self._weights = list(model.trainable_variables)
        self._sums = [tf.Variable(tf.zeros(w.shape, tf.float32)) for w in self._weights]
        self._loss = tf.Variable(0.0)
        self._rows = tf.Variable(0.0)
        self._norm = 0.0
        self._train = self._compile_loop(feed, self._gather)
        self._apply = tf.function(self._update, autograph=False)

    def logs(self) -> dict[str, float]:
        """Those of every training, and the norm of the epoch's last gradient."""
        return {**super().logs(), "gradient_norm": self._norm}

    def _gather(self, batch: Any) -> None:
        model = self.model
        x, y, weight = keras.utils.unpack_x_y_sample_weight(batch)
        with tf.GradientTape() as tape:
            y_pred = model(x, training=True)
            loss = model.compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=weight, training=True)
        rows = tf.cast(tf.shape(tf.nest.flatten(x)[0])[0], tf.float32)
        gradients = tape.gradient(loss, [w.value for w in self._weights])
        for total, gradient in zip(self._sums, gradients, strict=True):
            if gradient is not None:
                total.assign_add(rows * tf.cast(tf.convert_to_tensor(gradient), tf.float32))
        self._loss.assign_add(rows * tf.cast(loss, tf.float32))
        self._rows.assign_add(rows)
        for metric in model.metrics:
            if metric.name == "loss":
                metric.update_state(loss, sample_weight=rows)
        model.compute_metrics(x, y, y_pred, sample_weight=weight)

    def _means(self) -> list[tf.Tensor]:
        return [total / self._rows for total in self._sums]

    def _update(self) -> None:
        self.model.optimizer.apply(self._means(), self._weights)

    def _clear(self) -> None:
        for variable in (*self._sums, self._loss, self._rows):
            variable.assign(tf.zeros_like(variable))

    def _run_epoch(
        self,
        epoch: int,
        hooks: keras.callbacks.CallbackList | None,
        reporters: Sequence[StepReporter],
    ) -> None:
        state, size, step = self._feed.start(epoch), self._updates.batches(epoch), 0
        while step < self._feed.steps and not self.model.stop_training:
            stop = min(step + size, self._feed.steps)
            if hooks:
                hooks.on_train_batch_begin(step)
            self._clear()
            self._train(state, tf.constant(step), tf.constant(stop))
            self._norm = float(tf.linalg.global_norm(self._means()))
            if self._norm < self._tolerance:
                self.model.stop_training = True
            else:
                self._apply()
            if hooks:
                hooks.on_train_batch_end(step, results_of(self.model))
            step = stop
            self._tell(epoch, step, reporters)

    def _tell(self, epoch: int, step: int, reporters: Sequence[StepReporter]) -> None:
        for reporter in reporters:
            share = step / self._feed.steps
            reporter.on_steps_end(epoch, share=share, logs=results_of(self.model))


class LbfgsTrainer(GatheringTrainer):
    """L-BFGS on all training rows (Liu and Nocedal 1989), for small networks.

    An epoch is a run of up to `iterations` iterations, each of which is a pass or two over the
    rows; what it learnt of the curvature is forgotten at its end. The length of each step comes
    from a line search, so learning rate and schedule are not used.

    Args:
        model: A compiled model whose loss depends on its weights and the rows alone.
        feed: Training batches, all of which make one loss.
        validation: Validation batches.
        updates: All batches in one.
        tolerance: Stop when the norm of the gradient is below this.
        iterations: Of an epoch, at least 1.
        memory: Steps that the curvature is estimated from, at least 1.

    Raises:
        ValueError: If the loss depends on chance or on moving statistics as well.
    """

    def __init__(self, *args: Any, iterations: int = 20, memory: int = 10, **options: Any) -> None:
        super().__init__(*args, **options)
        changing = [variable.path for variable in self.model.non_trainable_variables]
        if changing:
            raise ValueError(
                "L-BFGS compares losses at several points, so chance and moving statistics have no "
                f"place in them. Got {', '.join(changing[:3])}: set dropout to 0 and batch_norm to "
                "false, or take another optimizer."
            )
        self._iterations, self._memory = iterations, memory

    def _run_epoch(
        self,
        epoch: int,
        hooks: keras.callbacks.CallbackList | None,
        reporters: Sequence[StepReporter],
    ) -> None:
        from scipy.optimize import minimize

        def loss_and_gradient(point: np.ndarray) -> tuple[float, np.ndarray]:
            self._set(point)
            self._clear()
            self.model.reset_metrics()
            state = self._feed.start(epoch)
            self._train(state, tf.constant(0), tf.constant(self._feed.steps))
            gradient = np.concatenate([mean.numpy().ravel() for mean in self._means()])
            return float(self._loss / self._rows), gradient.astype(np.float64)

        start = np.concatenate([np.asarray(w.value).ravel() for w in self._weights])
        options = {"maxiter": self._iterations, "maxcor": self._memory, "ftol": 0.0, "gtol": 0.0}
        found = minimize(
            loss_and_gradient, start.astype(np.float64), jac=True, method="L-BFGS-B",
            options=options, callback=self._stops,
        )  # fmt: skip
        # The last point of a line search need not be the best one; metrics are those of the best.
        _, gradient = loss_and_gradient(found.x)
        self._norm = float(np.linalg.norm(gradient))
        if self._norm < self._tolerance:
            self.model.stop_training = True
        self._tell(epoch, self._feed.steps, reporters)

    def _stops(self, intermediate_result: Any) -> None:
        """Ends an epoch at a small gradient."""
        if float(tf.linalg.global_norm(self._means())) < self._tolerance:
            raise StopIteration

    def _set(self, point: np.ndarray) -> None:
        start = 0
        for weight in self._weights:
            size = int(np.prod(weight.shape))
            weight.assign(point[start : start + size].reshape(weight.shape))
            start += size


def gathering_trainer(
    model: keras.Model,
    feed: Feed,
    *,
    validation: Feed | None,
    updates: Updates,
    options: TrainingOptions,
) -> GatheringTrainer:
    """The trainer of a training whose updates see several batches.

    Args:
        model: A compiled model.
        feed: Training batches.
        validation: Validation batches.
        updates: How many batches an update gathers.
        options: Name the optimizer, its parameters and the tolerance.
    """
    settings: dict[str, Any] = {"validation": validation, "updates": updates}
    settings["tolerance"] = options.gradient_tolerance
    if options.optimizer == LBFGS:
        return LbfgsTrainer(model, feed, **settings, **options.of("optimizer"))
    return GatheringTrainer(model, feed, **settings)
