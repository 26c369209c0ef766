"""Which metrics a trial of a recipe returns, known before anything heavy is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cookbook._names import unknown_name
from pipelines.hyperparameters.families import family_of
from pipelines.jobs.latency import LATENCY
from pipelines.tasks.registry import task_entry

if TYPE_CHECKING:
    from pipelines.recipes.recipe import Recipe
    from tuning import SearchSettings

OF_EVERY_TRIAL = ("best_epoch", "parameters")


def metrics_of_epochs(recipe: Recipe) -> set[str]:
    """What epochs of a recipe report, some only when a search asks; of a task or of every task.

    The data of a recipe may decide its task.

    Args:
        recipe: What is trained.

    Example:
        >>> from pipelines.recipes.registry import load_recipe
        >>> sorted(metrics_of_epochs(load_recipe("digits-cnn")))
        ['accuracy', 'loss', 'val_accuracy', ..., 'val_roc_auc', 'val_top_5_accuracy']
    """
    entries = [task_entry(task) for task in recipe.tasks]
    return set().union(*(entry.reported | entry.on_request for entry in entries))


def scores_on_request(recipe: Recipe, settings: SearchSettings) -> tuple[str, ...]:
    """Metrics that epochs report because a search asks for them, without the prefix `val_`.

    Args:
        recipe: What is trained.
        settings: Metrics and constraints of the search.
    """
    known = set().union(*(task_entry(task).on_request for task in recipe.tasks))
    asked = {name.removesuffix("_std") for name in settings.returned} & known
    return tuple(sorted(name.removeprefix("val_") for name in asked))


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
    if any(task_entry(task).latency for task in recipe.tasks):
        names.add(LATENCY)
    return names if folds is None else names | {f"{name}_std" for name in names}


# They decide the unit of what a regression is trained on.
_TARGETS = ("target_transform", "target_outliers")


def check_metric_names(recipe: Recipe, settings: SearchSettings, *, folds: int | None) -> None:
    """Refuses a metric or a constraint that no trial of a recipe would return.

    Args:
        recipe: What is trained.
        settings: Metrics and constraints of the search.
        folds: Folds of the cross-validation, or None.

    Raises:
        ValueError: If a name is unknown, the first metric is none that an epoch reports, or
            different losses would be compared by their values.
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
    losses = [name for name in recipe.space.searched if "loss" in (name, family_of(name))]
    if losses and first.removeprefix("val_") == "loss":
        others = ", ".join(sorted(of_epochs - {"loss", "val_loss"}))
        raise ValueError(
            "Values of different losses cannot be compared, and each trial has its own. Got the "
            f"metric {first!r} with {', '.join(losses)} in the space: take one of {others}."
        )
    shapes = [name for name in recipe.space.searched if name in _TARGETS]
    if shapes and first.removeprefix("val_") == "loss":
        others = ", ".join(sorted(of_epochs - {"loss", "val_loss", "mae", "rmse"}))
        raise ValueError(
            "Each transformation of the target has a unit of its own, in which epochs report the "
            f"loss. Got the metric {first!r} with {', '.join(shapes)} in the space: take one of "
            f"{others}, which are in the target's unit."
        )


def wants_latency(settings: SearchSettings) -> bool:
    """Whether a search looks at how long predictions take; only then it is measured."""
    return any(name.removesuffix("_std") == LATENCY for name in settings.returned)
