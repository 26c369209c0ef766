"""How many hidden layers? One training for each depth, or a network that grows."""

from __future__ import annotations

from collections.abc import Mapping

import keras
import numpy as np

from cookbook.callbacks.depth import grow_depth
from pipelines.comparisons.arm_results import ArmResult
from pipelines.comparisons.measuring import Setting
from pipelines.training.reporting import DivergenceStop
from pipelines.training.tensorflow.trainer import Trainer

_CURVES = ("val_accuracy", "val_loss")


def train_depths(setting: Setting) -> ArmResult:
    """Trains every depth from 1 to `largest_depth`, one after the other.

    Args:
        setting: `way` is `"search"`, a training of its own for each depth, or `"growth"`, a layer
            more on top of the frozen earlier ones. `width` is the units of each layer.
            Each depth is trained for the option `epochs`.

    Returns:
        Curves over the depth, of the last epoch; metrics of the depth with the best validation
        accuracy, and that `depth`. Both ways choose it on the rows they are scored on, so both
        are a little too good, by the same choice among equally many depths.
    """
    ways = {"search": _search, "growth": _grow}
    histories = ways[str(setting.params["way"])](setting)
    curves = {name: [float(history[name][-1]) for history in histories] for name in _CURVES}
    chosen = int(np.argmax(curves["val_accuracy"]))
    return ArmResult(
        metrics={"depth": float(chosen + 1), **{name: curves[name][chosen] for name in _CURVES}},
        x=[float(depth) for depth in range(1, len(histories) + 1)],
        curves=curves,
    )


def _search(setting: Setting) -> list[Mapping[str, list[float]]]:
    width = int(setting.params["width"])
    return [
        setting.experiment(widths=(width,) * depth).train(callbacks=[DivergenceStop()])[1]
        for depth in range(1, int(setting.params["largest_depth"]) + 1)
    ]


def _grow(setting: Setting) -> list[Mapping[str, list[float]]]:
    width, largest = int(setting.params["width"]), int(setting.params["largest_depth"])
    experiment = setting.experiment(widths=(width,))
    activation = str(experiment.params["activation"])
    task = experiment.task
    feed = task.training_feed(seed=setting.seed, with_validation=False)
    steps = feed.steps * experiment.options.epochs
    arguments = task.model_arguments()
    keras.utils.set_random_seed(setting.seed)

    def fit(model: keras.Model) -> keras.callbacks.History:
        trainer = Trainer(model, feed, validation=task.validation_feed())
        history = keras.callbacks.History()
        history.history = trainer.fit(
            epochs=experiment.options.epochs, callbacks=[DivergenceStop()]
        )
        return history

    def block() -> keras.Layer:
        return keras.layers.Dense(width, activation, kernel_initializer="he_normal")

    def first_block() -> keras.Layer:
        return keras.Sequential([keras.layers.Flatten(), block()])

    grown = grow_depth(
        arguments["input_shape"],
        [first_block, *[block] * (largest - 1)],
        head=lambda: keras.layers.Dense(arguments["num_outputs"]),
        compile_model=lambda model: task.compile(model, total_steps=steps),
        fit=fit,
        monitor="val_accuracy",
        mode="max",
        # All depths: the curves of both ways have equal lengths.
        patience=largest,
    )
    return [stage.history for stage in grown.stages]
