"""From a job to what the search needs: objective, space, settings, and what comes after."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pipelines.code_version import code_digest, source_file
from pipelines.datasets.registry import check_option_names
from pipelines.hyperparameters.families import with_changes
from pipelines.jobs.fingerprint import choice_of, common_facts, identified, recipe_facts
from pipelines.jobs.metric_names import check_metric_names, wants_latency
from pipelines.jobs.recipe.objective import RecipeObjective
from pipelines.jobs.recipe.space import with_space, without_fixed
from pipelines.recipes.registry import load_recipe
from pipelines.tasks.registry import TASKS, task_entry
from pipelines.training.checks import check_hyperparameters
from pipelines.training.data import DataRequest
from tuning import SearchSettings, Space, cross_validated
from tuning.tracking import Provenance, git_commit

if TYPE_CHECKING:
    from pipelines.jobs.mlflow.review import Review
    from pipelines.jobs.schema import Job
    from pipelines.recipes.recipe import Recipe
    from tuning import SearchResult
    from tuning.engine.ending import StudyEnding


class Plan(Protocol):
    """A search ready to run, and what comes after it.

    Attributes:
        space: What is searched.
        settings: How it is searched.
        last_step: What `finish` is about to do, for the user.
        seeds: With how many seeds the winner is refitted.
        tested_on: Fingerprint of test rows that are no part of the study's data, or None.
    """

    @property
    def space(self) -> Space:
        """The space."""

    @property
    def settings(self) -> SearchSettings:
        """The settings."""

    @property
    def last_step(self) -> str:
        """One line."""

    @property
    def seeds(self) -> int:
        """At least 1."""

    @property
    def tested_on(self) -> str | None:
        """64 hexadecimal digits, or None."""

    @property
    def objective(self) -> Any:
        """What a worker runs."""

    def prepared(self) -> Plan:
        """The plan with what only its data can tell: the facts and the name of its study."""

    def provenance(self) -> Provenance:
        """Commit, data and tags of the MLflow runs."""

    def finish(self, found: SearchResult, review: Review, ending: StudyEnding) -> dict[str, Any]:
        """What the study records as its result; has at least the number of `trials`."""


@dataclass(frozen=True, kw_only=True)
class RecipePlan:
    """A search over a recipe, ready to run.

    Attributes:
        recipe: What is tuned, in tiny mode with its tiny defaults.
        data: Its data.
        fixed: Hyperparameters that every trial shares.
        space: What is searched.
        settings: How it is searched.
        registration: `register` and `alias` of the winner, or empty.
        folds: Folds of the cross-validation in each trial, or None.
        seeds: With how many seeds winner and defaults are refitted.
        choice: What a made name of the study holds beside its facts; None for a given name.
        dataset: Name of the loaded data; None until the plan is `prepared`.
        fingerprint: Of the loaded data; None until then.
    """

    recipe: Recipe
    data: DataRequest
    fixed: Mapping[str, Any]
    space: Space
    settings: SearchSettings
    registration: Mapping[str, Any] = field(default_factory=dict)
    folds: int | None = None
    seeds: int = 1
    choice: Mapping[str, Any] | None = None
    dataset: str | None = None
    fingerprint: str | None = None
    tested_on: None = None
    last_step: str = "Refitting the best trial and the defaults on training and validation rows ..."

    @property
    def objective(self) -> Any:
        """What a worker runs."""
        name, direction = self.settings.metrics[0]
        one = RecipeObjective(
            recipe=self.recipe.name,
            data=self.data,
            metric=name,
            maximize=direction == "maximize",
            fixed=self.fixed,
            folds=self.folds,
            latency=wants_latency(self.settings),
        )
        return one if self.folds is None else cross_validated(one, self.folds)

    @property
    def default_point(self) -> dict[str, Any]:
        """The recipe's defaults inside the space: the first trial of every search."""
        return default_point(self.recipe, self.fixed, self.space)

    def prepared(self) -> RecipePlan:
        """Loads the data for their fingerprint; what a loader has decoded is kept on disk.

        Raises:
            DataError: If the data are missing, damaged or inconsistent.
        """
        dataset = self.data.load()
        facts = recipe_facts(
            self.recipe,
            self.data,
            fingerprint=dataset.fingerprint,
            fixed=self.fixed,
            space=self.space,
            folds=self.folds,
        )
        facts |= common_facts(self.settings)
        settings = identified(self.settings, facts, space=self.space, choice=self.choice)
        return dataclasses.replace(
            self, settings=settings, dataset=dataset.name, fingerprint=dataset.fingerprint
        )

    def provenance(self) -> Provenance:
        """The recipe as the experiment of the runs."""
        return Provenance(
            git_commit=git_commit(),
            dataset=self.dataset,
            fingerprint=self.fingerprint,
            experiment=self.recipe.name,
            tags={"recipe": self.recipe.name, "strategy": self.settings.strategy},
        )

    def finish(self, found: SearchResult, review: Review, ending: StudyEnding) -> dict[str, Any]:
        """Refits winner and defaults and looks at the test split once."""
        from pipelines.jobs.recipe.finish import finish_recipe

        return finish_recipe(self, found, review, ending)


def default_point(recipe: Recipe, fixed: Mapping[str, Any], space: Space) -> dict[str, Any]:
    """The defaults of the searched hyperparameters, or nothing if they lie outside the space.

    Args:
        recipe: Gives the defaults.
        fixed: Values that replace them.
        space: What is searched.
    """
    known = with_changes(recipe.defaults, fixed)
    point = {name: known[name] for name in space.searched if name in known}
    try:
        active = {name: value for name, value in point.items() if space.is_active(name, point)}
        return active if space.contains(space.complete(active)) else {}
    except ValueError:
        return {}


def plan_recipe(
    job: Job, *, root: str | Path = "mlruns", data_dir: str | None = None, tiny: bool = False
) -> RecipePlan:
    """Resolves a job on a recipe; nothing heavy is imported, and the data need not be here.

    Args:
        job: The job.
        root: Folder of the embedded stores.
        data_dir: Folder of downloaded datasets.
        tiny: A few rows and epochs.

    Raises:
        ValueError: If the recipe, a hyperparameter, a metric or a setting is wrong.
    """
    recipe = with_space(load_recipe(str(job.recipe)), job.space)
    fixed = {**(recipe.tiny if tiny else {}), **job.params}
    epochs = job.epochs
    if epochs:
        fixed["epochs"] = epochs
    check_hyperparameters(recipe, fixed)
    if job.folds is not None:
        _check_foldable(recipe)
    space = without_fixed(recipe.space, fixed)
    own = {"path": job.data} if isinstance(job.data, str) else job.data
    check_option_names(own or {})
    data = DataRequest.of(recipe, data_dir=data_dir, tiny=tiny, options=own)
    settings = job.settings(
        study=recipe.name,
        metrics=((recipe.metric, recipe.direction),),
        budget=int(fixed.get("epochs", recipe.defaults["epochs"])),
        root=root,
    )
    check_metric_names(recipe, settings, folds=job.folds)
    plan = RecipePlan(
        recipe=recipe,
        data=data,
        fixed=fixed,
        space=space,
        settings=settings,
        registration=job.registration,
        folds=job.folds,
        seeds=job.seeds,
        choice=choice_of(job),
    )
    if settings.strategy == "grid" or not plan.default_point:
        return plan
    return dataclasses.replace(plan, settings=first_tried(settings, plan.default_point))


def first_tried(settings: SearchSettings, point: Mapping[str, Any]) -> SearchSettings:
    """Settings whose search begins with a point, before the known ones of the job."""
    known = settings.warm_start
    points = (dict(point), *known.points)
    return settings.changed(warm_start=known.model_copy(update={"points": points}))


def _check_foldable(recipe: Recipe) -> None:
    if not all(task_entry(task).foldable for task in recipe.tasks):
        foldable = ", ".join(name for name, row in TASKS.items() if row.foldable)
        raise ValueError(
            f"`folds` divide rows that have one label or number each: the tasks {foldable}. The "
            f"recipe {recipe.name!r} is of the task {recipe.task}: leave `folds` out, it is "
            "validated on its validation split."
        )


@dataclass(frozen=True, kw_only=True)
class FunctionPlan:
    """A search over any Python function; there is nothing to refit or to test.

    Attributes:
        objective: `"module:attribute"`, or a callable.
        name: What the experiment of its runs is called.
        space: What is searched.
        settings: How it is searched.
    """

    objective: Any
    name: str
    space: Space
    settings: SearchSettings
    last_step: str = "Writing the result ..."
    seeds: int = 1
    tested_on: None = None

    def prepared(self) -> FunctionPlan:
        """The plan itself: what a function reads is its own affair."""
        return self

    def provenance(self) -> Provenance:
        """The function as the experiment of the runs."""
        return Provenance(git_commit=git_commit(), experiment=self.name.replace(":", "."))

    def finish(self, found: SearchResult, review: Review, ending: StudyEnding) -> dict[str, Any]:
        """The best trial."""
        return {"trials": found.n_trials, "best_trial": found.best_trial, **found.choice}


def plan_function(job: Job, *, root: str | Path = "mlruns") -> FunctionPlan:
    """Resolves a job on a function, which only the workers import."""
    objective: Any = str(job.function)
    if job.folds is not None:
        objective = cross_validated(objective, job.folds, budget=job.epochs)
    space = Space(job.space).override(as_fixed(job.params))
    settings = job.settings(study=str(job.function).replace(":", "."), root=root)
    file = source_file(str(job.function))
    facts = {
        "objective": f"function {job.function}",
        "code": None if file is None else code_digest(file),
        "epochs": job.epochs,
        "folds": job.folds,
        **common_facts(settings),
    }
    return FunctionPlan(
        objective=objective,
        name=str(job.function),
        space=space,
        settings=identified(settings, facts, space=space, choice=choice_of(job)),
    )


def as_fixed(params: Mapping[str, Any]) -> dict[str, Any]:
    """Values as dimensions that a space is overridden with."""
    return {name: {"fixed": value} for name, value in params.items()}


def plan_job(
    job: Job, *, root: str | Path = "mlruns", data_dir: str | None = None, tiny: bool = False
) -> Plan:
    """Resolves any job."""
    if job.function is not None:
        return plan_function(job, root=root)
    return plan_recipe(job, root=root, data_dir=data_dir, tiny=tiny)
