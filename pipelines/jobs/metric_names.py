"""Which metrics a trial of a recipe returns, known before anything heavy is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cookbook._names import unknown_name
from pipelines.jobs.latency import LATENCY
from pipelines.tasks.registry import reported_metrics

if TYPE_CHECKING:
    from pipelines.recipes.recipe import Recipe
    from tuning import SearchSettings

OF_EVERY_TRIAL = ("best_epoch", "parameters")
# Elsewhere a prediction is many calls, one for each token, or draws from noise.
_PREDICT_IN_ONE_CALL = {
    "image-classification",
    "table-classification",
    "table-regression",
    "text-classification",
}


def metrics_of_epochs(recipe: Recipe) -> set[str]:
    """What the epochs of a recipe report; where the data decide the task, that of every task.

    Args:
        recipe: What is trained.

    Example:
        >>> from pipelines.recipes.registry import load_recipe
        >>> sorted(metrics_of_epochs(load_recipe("digits-cnn")))
        ['accuracy', 'loss', 'val_accuracy', 'val_loss']
    """
    return set().union(*(reported_metrics(task) for task in recipe.tasks))


def metrics_of_trials(recipe: Recipe, *, folds: int | None = None) -> set[str]:
    """Names that a constraint or a metric of a search over a recipe may have.

    Args:
        recipe: What is trained.
        folds: Folds of the cross-validation, or None.

    Example:
        >>> from pipelines.recipes.registry import load_recipe
        >>> sorted(metrics_of_trials(load_recipe("digits-gan")) & {"parameters", "latency_ms"})
        ['parameters']
    """
    names = metrics_of_epochs(recipe).union(OF_EVERY_TRIAL)
    if _PREDICT_IN_ONE_CALL.intersection(recipe.tasks):
        names.add(LATENCY)
    return names if folds is None else names | {f"{name}_std" for name in names}


def check_metric_names(recipe: Recipe, settings: SearchSettings, *, folds: int | None) -> None:
    """Refuses a metric or a constraint that no trial of a recipe would return.

    Args:
        recipe: What is trained.
        settings: Metrics and constraints of the search.
        folds: Folds of the cross-validation, or None.

    Raises:
        ValueError: If a name is unknown, or the first metric is none that an epoch reports.
    """
    known = metrics_of_trials(recipe, folds=folds)
    for name in settings.returned:
        if name not in known:
            what = f"metric of the recipe {recipe.name!r}"
            raise ValueError(unknown_name(what, name, known))
    first, of_epochs = settings.metrics[0][0], metrics_of_epochs(recipe)
    if first not in of_epochs:
        raise ValueError(
            "The first metric decides which epoch of a trial counts, so every epoch must report "
            f"it: {', '.join(sorted(of_epochs))}. Got {first!r}: name it after one of these, or "
            "bound it by a constraint."
        )


def wants_latency(settings: SearchSettings) -> bool:
    """Whether a search looks at how long predictions take; only then it is measured."""
    return any(name.removesuffix("_std") == LATENCY for name in settings.returned)
