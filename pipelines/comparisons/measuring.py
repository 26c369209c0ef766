"""Trains one arm with one seed and keeps its curves."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import keras

from cookbook._names import unknown_name
from pipelines.comparisons.arm_results import ArmResult
from pipelines.comparisons.comparison import Part
from pipelines.hyperparameters.options import resolve
from pipelines.training.experiment import Experiment
from pipelines.training.reporting import DivergenceStop

if TYPE_CHECKING:
    from pipelines.datasets.containers import Dataset


@dataclass(frozen=True, kw_only=True)
class Setting:
    """All that decides one training.

    Attributes:
        part: What is measured.
        params: Hyperparameters that replace the recipe's, those of `part.own` among them.
        dataset: Training and validation rows of the seed.
        seed: Weights, dropout and order follow from it.
    """

    part: Part
    params: Mapping[str, Any]
    dataset: Dataset
    seed: int

    def experiment(self, **changes: Any) -> Experiment:
        """Builds and trains the arm's model; `changes` replace hyperparameters."""
        params = {k: v for k, v in {**self.params, **changes}.items() if k not in self.part.own}
        return Experiment(self.part.base(), params, self.dataset, seed=self.seed)


def measure(setting: Setting) -> ArmResult:
    """Runs the part's `measure`; a training that diverges is an result, not an error.

    Args:
        setting: What to train.

    Returns:
        Metrics and curves, or why there are none.

    Raises:
        ValueError: If a hyperparameter is unknown or out of its range, or if a metric of the
            table was not measured.
    """
    started = time.perf_counter()
    try:
        result: ArmResult = resolve(setting.part.measure)(setting)
    except FloatingPointError as error:
        result = ArmResult(diverged=str(error))
    finally:
        # Without a collection of garbage, which takes as long as a short training and frees little.
        keras.backend.clear_session(free_memory=False)
    missing = set(setting.part.metrics) - set(result.metrics)
    if missing and not result.diverged:
        known = result.metrics
        raise ValueError(" ".join(unknown_name("metric", name, known) for name in sorted(missing)))
    if not result.diverged and not math.isfinite(result.metrics[setting.part.metric]):
        result = ArmResult(diverged=f"{setting.part.metric} is not a finite number.")
    return result.timed(time.perf_counter() - started)


def train_arm(setting: Setting) -> ArmResult:
    """Trains a recipe's model, as `cookbook train` does.

    Args:
        setting: What to train.

    Returns:
        The history as curves and its last values as metrics. Metrics of the table that the
        history lacks are those of the trained model: `val_...` on the validation rows,
        `train_...` on the training rows, and `gap`, the training accuracy minus that of the
        validation. `epochs` and `steps` are counted.
    """
    return train_experiment(setting, setting.experiment())


def train_experiment(
    setting: Setting,
    experiment: Experiment,
    *,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> ArmResult:
    """The same for an experiment that is already there.

    Args:
        setting: What is measured.
        experiment: What is trained.
        callbacks: Further callbacks.

    Returns:
        As `train_arm`.
    """
    model, history = experiment.train(callbacks=[DivergenceStop(), *callbacks])
    curves = {name: values for name, values in history.items() if len(values)}
    epochs = max(map(len, curves.values()))
    batch_size = experiment.options.batch_size
    steps_per_epoch = -(-len(setting.dataset.train) // batch_size)
    final = {name: values[-1] for name, values in curves.items()}
    final |= {"epochs": float(epochs), "steps": float(epochs * steps_per_epoch)}
    final |= _scores(setting, experiment, model, known=final)
    unit = steps_per_epoch if setting.part.x == "optimizer step" else 1
    x = [float(epoch * unit) for epoch in range(1, epochs + 1)]
    return ArmResult(metrics=final, x=x, curves=curves)


def train_equal_steps(setting: Setting) -> ArmResult:
    """Trains as many optimizer steps as the reference batch size takes in `epochs` epochs.

    Args:
        setting: Its `reference_batch_size` is the batch size whose steps are counted.

    Returns:
        As `train_arm`.
    """
    experiment = setting.experiment()
    rows = len(setting.dataset.train)
    steps = experiment.options.epochs * -(-rows // int(setting.params["reference_batch_size"]))
    epochs = max(1, round(steps / -(-rows // experiment.options.batch_size)))
    return train_experiment(setting, setting.experiment(epochs=epochs))


def _scores(
    setting: Setting, experiment: Experiment, model: keras.Model, *, known: Mapping[str, float]
) -> dict[str, float]:
    wanted = set(setting.part.metrics) - set(known)
    scores: dict[str, float] = {}
    for prefix, split in (
        ("val", setting.dataset.validation),
        ("train", setting.dataset.train),
    ):
        needs_training = prefix == "train" and "gap" in wanted
        if needs_training or any(name.startswith(f"{prefix}_") for name in wanted):
            found = experiment.task.score(model, split)
            scores |= {f"{prefix}_{name}": value for name, value in found.items()}
    if "gap" in wanted:
        validation = {**scores, **known}["val_accuracy"]
        scores["gap"] = scores["train_accuracy"] - validation
    return {name: scores[name] for name in wanted if name in scores}
