"""What the end of a search trains and computes, in the workers: they have TensorFlow already.

A refit asks, after its training and before it opens the test split, whether it may go on; the
process that holds the end of the study then records that the split is read.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from pipelines.jobs.checkpoints import training_checkpoint
from pipelines.jobs.mlflow.delivery import RECIPE, Delivery
from pipelines.jobs.trial import RECIPE_MODULES
from pipelines.jobs.verdict import FinalScores, judge
from pipelines.recipes.recipe import Recipe
from pipelines.training.data import DataRequest
from pipelines.training.kept_files import KeptFiles, kept_files
from tuning import Context
from tuning.workers.calls import ASK
from tuning.workers.context import RESUMED

if TYPE_CHECKING:
    import keras

    from pipelines.datasets.containers import Split
    from pipelines.jobs.candidates import Candidate
    from pipelines.training.checkpoint import Checkpoint
    from pipelines.training.experiment import Experiment

REPORTS, HISTORY, SCORES, NOTES = "reports", "history", "scores", "dataset_notes"  # notes
AVERAGED = "averaged"  # note: numbers of the trials, with more than one
_REASON = "the end of a search"
_PREDICTIONS = "predictions.npy"
_TICK = 0.02


@dataclass(frozen=True, kw_only=True)
class RecipeRefit:
    """Trains hyperparameters on training and validation rows, and predicts the test rows.

    Attributes:
        recipe: What is trained.
        data: Its data.
        registration: How MLflow registers the model that is kept; None for one that is not kept.
        checkpoints: Folder of the file from which it goes on when its process died, or None. The
            file stays, as the other refits may still train.
        average: How many candidates the model is the average of, at least 1.
        others: What may be averaged beside the hyperparameters, the best first. Those that
            prepare inputs or outputs in another way, or diverge, are passed over.
    """

    recipe: Recipe
    data: DataRequest
    registration: Mapping[str, Any] | None = None
    checkpoints: Path | None = None
    average: int = 1
    others: tuple[Candidate, ...] = ()
    preload: ClassVar[tuple[str, ...]] = RECIPE_MODULES

    def __call__(self, params: dict[str, Any], context: Context) -> dict[str, float]:
        """Trains for the epochs of the context's budget; files go to its directory.

        Args:
            params: Hyperparameters.
            context: Seed, epochs, folder, and the question whether the test split may be read.
        """
        from pipelines.training.experiment import Experiment

        dataset = self.data.load()
        experiment = Experiment(self.recipe, params, dataset, seed=context.seed)
        model, history = self._train(experiment, context, epochs=context.budget)
        beside = self._beside(experiment, context)
        if beside:
            model = experiment.task.average([model, *beside])
        context.report(1, {ASK: 1.0})
        test = dataset.test.open(_REASON)
        predictions = experiment.task.predict(model, test.x)
        _keep_predictions(predictions, context.directory)
        if self.registration is not None:
            kept = kept_files(experiment, model, test=test, predictions=predictions)
            self._keep(experiment, model, history, kept, folder=context.directory)
            context.annotate(REPORTS, kept.reports)
            context.annotate(HISTORY, history)
        return {}

    def _train(
        self, experiment: Experiment, context: Context, *, epochs: int | None
    ) -> tuple[keras.Model, dict[str, list[float]]]:
        checkpoint = self._checkpoint(experiment, epochs)
        found = experiment.train(epochs=epochs, with_validation=True, checkpoint=checkpoint)
        if checkpoint is not None and checkpoint.epoch:
            context.annotate(RESUMED, checkpoint.epoch)
        return found

    def _beside(self, winner: Experiment, context: Context) -> list[keras.Model]:
        """Models of the best others that take and give what the winner does."""
        from pipelines.training.experiment import Experiment

        models: list[keras.Model] = []
        trials: list[int | None] = []
        for other in self.others:
            if len(models) + 1 >= self.average:
                break
            experiment = Experiment(self.recipe, other.params, winner.dataset, seed=winner.seed)
            if _form(experiment) != _form(winner):
                continue
            model, history = self._train(experiment, context, epochs=other.epochs)
            # With more rows it may diverge, and one number that is none spoils the average.
            if np.isfinite(history["loss"][-1]):
                models.append(model)
                trials.append(other.trial)
        if trials:
            context.annotate(AVERAGED, trials)
        return models

    def _checkpoint(self, experiment: Experiment, epochs: int | None) -> Checkpoint | None:
        if self.checkpoints is None:
            return None
        return training_checkpoint(self.checkpoints, [*experiment.facts, epochs])

    def _keep(
        self,
        experiment: Experiment,
        model: keras.Model,
        history: Mapping[str, Sequence[float]],
        kept: KeptFiles,
        *,
        folder: Path,
    ) -> None:
        """Writes the model, and beside it what MLflow gets."""
        from pipelines.figures import history_figure
        from pipelines.training.saving import save_model, served_example

        dataset = experiment.dataset
        delivery = Delivery(
            kind=RECIPE,
            dataset=dataset.name,
            fingerprint=dataset.fingerprint,
            registration=dict(self.registration or {}),
        )
        figures = {"refit_history": history_figure(history), **kept.figures}
        example = served_example(experiment, model)
        delivery.keep(folder, example, figures=figures, texts=kept.texts)
        save_model(experiment, model, folder)


def _form(experiment: Experiment) -> tuple[Any, ...]:
    """How raw inputs reach a model, how its outputs are read, and how many there are."""
    return experiment.task.serving_config(), getattr(experiment.task, "outputs", None)


@dataclass(frozen=True, kw_only=True)
class RecipeComparison:
    """Scores winner, default hyperparameters and a simple method on the same test rows.

    It may begin when the refits do: it waits for what they predict, and scores that while they
    still draw figures.

    Attributes:
        recipe: What was trained.
        data: Its data.
        seed: Of the job.
        metrics: Metrics with their directions; the first one that the test has decides.
        winners: Folders of the winner's refits, one for each seed.
        defaults: Those of the default hyperparameters; empty when the winner has these itself.
    """

    recipe: Recipe
    data: DataRequest
    seed: int
    metrics: tuple[tuple[str, str], ...]
    winners: tuple[Path, ...]
    defaults: tuple[Path, ...]
    preload: ClassVar[tuple[str, ...]] = RECIPE_MODULES

    def __call__(self, params: dict[str, Any], context: Context) -> dict[str, float]:
        """Notes the scores.

        Args:
            params: The winner's hyperparameters.
            context: Takes the notes.
        """
        from pipelines.training.experiment import Experiment

        dataset = self.data.load()
        experiment = Experiment(self.recipe, params, dataset, seed=self.seed)
        ours = _predictions(self.winners)
        theirs = _predictions(self.defaults) or ours
        # Only now: that the test rows are read was recorded before a refit predicted them.
        scores = self._scores(experiment, ours, theirs, test=dataset.test.open(_REASON))
        context.annotate(SCORES, scores.to_dict())
        context.annotate(NOTES, list(dataset.notes))
        return {}

    def _scores(
        self,
        experiment: Experiment,
        ours: Sequence[np.ndarray],
        theirs: Sequence[np.ndarray],
        *,
        test: Split,
    ) -> FinalScores:
        task, main_metric = experiment.task, experiment.entry.main_metric
        asked = [(name.removeprefix("val_"), how) for name, how in self.metrics]
        names = [name for name, _ in asked]
        baseline = task.baseline(test)
        found = judge(
            ours,
            theirs,
            test.y,
            # A thousand draws of the test rows are measured: no more metrics than may decide.
            measure=lambda predictions, y: task.scores(predictions, y, names),
            metrics=(*asked, main_metric),
            baseline=baseline,
        )
        return replace(
            found,
            test_metrics=task.scores(ours[0], test.y),
            default_metrics=task.scores(theirs[0], test.y),
            baseline_metrics=task.scores(baseline[1], test.y),
        )


def _keep_predictions(predictions: np.ndarray, folder: Path) -> None:
    """Writes predictions as a file that appears only when it is complete."""
    partial = folder / f"partial-{_PREDICTIONS}"
    np.save(partial, predictions)
    partial.replace(folder / _PREDICTIONS)


def _predictions(folders: Sequence[Path]) -> list[np.ndarray]:
    """What refits predict, as soon as they have; a refit that fails ends this process as well."""
    files = [folder / _PREDICTIONS for folder in folders]
    while not all(file.exists() for file in files):
        time.sleep(_TICK)
    return [np.load(file, allow_pickle=False) for file in files]
