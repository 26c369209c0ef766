"""One trial that trains a Keras model: what it reports, and what its best epoch reached."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cookbook._names import unknown_name
from pipelines.jobs.latency import LATENCY, latency_ms
from tuning import Context, TrialError

if TYPE_CHECKING:
    from pipelines.training.tensorflow.kept_trainers import KeptTrainers

# What the workers of recipes import, before anything is computed.
RECIPE_MODULES = ("pipelines.training", "tensorflow", "keras", "pipelines.training.experiment")
# A trained model, and rows of inputs as it takes them.
Trained = tuple[Any, Callable[[], Any]]


@functools.cache
def _skip_graph_rewriting() -> None:
    """Tells this worker's TensorFlow to run functions as they were traced.

    Rewriting them takes longer than it saves in a trial on a CPU; a GPU needs its layouts.
    """
    import tensorflow as tf

    if not tf.config.list_physical_devices("GPU"):
        tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})


@functools.cache
def kept_trainers() -> KeptTrainers:
    """The trainers of this worker."""
    from pipelines.training.tensorflow.kept_trainers import KeptTrainers

    return KeptTrainers()


def run_trial(
    train: Callable[[list[Any]], Trained],
    context: Context,
    *,
    metric: str,
    maximize: bool,
    latency: bool = False,
) -> dict[str, float]:
    """Trains one model, reports its epochs, and returns what its best epoch reached.

    Args:
        train: Trains with the given Keras callbacks.
        context: Receives the epochs.
        metric: The metric whose best epoch counts.
        maximize: Whether larger is better.
        latency: Whether to measure a prediction of the trained model.

    Returns:
        The metrics of the best epoch, `best_epoch`, the model's `parameters` and, if asked for,
        `latency_ms`.

    Raises:
        TrialError: If the training diverges or does not report the metric.
    """
    import keras

    from pipelines.training.reporting import DivergenceStop, EpochMemory

    _skip_graph_rewriting()
    memory = EpochMemory(context.report, context.restore)
    try:
        model, inputs = train([DivergenceStop(), memory])
        best = best_epoch(memory.epochs, metric, maximize=maximize)
        result = {**memory.epochs[best - 1], "best_epoch": float(best)}
        result["parameters"] = float(model.count_params())
        return {**result, LATENCY: latency_ms(model, inputs())} if latency else result
    except FloatingPointError as error:
        raise TrialError(str(error)) from error
    finally:
        # Of a trial that is given up, too: Keras would go on counting the names of optimizers
        # and layers, and no later trial would find the functions of an earlier one.
        keras.backend.clear_session()


def best_epoch(epochs: list[dict[str, float]], metric: str, *, maximize: bool) -> int:
    """The epoch, counted from 1, with the best value of a metric; of equals the first.

    Args:
        epochs: One dict of metrics per epoch.
        metric: Which one decides.
        maximize: Whether larger is better.

    Raises:
        TrialError: If the training does not report that metric.

    Example:
        >>> best_epoch([{"loss": 2.0}, {"loss": 1.0}, {"loss": 1.0}], "loss", maximize=False)
        2
    """
    if not epochs:
        raise TrialError(
            "The training reports no epoch. A `fit` of your own passes its `callbacks` to "
            "model.fit, or returns a number or a dictionary of metrics."
        )
    if metric not in epochs[0]:
        raise TrialError(unknown_name("metric of this training", metric, epochs[0]))
    values = [epoch[metric] for epoch in epochs]
    return values.index(max(values) if maximize else min(values)) + 1
