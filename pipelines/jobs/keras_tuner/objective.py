"""Tuning of KerasTuner-style `build(hp)` functions and `HyperModel` classes on arrays."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from pipelines.jobs.recipe.folds import fold_rows
from pipelines.jobs.recipe.objective import Trained, kept_trainers, run_trial
from tuning import Context, SearchSettings, Space, cross_validated
from tuning.tracking import Provenance, git_commit

if TYPE_CHECKING:
    from pipelines.jobs.mlflow.review import Review
    from pipelines.training.tensorflow.kept_trainers import KeptTrainers
    from tuning import SearchResult
    from tuning.engine.ending import StudyEnding

VALIDATION_SHARE = 0.2
Parts = dict[str, np.ndarray]


@dataclass(frozen=True, kw_only=True)
class BuildObjective:
    """Builds a model with a trial's parameters and trains it on stored arrays.

    Attributes:
        hypermodel: A `build(hp)` function or a `keras_tuner.HyperModel`.
        arrays: File with `x`, `y` and, without folds, `x_val`, `y_val`.
        metric: The metric whose best epoch counts.
        maximize: Whether larger is better.
        epochs: Passes over the training rows.
        batch_size: Rows a step, unless the trial has a `batch_size` of its own.
        folds: Number of folds when the trials are cross-validated; the file then has no
            `x_val`, `y_val`.
        latency: Whether a trial measures how long a prediction takes.
    """

    hypermodel: Any
    arrays: Path
    metric: str
    maximize: bool
    epochs: int
    batch_size: int
    folds: int | None = None
    latency: bool = False
    preload: ClassVar[tuple[str, ...]] = (
        "pipelines",
        "tensorflow",
        "keras",
        "keras_tuner",
        "pipelines.training.tensorflow.trainer",
    )

    def __call__(self, params: dict[str, Any], context: Context) -> dict[str, float]:
        """Runs one trial and returns the metrics of its best epoch."""
        import keras

        keras.utils.set_random_seed(context.seed)
        parts = stored_arrays(self.arrays)
        kept: KeptTrainers | None = kept_trainers()
        if context.fold is not None and self.folds is not None:
            # Each fold has other rows, so other feeds.
            parts, kept = fold_parts(self.arrays, context.fold, self.folds), None

        def train(callbacks: list[Any]) -> Trained:
            model = self.train(params, parts, callbacks, seed=context.seed, kept=kept)
            return model, lambda: parts["x"]

        return run_trial(
            train, context, metric=self.metric, maximize=self.maximize, latency=self.latency
        )

    def train(
        self,
        params: Mapping[str, Any],
        parts: Parts,
        callbacks: Sequence[Any],
        *,
        seed: int,
        epochs: int | None = None,
        kept: KeptTrainers | None = None,
    ) -> Any:
        """Builds and trains a model; a `fit` of the hypermodel's own is used where it has one.

        Args:
            params: Hyperparameters.
            parts: `x`, `y` and, for validation, `x_val`, `y_val`.
            callbacks: Keras callbacks.
            seed: Order of the rows.
            epochs: Epochs to run; all by default.
            kept: Trainers of earlier trials, one of which may be used again.
        """
        from pipelines.training.tensorflow.single_replica import skip_reduction
        from tuning.keras_tuner.hyperparameters import build_model, fit_model, overrides_fit

        model, hp = build_model(self.hypermodel, params)
        batch_size = int(params.get("batch_size", self.batch_size))
        validation = (parts["x_val"], parts["y_val"]) if "x_val" in parts else None
        count = epochs or self.epochs
        if overrides_fit(self.hypermodel):
            arguments: dict[str, Any] = {"validation_data": validation, "epochs": count}
            arguments |= {"callbacks": list(callbacks), "verbose": 0}
            skip_reduction(model)
            fit_model(self.hypermodel, hp, model, parts["x"], parts["y"], **arguments)
            return model
        from pipelines.inputs.feeds import ArrayFeed
        from pipelines.training.tensorflow.trainer import Trainer

        feed = ArrayFeed(parts["x"], parts["y"], batch_size=batch_size, seed=seed)
        held_out = None
        if validation is not None:
            held_out = ArrayFeed(*validation, batch_size=256, shuffle=False)
        if kept is None:
            trainer = Trainer(model, feed, validation=held_out)
        else:
            facts = [str(self.arrays), batch_size]
            trainer = kept.trainer(model, feed, validation=held_out, data=facts)
        trainer.fit(epochs=count, callbacks=callbacks)
        return trainer.model


@dataclass(frozen=True, kw_only=True)
class BuildPlan:
    """A search over a `build(hp)` function.

    Attributes:
        build: Builds and trains one model.
        space: Found by running `build`.
        settings: How it is searched.
        test: Arrays for the one look at the test rows, or nothing.
        seeds: With how many seeds the winner is refitted and tested.
        registration: `register` and `alias` of the winner, or empty.
        fingerprint: Of the arrays that are searched with.
        tested_on: Fingerprint of the test rows, or None.
    """

    build: BuildObjective
    space: Space
    settings: SearchSettings
    test: tuple[np.ndarray, np.ndarray] | None = None
    seeds: int = 1
    registration: Mapping[str, Any] = field(default_factory=dict)
    fingerprint: str | None = None
    tested_on: str | None = None
    last_step: str = "Refitting the best trial on training and validation rows ..."

    @property
    def objective(self) -> Any:
        """What a worker runs."""
        folds = self.build.folds
        return self.build if folds is None else cross_validated(self.build, folds)

    def prepared(self) -> BuildPlan:
        """The plan itself: it was made from its arrays."""
        return self

    def provenance(self) -> Provenance:
        """The study as the experiment of its runs."""
        return Provenance(
            git_commit=git_commit(),
            dataset="arrays",
            fingerprint=self.fingerprint,
            experiment=self.settings.study,
        )

    def finish(self, found: SearchResult, review: Review, ending: StudyEnding) -> dict[str, Any]:
        """Refits the winner, tests it when there are test rows, and saves it."""
        from pipelines.jobs.keras_tuner.finish import finish_build

        return finish_build(self, found, review, ending)


@functools.lru_cache(maxsize=1)
def stored_arrays(path: Path) -> Parts:
    """The arrays of a study, read once per process; nothing is unpickled."""
    with np.load(path, allow_pickle=False) as stored:
        return dict(stored)


@functools.lru_cache(maxsize=1)
def _rows_of_folds(path: Path, folds: int) -> Any:
    parts = stored_arrays(path)
    return fold_rows(parts["x"], parts["y"], folds, seed=0)


def fold_parts(path: Path, fold: int, folds: int) -> Parts:
    """The arrays of a study with one fold held out.

    Args:
        path: File with `x` and `y`.
        fold: Which fold, from 0.
        folds: Number of folds.

    Returns:
        `x`, `y`, `x_val` and `y_val`; every trial has the same folds.
    """
    parts = stored_arrays(path)
    kept, held_out = _rows_of_folds(path, folds)[fold]
    return {key: parts[key][kept] for key in ("x", "y")} | {
        f"{key}_val": parts[key][held_out] for key in ("x", "y")
    }


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
