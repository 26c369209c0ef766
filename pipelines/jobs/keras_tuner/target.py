"""A `build(hp)` function or `HyperModel` on arrays as the target of a search."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from pipelines.datasets.fingerprint import content_digest
from pipelines.jobs.keras_tuner.arrays import store_arrays
from pipelines.jobs.keras_tuner.class_weights import ClassWeight, check_class_weight
from pipelines.jobs.keras_tuner.code import code_digest
from pipelines.jobs.keras_tuner.fit_probe import fit_probe
from pipelines.jobs.keras_tuner.labels import check_labels
from pipelines.jobs.keras_tuner.objective import BuildObjective
from pipelines.jobs.keras_tuner.registered import registered_by_the_script
from pipelines.jobs.metric_names import wants_latency
from pipelines.jobs.target import as_fixed
from tuning import SearchSettings, Space, cross_validated
from tuning.storage.studies import check_study
from tuning.tracking import Provenance, git_commit

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.jobs.keras_tuner.data import ArrayData
    from pipelines.jobs.mlflow.review import Review
    from pipelines.jobs.options import JobOptions
    from tuning import SearchResult
    from tuning.engine.ending import StudyEnding

DEFAULT_EPOCHS, DEFAULT_BATCH = 15, 32
BATCH_SIZE = "batch_size"


@dataclass(frozen=True, kw_only=True)
class HyperModelTarget:
    """A `build(hp)` function or `HyperModel` with its arrays.

    Attributes:
        hypermodel: The function, or the object.
        data: Its arrays.
        asked: What it asks for, found by running it.
        space: What is searched of it.
        metrics: Of the model that it builds.
        epochs: Passes over the training rows.
        batch_size: Rows a step, unless the trial has a `batch_size` of its own.
        folds: Folds of the cross-validation in each trial, or None.
        seeds: With how many seeds the winner is refitted and tested.
        registration: `register` and `alias` of the winner, or empty.
        class_weight: Weights of the training rows by their class, or None.
    """

    hypermodel: Any
    data: ArrayData
    asked: Space
    space: Space
    metrics: tuple[tuple[str, str], ...]
    epochs: int = DEFAULT_EPOCHS
    batch_size: int = DEFAULT_BATCH
    folds: int | None = None
    seeds: int = 1
    registration: Mapping[str, Any] = field(default_factory=dict)
    class_weight: ClassWeight | None = None
    average: ClassVar[int] = 1
    notices: tuple[str, ...] = ()
    preload: tuple[str, ...] = BuildObjective.preload

    @classmethod
    def of(
        cls, hypermodel: Any, data: ArrayData, job: JobOptions, *, class_weight: Any = None
    ) -> HyperModelTarget:
        """Finds the space and the metric of a hypermodel by running it.

        Args:
            hypermodel: A function `build(hp)` that returns a compiled model, or a `HyperModel`.
            data: Its arrays.
            job: Fixed values, ranges, epochs, folds and seeds.
            class_weight: `"balanced"`, or class numbers to weights, or None.

        Raises:
            ValueError: If an option or the data is wrong.
        """
        from tuning.keras_tuner.hyperparameters import overrides_fit, space_from_build

        _check(data, job)
        weights = check_class_weight(class_weight, data.rows.y)
        probe = fit_probe(hypermodel, data.rows) if overrides_fit(hypermodel) else None
        models: list[Any] = []

        def after_build(hp: Any, model: Any) -> None:
            if not models:
                models.append(model)
                if probe is None:
                    _check_compiled(model)
                check_labels(model, data)
            if probe is not None:
                probe(hp, model)

        found = space_from_build(hypermodel, after_build=after_build)
        fixed = dict(job.params)
        batch_size = int(fixed.pop(BATCH_SIZE, DEFAULT_BATCH)) if BATCH_SIZE not in found else 0
        space = found.override(job.space).override(as_fixed(fixed))
        return cls(
            hypermodel=hypermodel,
            data=data,
            asked=found,
            space=space,
            metrics=() if job.objective else (main_metric(models[0]),),
            epochs=job.epochs or DEFAULT_EPOCHS,
            batch_size=batch_size or DEFAULT_BATCH,
            folds=job.folds,
            seeds=job.seeds,
            registration=job.registration,
            class_weight=weights,
        )

    @property
    def name(self) -> str:
        """Name of the function or class."""
        return getattr(self.hypermodel, "__name__", None) or type(self.hypermodel).__name__

    @property
    def budget(self) -> int:
        """Passes over the training rows."""
        return self.epochs

    @property
    def last_step(self) -> str:
        """On which rows the winner is refitted."""
        from tuning.keras_tuner.hyperparameters import wants_validation

        rows = "training" if wants_validation(self.hypermodel) else "training and validation"
        return f"Refitting the best trial on {rows} rows ..."

    @property
    def default_point(self) -> Mapping[str, Any]:
        """KerasTuner, too, begins with the defaults of `hp`."""
        return self.space.defaults

    @property
    def tested_on(self) -> str | None:
        """Fingerprint of the test rows."""
        return self.data.test_fingerprint

    def check(self, settings: SearchSettings) -> None:
        """What a model of the user's returns is known when it has run."""

    def fingerprint(self, settings: SearchSettings) -> dict[str, Any]:
        """The code, the arrays and how they are trained on."""
        # Studies of the previous version know nothing of it.
        weights = {} if self.class_weight is None else {"class_weight": self.class_weight}
        return {
            "objective": f"build {self.name}",
            "code": code_digest(self.hypermodel),
            "data fingerprint": self.data.fingerprint,
            "batch_size": self.batch_size,
            "epochs": self.epochs,
            "folds": self.folds,
            **weights,
        }

    def build(self, settings: SearchSettings) -> BuildObjective:
        """Builds and trains one model; its arrays need not be stored yet."""
        name, direction = settings.metrics[0]
        return BuildObjective(
            hypermodel=self.hypermodel,
            arrays=self._file(settings),
            metric=name,
            maximize=direction == "maximize",
            epochs=self.epochs,
            batch_size=self.batch_size,
            folds=self.folds,
            latency=wants_latency(settings),
            asked=self.asked,
            class_weight=self.class_weight,
            named=not self.metrics,
            code=code_digest(self.hypermodel),
            registered=registered_by_the_script(),
        )

    def objective(self, settings: SearchSettings) -> Any:
        """Trains the model, or its folds; the arrays are stored for the workers.

        Raises:
            JobError: If the study exists and is about something else; nothing is written then.
        """
        check_study(settings, self.space)
        build = self.build(settings)
        if not build.arrays.exists():
            whole = self.folds is not None
            store_arrays(build.arrays, self.data, seed=settings.seed, whole=whole)
        return build if self.folds is None else cross_validated(build, self.folds)

    def provenance(self, settings: SearchSettings) -> Provenance:
        """The study as the experiment of its runs."""
        return Provenance(
            git_commit=git_commit(),
            dataset="arrays",
            fingerprint=self.data.fingerprint,
            experiment=settings.study,
        )

    def finish(
        self, found: SearchResult, settings: SearchSettings, *, review: Review, ending: StudyEnding
    ) -> dict[str, Any]:
        """Refits the winner, tests it when there are test rows, and saves it."""
        from pipelines.jobs.keras_tuner.finish import finish_build

        return finish_build(self, found, settings, review=review, ending=ending)

    def _file(self, settings: SearchSettings) -> Path:
        """The name of the file says what is in it, so that it is never outdated."""
        whole = self.folds is not None
        held_out = settings.seed if self.data.validation is None and not whole else None
        content = content_digest(self.data.fingerprint, held_out, whole)
        return settings.directory / f"arrays-{content[:12]}.npz"


def main_metric(model: Any) -> tuple[str, str]:
    """Validation accuracy where a model of one output is compiled with it, else the loss.

    Args:
        model: A compiled model.
    """
    compiled = (model.get_compile_config() if getattr(model, "compiled", False) else None) or {}
    metrics = compiled.get("metrics")
    text = json.dumps(metrics, default=str).lower()
    # Of several outputs each has an accuracy of its own name, and none is the main one.
    several = isinstance(metrics, dict) or any(isinstance(one, list) for one in metrics or ())
    accuracy = '"acc' in text and not several
    return ("val_accuracy", "maximize") if accuracy else ("val_loss", "minimize")


def _check_compiled(model: Any) -> None:
    if model is None:
        raise ValueError(
            "`build(hp)` returns a compiled model. Got None: end it with `return model`."
        )
    if hasattr(model, "compile") and not getattr(model, "compiled", False):
        raise ValueError(
            "`build(hp)` returns a compiled model. Got one without optimizer and loss: call "
            "`model.compile(optimizer, loss)` before it is returned, or train it in the `fit` of a "
            "`keras_tuner.HyperModel`."
        )


def _check(data: ArrayData, job: JobOptions) -> None:
    if job.average > 1:
        raise ValueError(
            "`average` is of trials of a recipe, whose models have one form. Got "
            f"average={job.average} for a hypermodel: leave it out."
        )
    if job.folds is not None and data.validation is not None:
        raise ValueError(
            "`folds` divide the rows themselves: leave `validation_data` out. "
            f"Got folds={job.folds} beside it."
        )
    if job.seeds > 1 and data.test is None and job.stages != "auto":
        raise ValueError(
            "`seeds` are for the final test or for `stages='auto'`. "
            f"Got seeds={job.seeds} without test rows: give test_data=(x, y)."
        )
