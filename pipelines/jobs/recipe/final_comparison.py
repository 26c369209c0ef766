"""A search's winner on the test rows, beside the defaults and a simple method."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from pipelines.jobs.recipe.refit import REASON
from pipelines.jobs.recipe.refit_files import wait_for_predictions
from pipelines.jobs.trial import RECIPE_MODULES
from pipelines.jobs.verdict import FinalScores, judge
from pipelines.recipes.recipe import Recipe
from pipelines.training.data import DataRequest
from tuning import Context

if TYPE_CHECKING:
    from pipelines.datasets.containers import Split
    from pipelines.training.experiment import Experiment

SCORES, NOTES = "scores", "dataset_notes"  # notes


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
        ours = wait_for_predictions(self.winners)
        theirs = wait_for_predictions(self.defaults) or ours
        # Only now: that the test rows are read was recorded before a refit predicted them.
        scores = self._scores(experiment, ours, theirs, test=dataset.test.open(REASON))
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
        # On the rows of the refits: more of them would count for more than a better model.
        baseline = task.baseline(test, with_validation=True)
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
