"""Tuning of KerasTuner-style `build(hp)` functions and `HyperModel` classes on arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from pipelines.jobs.checkpoints import training_checkpoint
from pipelines.jobs.keras_tuner.arrays import Parts, fold_parts, stored_arrays, whole_parts
from pipelines.jobs.keras_tuner.class_weights import ClassWeight, row_weights
from pipelines.jobs.keras_tuner.registered import register
from pipelines.jobs.keras_tuner.returned import returned_epochs
from pipelines.jobs.trial import Trained, kept_trainers, run_trial
from tuning import Context, Space

if TYPE_CHECKING:
    from pipelines.inputs.feeds import ArrayFeed
    from pipelines.training.checkpoint import Checkpoint
    from pipelines.training.tensorflow.kept_trainers import KeptTrainers
    from tuning.keras_tuner.hyperparameters import TrialHyperParameters


@dataclass(frozen=True, kw_only=True)
class BuildObjective:
    """Builds a model with a trial's parameters and trains it on stored arrays.

    Attributes:
        hypermodel: A `build(hp)` function or a `keras_tuner.HyperModel`.
        arrays: File with `x`, `y`, perhaps `weight` and, without folds, those of the
            validation rows.
        metric: The metric whose best epoch counts.
        maximize: Whether larger is better.
        epochs: Passes over the training rows.
        batch_size: Rows a step, unless the trial has a `batch_size` of its own.
        folds: Number of folds when the trials are cross-validated; the file then has no
            `x_val`, `y_val`.
        latency: Whether a trial measures how long a prediction takes.
        asked: What the hypermodel is known to ask for; what else a trial is asked for, it tells
            the search.
        class_weight: Weights of the training rows by their class, or None.
        named: Whether a person named the metric.
        code: Digest of the hypermodel's code.
        registered: What the user's script registered with Keras.
    """

    hypermodel: Any
    arrays: Path
    metric: str
    maximize: bool
    epochs: int
    batch_size: int
    folds: int | None = None
    latency: bool = False
    asked: Space | None = None
    class_weight: ClassWeight | None = None
    named: bool = True
    code: str = ""
    registered: Mapping[str, Any] = field(default_factory=dict)
    preload: ClassVar[tuple[str, ...]] = (
        "pipelines.training",
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

        hp = self._hyperparameters(params, seed=context.seed)

        def train(callbacks: list[Any]) -> Trained:
            model = self._train(
                hp,
                parts,
                callbacks,
                seed=context.seed,
                checkpoints=context.checkpoints,
                kept=kept,
            )
            return model, lambda: parts["x"]

        try:
            return run_trial(
                train, context, metric=self.metric, maximize=self.maximize, latency=self.latency
            )
        finally:
            ranges = {name: dimension.to_dict() for name, dimension in hp.ranges.items()}
            context.tell_point(hp.asked, ranges)

    def refit_parts(self) -> Parts:
        """Rows of a refit: all, unless a `fit` of one's own cannot do without validation rows."""
        from tuning.keras_tuner.hyperparameters import wants_validation

        if not wants_validation(self.hypermodel):
            return whole_parts(stored_arrays(self.arrays))
        if self.folds is None:
            return stored_arrays(self.arrays)
        return fold_parts(self.arrays, 0, self.folds)

    def train(
        self,
        params: Mapping[str, Any],
        parts: Parts,
        callbacks: Sequence[Any],
        *,
        seed: int,
        epochs: int | None = None,
        checkpoints: Path | None = None,
    ) -> Any:
        """Builds and trains a model; a `fit` of the hypermodel's own is used where it has one.

        Args:
            params: Hyperparameters.
            parts: `x`, `y`, perhaps `weight` and, for validation, `x_val`, `y_val`, `weight_val`.
            callbacks: Keras callbacks.
            seed: Order of the rows.
            epochs: Epochs to run; all by default.
            checkpoints: Folder of the file from which the training goes on, or None.
        """
        hp = self._hyperparameters(params, seed=seed)
        return self._train(hp, parts, callbacks, seed=seed, epochs=epochs, checkpoints=checkpoints)

    def _hyperparameters(self, params: Mapping[str, Any], *, seed: int) -> TrialHyperParameters:
        from tuning.keras_tuner.hyperparameters import TrialHyperParameters

        return TrialHyperParameters(params, self.asked, seed=seed)

    def _train(
        self,
        hp: TrialHyperParameters,
        parts: Parts,
        callbacks: Sequence[Any],
        *,
        seed: int,
        epochs: int | None = None,
        checkpoints: Path | None = None,
        kept: KeptTrainers | None = None,
    ) -> Any:
        """Trains; `kept` are the trainers of earlier trials, one of which may be used again."""
        from pipelines.training.tensorflow.single_replica import skip_reduction
        from tuning.keras_tuner.hyperparameters import build_function, fit_model, overrides_fit

        register(self.registered)
        model = build_function(self.hypermodel)(hp)
        batch_size = int(hp.values.get("batch_size", self.batch_size))
        validation = _validation(parts)
        weight = row_weights(self.class_weight, parts["y"], parts.get("weight"))
        count = epochs or self.epochs
        if overrides_fit(self.hypermodel):
            arguments: dict[str, Any] = {"validation_data": validation, "epochs": count}
            arguments |= {"callbacks": list(callbacks), "verbose": 0}
            if weight is not None:
                arguments["sample_weight"] = weight
            skip_reduction(model)
            found = fit_model(self.hypermodel, hp, model, parts["x"], parts["y"], **arguments)
            self._tell(found, callbacks)
            return model
        from pipelines.training.tensorflow.trainer import Trainer

        feed = _feed(parts["x"], parts["y"], weight, batch_size=batch_size, seed=seed)
        held_out = None
        if validation is not None:
            held_out = _feed(*validation, batch_size=256, shuffle=False)
        if kept is None:
            trainer = Trainer(model, feed, validation=held_out)
        else:
            facts = [str(self.arrays), batch_size]
            trainer = kept.trainer(model, feed, validation=held_out, data=facts)
        # With what `hp` drew while it built. Each fold has a seed of its own.
        checkpoint = self._checkpoint(checkpoints, hp.values, seed, count, batch_size)
        trainer.fit(epochs=count, callbacks=callbacks, checkpoint=checkpoint)
        return trainer.model

    def _checkpoint(self, folder: Path | None, *facts: Any) -> Checkpoint | None:
        """Where a training goes on when another process begins it again."""
        if folder is None:
            return None
        own = [self.arrays.name, f"{self.class_weight}", self.code]
        return training_checkpoint(folder, [*facts, *own])

    def _tell(self, found: Any, callbacks: Sequence[Any]) -> None:
        """Reports what `fit` returned where it told no callback of its epochs."""
        from pipelines.training.reporting import EpochMemory

        for memory in callbacks:
            if isinstance(memory, EpochMemory) and not memory.epochs:
                epochs = returned_epochs(found, self.metric, named=self.named)
                for number, metrics in enumerate(epochs):
                    memory.on_epoch_end(number, metrics)


def _validation(parts: Parts) -> tuple[Any, ...] | None:
    """`(x, y)` or `(x, y, sample_weight)` of the validation rows, as Keras' `fit` takes them."""
    names = [f"{name}_val" for name in ("x", "y", "weight")]
    return tuple(parts[name] for name in names if name in parts) or None


def _feed(x: Any, y: Any, weight: Any = None, **options: Any) -> ArrayFeed:
    from pipelines.inputs.feeds import ArrayFeed

    return ArrayFeed(x, y, sample_weight=weight, **options)
