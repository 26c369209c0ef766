"""What a study is of: the facts of a job, and the names of studies that nobody named.

Rules:
    1. The facts are what decides the numbers of a trial: what is trained, on which data, with
       which fixed values, for how long, and from which seed. `tuning.storage.studies.create_study`
       refuses a study with other facts.
    2. Data count with their content, not with their place: a file may move, its rows may not
       change.
    3. Strategy, pruner and stages are no facts: they choose the points and give up bad ones, and
       leave the numbers of a complete trial as they are.
    4. A study without a name of its own gets one from all of this, the strategy and pruner
       included: jobs that share a made name continue one another.
"""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pipelines.datasets.own_files import file_options
from pipelines.datasets.registry import entry
from pipelines.hyperparameters.options import default_values, is_training_name
from pipelines.recipes.registry import load_recipe

if TYPE_CHECKING:
    from pipelines.jobs.options import JobOptions
    from pipelines.recipes.recipe import Recipe
    from pipelines.training.data import DataRequest
    from tuning import SearchSettings, Space

# Keys of a job that decide which points are tried; `seeds` repeat points in `stages: auto` only.
_CHOICE = {"strategy", "strategy_options", "pruner", "pruner_options", "stages"}


def choice_of(job: JobOptions) -> dict[str, Any] | None:
    """What a made name holds beside the facts, or None for a job that names its study."""
    if job.study is not None:
        return None
    return job.model_dump(include=_CHOICE | ({"seeds"} if job.stages == "auto" else set()))


def identified(
    settings: SearchSettings,
    facts: Mapping[str, Any],
    *,
    space: Space,
    choice: Mapping[str, Any] | None,
) -> SearchSettings:
    """Settings that know what their study is of.

    Args:
        settings: The settings of the job; the beginning of a made name is their `study`.
        facts: What decides the numbers of a trial.
        space: What is searched.
        choice: From `choice_of`.
    """
    if choice is None:
        return settings.changed(facts=dict(facts))
    # A pruner that is named and the same one by default are one choice.
    chosen = {**choice, "pruner": settings.pruner}
    content = [facts, chosen, space.to_dict(), settings.metrics]
    digest = hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()
    name = made_prefix(settings) + digest[:6]
    return settings.changed(facts=dict(facts), study=name)


def made_prefix(settings: SearchSettings) -> str:
    """How every made name begins, whatever the facts are.

    Args:
        settings: The settings of the job, as `identified` takes them.
    """
    return f"{settings.study}-{settings.strategy}-"


def recipe_facts(
    recipe: Recipe, data: DataRequest, *, fingerprint: str, folds: int | None
) -> dict[str, Any]:
    """Facts of a search over a recipe, without those of its settings.

    Args:
        recipe: What is trained; its defaults of what is searched do not count.
        data: Which data.
        fingerprint: Of the loaded data: their content, and which row is in which split.
        folds: Folds of the cross-validation, or None.
    """
    return {
        "objective": f"recipe {recipe.name}",
        "dataset": data.name,
        "data options": _options(data),
        "data fingerprint": fingerprint,
        "hyperparameters": _fixed(recipe),
        "folds": folds,
    }


def _fixed(recipe: Recipe) -> dict[str, Any]:
    """What is not searched, without what a caller set to the value that any training has.

    A recipe whose defaults have changed goes on with its old studies this way: a study made
    before the recipe had a schedule equals one with `schedule: constant`.
    """
    fixed = {name: v for name, v in recipe.defaults.items() if name not in recipe.space}
    own = load_recipe(recipe.name).defaults
    changed = [name for name, v in fixed.items() if is_training_name(name) and own.get(name) != v]
    usual = default_values(recipe.builder, changed, fixed)
    return {name: v for name, v in fixed.items() if name not in usual or usual[name] != v}


def _options(data: DataRequest) -> dict[str, Any]:
    """What differs from the loader's defaults; what files hold counts, not where they lie."""
    given = json.loads(data.options)
    options = {k: v for k, v in given.items() if k not in file_options(data.name, given)}
    known = inspect.signature(entry(data.name).function()).parameters
    own = {k: v for k, v in options.items() if k not in known or known[k].default != v}
    others = {"split_seed": data.seed or None, "rows": data.rows}
    return own | {name: value for name, value in others.items() if value is not None}


def common_facts(settings: SearchSettings) -> dict[str, Any]:
    """Facts that are settings of every search."""
    constraints = [f"{name} {sign} {float(limit)}" for name, sign, limit in settings.constraints]
    return {"constraints": constraints, "seed": settings.seed}
