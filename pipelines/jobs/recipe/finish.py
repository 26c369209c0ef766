"""The end of a search over a recipe: refit, one look at the test split, what is kept."""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines.jobs import candidates
from pipelines.jobs.mlflow.delivery import RECIPE, Delivery
from pipelines.jobs.recipe.commands import train_command
from pipelines.jobs.verdict import judge
from pipelines.jobs.winner_evaluation import keep_evaluation
from pipelines.training.experiment import Experiment
from pipelines.training.kept_files import kept_files

if TYPE_CHECKING:
    from pipelines.datasets.containers import Dataset, Split
    from pipelines.jobs.mlflow.review import Review
    from pipelines.jobs.recipe.target import RecipeTarget
    from pipelines.jobs.verdict import FinalScores
    from pipelines.recipes.recipe import Recipe
    from tuning import SearchResult, SearchSettings
    from tuning.engine.ending import StudyEnding


@dataclass(frozen=True, kw_only=True)
class Refit:
    """A trained model with its experiment and the training curve."""

    model: Any
    experiment: Experiment
    history: Mapping[str, list[float]]


def finish_recipe(
    target: RecipeTarget,
    found: SearchResult,
    settings: SearchSettings,
    *,
    review: Review,
    ending: StudyEnding,
) -> dict[str, Any]:
    """Refits winner and defaults, opens the test split, saves and logs the winner.

    Args:
        target: What was searched.
        found: Its trials.
        settings: How it was searched.
        review: Takes the winner's model.
        ending: Records that the test rows are read.

    Returns:
        The result as the study records it.
    """
    from pipelines.training.saving import save_model

    dataset, chosen = target.data.load(), candidates.winner(target, found)
    seeds = candidates.refit_seeds(settings.seed, target.seeds)
    winners = [refit(target.recipe, chosen, dataset, seed=seed) for seed in seeds]
    defaults = winners
    if not candidates.is_same_point(target.space, chosen.params, target.default_point):
        standard = candidates.defaults(target, found, settings)
        defaults = [refit(target.recipe, standard, dataset, seed=seed) for seed in seeds]
    reads = ending.record_reading()  # also one that is never heard of again
    test = dataset.test.open("the end of a search")
    scores = compare_on_test(winners, defaults, test, metrics=(*settings.metrics, *target.metrics))
    path = save_model(winners[0].experiment, winners[0].model, settings.directory)
    _keep(target, winners[0], test, settings=settings, review=review)
    return {
        **scores.to_dict(),
        "trials": found.n_trials,
        "best_trial": found.best_trial,
        "epochs": chosen.epochs,
        "seeds": target.seeds,
        **found.choice,
        "notes": list(dataset.notes),
        "reproduce": train_command(target.recipe.name, chosen, json.loads(target.data.options)),
        "model_path": str(path),
        # A study that was continued is tested again: the reader must know how often.
        "test_reads": reads,
    }


def refit(recipe: Recipe, candidate: candidates.Candidate, dataset: Dataset, *, seed: int) -> Refit:
    """Trains a candidate on training and validation rows for the epochs that were found.

    Args:
        recipe: What is trained.
        candidate: Hyperparameters and epochs.
        dataset: Its data; the test split stays sealed.
        seed: Of this training.
    """
    experiment = Experiment(recipe, candidate.params, dataset, seed=seed)
    model, history = experiment.train(epochs=candidate.epochs, with_validation=True)
    return Refit(model=model, experiment=experiment, history=history)


def compare_on_test(
    winners: Sequence[Refit],
    defaults: Sequence[Refit],
    test: Split,
    *,
    metrics: Sequence[tuple[str, str]],
) -> FinalScores:
    """Scores winner, default hyperparameters and a simple baseline on the same test rows.

    Args:
        winners: The refitted winner, once per seed.
        defaults: The refitted default hyperparameters; the same models when the winner has
            these hyperparameters itself.
        test: The opened test split.
        metrics: Metrics with their directions; the first one that the test has decides.

    Returns:
        The scores with their intervals and a verdict.
    """
    task, main_metric = winners[0].experiment.task, winners[0].experiment.entry.main_metric
    ours = [fitted.experiment.task.predict(fitted.model, test.x) for fitted in winners]
    theirs = ours
    if defaults is not winners:
        theirs = [fitted.experiment.task.predict(fitted.model, test.x) for fitted in defaults]
    asked = [(name.removeprefix("val_"), how) for name, how in metrics]
    baseline = task.baseline(test)
    found = judge(
        ours,
        theirs,
        test.y,
        # A thousand draws of the test rows are measured: no more metrics than may decide.
        measure=functools.partial(task.scores, names=[name for name, _ in asked]),
        metrics=(*asked, main_metric),
        baseline=baseline,
    )
    return dataclasses.replace(
        found,
        test_metrics=task.scores(ours[0], test.y),
        default_metrics=task.scores(theirs[0], test.y),
        baseline_metrics=task.scores(baseline[1], test.y),
    )


def _keep(
    target: RecipeTarget, fitted: Refit, test: Split, *, settings: SearchSettings, review: Review
) -> None:
    """Keeps what the report and MLflow get, and gives the latter to the review."""
    from pipelines.figures import history_figure

    task, dataset = fitted.experiment.task, fitted.experiment.dataset
    kept = kept_files(fitted.experiment, fitted.model, test)
    keep_evaluation(settings, kept.reports, history=fitted.history)
    delivery = Delivery(
        kind=RECIPE,
        dataset=dataset.name,
        fingerprint=dataset.fingerprint,
        registration=dict(target.registration),
    )
    figures = {"refit_history": history_figure(fitted.history), **kept.figures}
    folder = settings.directory
    delivery.keep(folder, task.raw_example(), figures=figures, texts=kept.texts)
    review.keep(delivery, folder)
