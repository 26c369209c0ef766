"""The end of a search: refit the winner, look at the test split once, say what it means."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines.datasets.containers import Dataset, Split
from pipelines.evaluation import Interval, Measure, metric_interval
from pipelines.hyperparameters.families import with_changes
from pipelines.jobs.mlflow.delivery import RECIPE, Delivery
from pipelines.jobs.repeats import difference_over_seeds, refit_seeds, spread
from pipelines.recipes.recipe import Recipe
from pipelines.training.data import data_text
from pipelines.training.experiment import Experiment
from tuning import JobError
from tuning.storage.records import COMPLETE

if TYPE_CHECKING:
    from pipelines.jobs.mlflow.review import Review
    from pipelines.jobs.plan import RecipePlan
    from tuning import SearchResult
    from tuning.engine.ending import StudyEnding
    from tuning.storage.records import TrialRecord


SAME = "The winner is the default hyperparameters: the search found nothing better."


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A set of hyperparameters with the epochs that its validation found best."""

    params: Mapping[str, Any]
    epochs: int


@dataclass(frozen=True, kw_only=True)
class FinalScores:
    """What the one look at the test split showed.

    Attributes:
        metric: The metric that the verdict is about.
        test_metrics: The winner's test metrics.
        interval: 95 % interval of its `metric` over the draw of the test rows.
        default_metrics: Test metrics of the recipe's default hyperparameters.
        difference: 95 % interval of winner minus default on the same rows.
        baseline: Name of a simple method.
        baseline_metrics: Its test metrics.
        verdict: What this means, in one sentence.
        test_rows: Size of the test split.
        over_seeds: With several seeds, `winner` and `default` with `values`, `mean` and
            `deviation` of the metric; the figures above are those of the first seed, whose
            model is kept, but `difference` and verdict are about the means.
    """

    metric: str
    test_metrics: Mapping[str, float]
    interval: Interval
    default_metrics: Mapping[str, float]
    difference: Interval
    baseline: str
    baseline_metrics: Mapping[str, float]
    verdict: str
    test_rows: int
    over_seeds: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as the study stores them."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class Refit:
    """A trained model with its experiment and the training curve."""

    model: Any
    experiment: Experiment
    history: Mapping[str, list[float]]


def winner(plan: RecipePlan, found: SearchResult) -> Candidate:
    """The best trial with the epochs at which its validation was best."""
    best = found.best
    if best is None:
        raise JobError("No trial of the study is complete: there is nothing to refit.")
    return Candidate(params={**plan.fixed, **best.params}, epochs=epochs_of(best, _planned(plan)))


def default_candidate(plan: RecipePlan, found: SearchResult) -> Candidate:
    """The recipe's defaults, with the epochs that their own trial found where there is one."""
    own = record_at(found, plan.default_point)
    return Candidate(params=dict(plan.fixed), epochs=epochs_of(own, _planned(plan)))


def _planned(plan: RecipePlan) -> int:
    return int({**plan.recipe.defaults, **plan.fixed}["epochs"])


def record_at(found: SearchResult, point: Mapping[str, Any]) -> TrialRecord | None:
    """The first trial at a point, or None."""
    return next((r for r in found.records if r.params and dict(r.params) == point), None)


def epochs_of(record: TrialRecord | None, planned: int) -> int:
    """The epochs at which a trial's validation was best.

    Args:
        record: The trial; one that is missing or not complete has found nothing.
        planned: The epochs then.
    """
    if record is None or record.state != COMPLETE:
        return planned
    # With cross-validation it is the mean over the folds.
    return max(1, round(record.metrics.get("best_epoch", planned)))


def are_equal(recipe: Recipe, one: Candidate, other: Candidate) -> bool:
    """Whether two candidates are one and the same training."""
    resolved = [
        json.dumps([with_changes(recipe.defaults, c.params), c.epochs], sort_keys=True, default=str)
        for c in (one, other)
    ]
    return resolved[0] == resolved[1]


def refit(recipe: Recipe, candidate: Candidate, dataset: Dataset, *, seed: int) -> Refit:
    """Trains a candidate on training and validation rows for the epochs that were found.

    Args:
        recipe: What is trained.
        candidate: Hyperparameters and epochs.
        dataset: Its data; the test split stays sealed.
        seed: The job's seed.
    """
    experiment = Experiment(recipe, candidate.params, dataset, seed=seed)
    model, history = experiment.train(epochs=candidate.epochs, with_validation=True)
    return Refit(model=model, experiment=experiment, history=history)


def compare_on_test(
    winners: Sequence[Refit], defaults: Sequence[Refit], test: Split, recipe: Recipe
) -> FinalScores:
    """Scores winner, default hyperparameters and a simple baseline on the same test rows.

    Args:
        winners: The refitted winner, once per seed.
        defaults: The refitted default hyperparameters; the same models when the winner has
            these hyperparameters itself.
        test: The opened test split.
        recipe: Names the metric and its direction.

    Returns:
        The scores with their intervals and a verdict.
    """
    task, main_metric = winners[0].experiment.task, winners[0].experiment.entry.main_metric
    ours = [fitted.experiment.task.predict(fitted.model, test.x) for fitted in winners]
    theirs = ours
    if defaults is not winners:
        theirs = [fitted.experiment.task.predict(fitted.model, test.x) for fitted in defaults]
    return judge(
        ours,
        theirs,
        test.y,
        measure=task.measure,
        metrics=((recipe.metric.removeprefix("val_"), recipe.direction), main_metric),
        baseline=task.baseline(test),
    )


def judge(
    ours: Sequence[np.ndarray],
    theirs: Sequence[np.ndarray],
    y: Any,
    *,
    measure: Measure,
    metrics: Sequence[tuple[str, str]],
    baseline: tuple[str, np.ndarray],
) -> FinalScores:
    """Compares the predictions of winner, defaults and a simple method on the same rows.

    Args:
        ours: Predictions `[rows, ...]` of the winner, once per seed.
        theirs: Those of the defaults; `ours` itself when the winner has these hyperparameters.
        y: Targets `[rows, ...]`, or None where the predictions say everything.
        measure: `(predictions, y) -> metrics`.
        metrics: Metrics with their directions; the first one that is measured decides.
        baseline: Name and predictions of the simple method.

    Returns:
        The scores with their intervals and a verdict.
    """
    same = theirs is ours
    scores, default_scores = ([measure(one, y) for one in found] for found in (ours, theirs))
    metric, direction = next(known for known in metrics if known[0] in scores[0])
    # A language model's targets are its inputs: rows of scores are drawn, without targets.
    targets = np.zeros(len(ours[0])) if y is None else np.asarray(y)
    difference = Interval(0.0, 0.0)
    if not same:
        difference = difference_over_seeds(measure, ours, theirs, targets, metric=metric)
    over_seeds = {
        "winner": spread([score[metric] for score in scores]),
        "default": spread([score[metric] for score in default_scores]),
    }
    return FinalScores(
        metric=metric,
        test_metrics=scores[0],
        interval=metric_interval(measure, ours[0], targets, metric=metric),
        default_metrics=default_scores[0],
        difference=difference,
        baseline=baseline[0],
        baseline_metrics=measure(baseline[1], y),
        verdict=SAME if same else verdict(difference, maximize=direction == "maximize"),
        test_rows=len(ours[0]),
        over_seeds=over_seeds if len(ours) > 1 else {},
    )


def verdict(difference: Interval, *, maximize: bool) -> str:
    """Says whether the winner beats the default hyperparameters by more than noise.

    Args:
        difference: 95 % interval of winner minus default.
        maximize: Whether larger is better.

    Example:
        >>> verdict(Interval(-0.01, 0.02), maximize=True)
        'The winner is not better than the default hyperparameters by more than the noise.'
    """
    low, high = (
        (difference.low, difference.high) if maximize else (-difference.high, -difference.low)
    )
    if low > 0:
        return "The winner is better than the default hyperparameters beyond the noise."
    if high < 0:
        return "The winner is worse than the default hyperparameters: keep the defaults."
    return "The winner is not better than the default hyperparameters by more than the noise."


def finish_recipe(
    plan: RecipePlan, found: SearchResult, review: Review, ending: StudyEnding
) -> dict[str, Any]:
    """Refits winner and defaults, opens the test split, saves and logs the winner."""
    from pipelines.figures import history_figure
    from pipelines.training.saving import save_model

    dataset = plan.data.load()
    chosen, standard = winner(plan, found), default_candidate(plan, found)
    seeds = refit_seeds(plan.settings.seed, plan.seeds)
    winners = [refit(plan.recipe, chosen, dataset, seed=seed) for seed in seeds]
    defaults = winners
    if not are_equal(plan.recipe, chosen, standard):
        defaults = [refit(plan.recipe, standard, dataset, seed=seed) for seed in seeds]
    reads = ending.record_reading()  # also one that is never heard of again
    test = dataset.test.open("the end of a search")
    scores = compare_on_test(winners, defaults, test, plan.recipe)
    fitted = winners[0]
    path = save_model(fitted.experiment, fitted.model, plan.settings.directory)
    figures = fitted.experiment.task.figures(fitted.model, test)
    texts = dict(fitted.experiment.task.notes(fitted.model))
    if text := data_text(dataset):
        texts["data.txt"] = text
    delivery = Delivery(
        kind=RECIPE,
        dataset=dataset.name,
        fingerprint=dataset.fingerprint,
        registration=dict(plan.registration),
    )
    delivery.keep(
        path.parent,
        fitted.experiment.task.raw_example(),
        figures={"refit_history": history_figure(fitted.history), **figures},
        texts=texts,
    )
    review.keep(delivery, path.parent)
    return {
        **scores.to_dict(),
        "trials": found.n_trials,
        "best_trial": found.best_trial,
        "epochs": chosen.epochs,
        "seeds": plan.seeds,
        **found.choice,
        "notes": list(dataset.notes),
        "model_path": str(path),
        # A study that was continued is tested again: the reader must know how often.
        "test_reads": reads,
    }
