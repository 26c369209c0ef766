"""Tuning of KerasTuner-style `build(hp)` functions and `HyperModel` classes on arrays."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from pipelines.tuning_jobs.objective import run_trial
from tuning import Context, SearchSettings, Space
from tuning.tracking import Provenance, git_commit

if TYPE_CHECKING:
    from pipelines.tuning_jobs.review import Review
    from tuning import SearchResult

VALIDATION_SHARE = 0.2
Parts = dict[str, np.ndarray]


@dataclass(frozen=True, kw_only=True)
class BuildObjective:
    """Builds a model with a trial's parameters and trains it on stored arrays.

    Attributes:
        hypermodel: A `build(hp)` function or a `keras_tuner.HyperModel`.
        arrays: File with `x`, `y`, `x_val`, `y_val`.
        metric: The metric whose best epoch counts.
        maximize: Whether larger is better.
        epochs: Passes over the training rows.
        batch_size: Rows a step, unless the trial has a `batch_size` of its own.
    """

    hypermodel: Any
    arrays: Path
    metric: str
    maximize: bool
    epochs: int
    batch_size: int
    preload: ClassVar[tuple[str, ...]] = (
        "tensorflow",
        "keras",
        "keras_tuner",
        "pipelines.training.trainer",
    )

    def __call__(self, params: dict[str, Any], context: Context) -> dict[str, float]:
        """Runs one trial and returns the metrics of its best epoch."""
        import keras

        keras.utils.set_random_seed(context.seed)
        parts = stored_arrays(self.arrays)
        return run_trial(
            lambda callbacks: self.train(params, parts, callbacks, seed=context.seed),
            context,
            metric=self.metric,
            maximize=self.maximize,
        )

    def train(
        self,
        params: Mapping[str, Any],
        parts: Parts,
        callbacks: Sequence[Any],
        *,
        seed: int,
        epochs: int | None = None,
    ) -> Any:
        """Builds and trains a model; a `fit` of the hypermodel's own is used where it has one.

        Args:
            params: Hyperparameters.
            parts: `x`, `y` and, for validation, `x_val`, `y_val`.
            callbacks: Keras callbacks.
            seed: Order of the rows.
            epochs: Epochs to run; all by default.
        """
        from tuning.strategies.hyperparameters import build_model, fit_model, overrides_fit

        model, hp = build_model(self.hypermodel, params)
        batch_size = int(params.get("batch_size", self.batch_size))
        validation = (parts["x_val"], parts["y_val"]) if "x_val" in parts else None
        count = epochs or self.epochs
        if overrides_fit(self.hypermodel):
            arguments: dict[str, Any] = {"validation_data": validation, "epochs": count}
            arguments |= {"callbacks": list(callbacks), "verbose": 0}
            fit_model(self.hypermodel, hp, model, parts["x"], parts["y"], **arguments)
            return model
        from pipelines.training.feeds import ArrayFeed
        from pipelines.training.trainer import Trainer

        feed = ArrayFeed(parts["x"], parts["y"], batch_size=batch_size, seed=seed)
        held_out = None
        if validation is not None:
            held_out = ArrayFeed(*validation, batch_size=256, shuffle=False)
        Trainer(model, feed, validation=held_out).fit(epochs=count, callbacks=callbacks)
        return model


@dataclass(frozen=True, kw_only=True)
class BuildPlan:
    """A search over a `build(hp)` function.

    Attributes:
        objective: What a worker runs.
        space: Found by running `build`.
        settings: How it is searched.
        test: Arrays for the one look at the test rows, or nothing.
    """

    objective: BuildObjective
    space: Space
    settings: SearchSettings
    test: tuple[np.ndarray, np.ndarray] | None = None
    last_step: str = "Refitting the best trial on training and validation rows ..."

    def provenance(self) -> Provenance:
        """The study as the experiment of its runs."""
        return Provenance(git_commit=git_commit(), experiment=self.settings.study)

    def finish(
        self, found: SearchResult, review: Review, *, earlier: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Refits the winner, tests it when there are test rows, and saves it."""
        import keras

        best = found.best
        if best is None:
            return {"trials": found.n_trials}
        keras.utils.set_random_seed(self.settings.seed)
        parts = stored_arrays(self.objective.arrays)
        joined = {key: np.concatenate([parts[key], parts[f"{key}_val"]]) for key in ("x", "y")}
        epochs = int(best.metrics["best_epoch"])
        model = self.objective.train(
            best.params, joined, [], seed=self.settings.seed, epochs=epochs
        )
        path = self.settings.directory / "model.keras"
        model.save(path)
        final: dict[str, Any] = {
            "trials": found.n_trials,
            "best_trial": best.number,
            "epochs": epochs,
            "model_path": str(path),
        }
        if self.test is None:
            return final
        scores = model.evaluate(*self.test, verbose=0, return_dict=True)
        reads = int(earlier.get("test_reads", 0)) + 1
        return {**final, "test_metrics": scores, "test_reads": reads}


@functools.lru_cache(maxsize=1)
def stored_arrays(path: Path) -> Parts:
    """The arrays of a study, read once per process; nothing is unpickled."""
    with np.load(path, allow_pickle=False) as stored:
        return dict(stored)


def split_rows(x: Any, y: Any, *, seed: int) -> Parts:
    """Holds out a fifth of the rows, stratified where the targets are class numbers.

    Args:
        x: Inputs `[rows, ...]`.
        y: Targets `[rows, ...]`.
        seed: Which rows.

    Raises:
        ValueError: If the numbers of rows differ.
    """
    from sklearn.model_selection import train_test_split

    x, y = np.asarray(x), np.asarray(y)
    if len(x) != len(y):
        raise ValueError(f"`x` and `y` must have as many rows. Got {len(x)} and {len(y)}.")
    classes = y.ndim == 1 and np.issubdtype(y.dtype, np.integer)
    x, x_val, y, y_val = train_test_split(
        x, y, test_size=VALIDATION_SHARE, random_state=seed, stratify=y if classes else None
    )
    return {"x": x, "y": y, "x_val": x_val, "y_val": y_val}
