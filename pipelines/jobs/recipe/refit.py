"""What the end of a search trains, in the workers: they have TensorFlow already.

A refit asks, after its training and before it opens the test split, whether it may go on; the
process that holds the end of the study then records that the split is read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from pipelines.jobs.checkpoints import training_checkpoint
from pipelines.jobs.mlflow.delivery import RECIPE, Delivery
from pipelines.jobs.recipe.refit_files import keep_predictions
from pipelines.jobs.trial import RECIPE_MODULES
from pipelines.recipes.recipe import Recipe
from pipelines.training.data import DataRequest
from pipelines.training.kept_files import KeptFiles, kept_files
from tuning import Context
from tuning.workers.calls import ASK
from tuning.workers.context import RESUMED

if TYPE_CHECKING:
    import keras

    from pipelines.jobs.candidates import Candidate
    from pipelines.training.checkpoint import Checkpoint
    from pipelines.training.experiment import Experiment

REPORTS, HISTORY, SCORES_APART = "reports", "history", "scores_apart"  # notes
AVERAGED = "averaged"  # note: numbers of the trials, with more than one
PASSED_OVER = "passed_over"  # note: why, to the numbers of the trials
OTHER_FORM, DIVERGED = "prepared in another way", "diverged"
REASON = "the end of a search"


@dataclass(frozen=True, kw_only=True)
class RecipeRefit:
    """Trains hyperparameters on training and validation rows, and predicts the test rows.

    Attributes:
        recipe: What is trained.
        data: Its data.
        registration: How MLflow registers the model that is kept; None for one that is not kept.
        scores_apart: Whether to compute the scores that hyperparameters ask for apart.
        checkpoints: Folder of the file from which it goes on when its process died, or None. The
            file stays, as the other refits may still train.
        average: How many candidates the model is the average of, at least 1.
        others: What may be averaged beside the hyperparameters, the best first. Those that
            prepare inputs or outputs in another way, or diverge, are passed over.
    """

    recipe: Recipe
    data: DataRequest
    registration: Mapping[str, Any] | None = None
    scores_apart: bool = False
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
        test = dataset.test.open(REASON)
        predictions = experiment.task.predict(model, test.x)
        keep_predictions(predictions, context.directory)
        if self.scores_apart:  # which may take longer than the training
            context.annotate(SCORES_APART, experiment.task.scores_apart(model, test))
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
        passed: dict[str, list[int | None]] = {}
        for other in self.others:
            if len(models) + 1 >= self.average:
                break
            experiment = Experiment(self.recipe, other.params, winner.dataset, seed=winner.seed)
            if _form(experiment) != _form(winner):
                passed.setdefault(OTHER_FORM, []).append(other.trial)
                continue
            model, history = self._train(experiment, context, epochs=other.epochs)
            # With more rows it may diverge, and one number that is none spoils the average.
            if np.isfinite(history["loss"][-1]):
                models.append(model)
                trials.append(other.trial)
            else:
                passed.setdefault(DIVERGED, []).append(other.trial)
        if trials:
            context.annotate(AVERAGED, trials)
        if passed:
            context.annotate(PASSED_OVER, passed)
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
