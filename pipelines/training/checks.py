"""Checks hyperparameters from outside, before anything heavy is imported or written."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from pipelines.hyperparameters.families import with_changes
from pipelines.hyperparameters.kinds import check_kind
from pipelines.hyperparameters.options import TrainingOptions, is_training_name, split_parameters
from pipelines.inputs.presets import MIXES_LABELS, PRESETS, check_mask_augmentation
from pipelines.tasks.losses import chosen_loss
from pipelines.tasks.own_options import check_own_options
from pipelines.tasks.registry import task_entry
from pipelines.training.teachers import check_teacher

if TYPE_CHECKING:
    from pipelines.recipes.recipe import Recipe


def check_hyperparameters(recipe: Recipe, params: Mapping[str, Any]) -> None:
    """Refuses hyperparameters that a recipe does not know, or of a wrong kind or range.

    Keras is not imported where that is possible.

    Args:
        recipe: What is trained, as its file defines it.
        params: What a person gave, for example `{"epochs": 3}`.

    Raises:
        ValueError: If a name is unknown or a training option is of another kind or out of range.
    """
    for name, value in params.items():
        kind = _kinds().get(name, _number_of(recipe.defaults.get(name)))
        if kind is not None:
            check_kind(name, value, kind)
    check_own_options(params)
    options, _ = split_parameters(with_changes(recipe.defaults, params))
    check_teacher(options.teacher)
    _check_task(recipe, options, params)
    known = set(recipe.defaults) | set(recipe.space.dimensions)
    if all(name in known or is_training_name(name) for name in params):
        return
    from pipelines.hyperparameters.options import check_parameter_names

    # What the data's task does not take is refused when they are loaded.
    extra = [task_entry(name).load().extra_names for name in recipe.tasks]
    check_parameter_names(params, recipe.builder, extra=frozenset().union(*extra))


def _check_task(recipe: Recipe, options: TrainingOptions, params: Mapping[str, Any]) -> None:
    """Refuses a loss, or weights, that fit none of the tasks that a recipe may turn out to be."""
    refusals = []
    for name in recipe.tasks:
        try:
            task_entry(name).check_class_weight(params)
            task_entry(name).check_loss(options.loss)
            task_entry(name).check_images(options)
            task_entry(name).check_smoothing(options)
            if name == "segmentation":
                check_mask_augmentation(options.augment)
            if name.endswith("-classification"):
                mixed = {step["name"] for step in PRESETS.get(options.augment, ())}
                chosen_loss(options, soft_labels=bool(mixed & MIXES_LABELS))
        except ValueError as error:
            refusals.append(error)
    if len(refusals) == len(recipe.tasks):
        raise refusals[0]


@cache
def _kinds() -> dict[str, type]:
    return typing.get_type_hints(TrainingOptions)


def _number_of(default: Any) -> type | None:
    """The kind of a builder's argument, where its default says it without importing Keras."""
    return type(default) if isinstance(default, float | bool) else None
