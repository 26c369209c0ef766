"""What a worker runs for one trial of a recipe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from pipelines.jobs.checkpoints import training_checkpoint
from pipelines.jobs.trial import RECIPE_MODULES, Trained, kept_trainers, run_trial
from pipelines.recipes.recipe import Recipe
from pipelines.training.data import DataRequest, cached_dataset
from tuning import Context, TrialError

if TYPE_CHECKING:
    from pipelines.datasets.containers import Dataset
    from pipelines.training.checkpoint import Checkpoint
    from pipelines.training.experiment import Experiment


@dataclass(frozen=True, kw_only=True)
class RecipeObjective:
    """Trains a recipe with a trial's parameters and returns its validation metrics.

    Attributes:
        recipe: What is trained; its defaults are what every trial shares.
        data: Which data to train on.
        metric: The metric whose best epoch counts.
        maximize: Whether larger is better.
        folds: Number of folds when the trials are cross-validated.
        latency: Whether a trial measures how long a prediction takes.
        scores: Further metrics of the validation rows that every epoch reports.
    """

    recipe: Recipe
    data: DataRequest
    metric: str
    maximize: bool
    folds: int | None = None
    latency: bool = False
    scores: tuple[str, ...] = ()
    preload: ClassVar[tuple[str, ...]] = RECIPE_MODULES

    def __call__(self, params: dict[str, Any], context: Context) -> dict[str, float]:
        """Runs one trial.

        Args:
            params: The trial's parameters.
            context: Seed, budget and the way to report.

        Returns:
            What `run_trial` returns.

        Raises:
            TrialError: If this combination of parameters cannot be built or diverges.
        """
        from pipelines.training.experiment import Experiment

        def train(callbacks: list[Any]) -> Trained:
            dataset = self._dataset(context)
            experiment = Experiment(self.recipe, params, dataset, seed=context.seed)
            model, _ = experiment.train(
                callbacks=callbacks,
                checkpoint=self._checkpoint(experiment, context),
                kept=kept_trainers(),
                scores=self.scores,
            )
            return model, lambda: experiment.first_batch()[0]

        try:
            return run_trial(
                train, context, metric=self.metric, maximize=self.maximize, latency=self.latency
            )
        except ValueError as error:
            raise TrialError(str(error)) from error

    def _dataset(self, context: Context) -> Dataset:
        if context.fold is None or self.folds is None:
            return cached_dataset(self.data)
        from pipelines.jobs.recipe.folds import fold_of

        return fold_of(self.data, context.fold, self.folds)

    def _checkpoint(self, experiment: Experiment, context: Context) -> Checkpoint | None:
        """Where this training goes on when another worker begins it again."""
        if context.checkpoints is None:
            return None
        fold = () if context.fold is None else (f"fold-{context.fold}",)
        marks = (*fold, *sorted(self.scores))
        return training_checkpoint(context.checkpoints, experiment.facts, marks=marks)
