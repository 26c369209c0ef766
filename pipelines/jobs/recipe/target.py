"""A recipe as the target of a search: its space, its trials, its end."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from pipelines.datasets.registry import check_option_names
from pipelines.hyperparameters.families import with_changes
from pipelines.hyperparameters.notices import notices
from pipelines.jobs.fingerprint import recipe_facts
from pipelines.jobs.metric_names import check_metric_names, scores_on_request, wants_latency
from pipelines.jobs.recipe.objective import RecipeObjective
from pipelines.jobs.recipe.space import with_space, without_fixed
from pipelines.jobs.target import point_in
from pipelines.recipes.recipe import Recipe
from pipelines.recipes.registry import load_recipe
from pipelines.tasks.registry import TASKS, task_entry
from pipelines.training.checks import check_hyperparameters
from pipelines.training.data import DataRequest, said_of
from tuning import SearchSettings, Space, cross_validated
from tuning.tracking import Provenance, git_commit

if TYPE_CHECKING:
    from pipelines.jobs.mlflow.review import Review
    from pipelines.jobs.schema import Job
    from tuning import SearchResult
    from tuning.engine.ending import StudyEnding


@dataclass(frozen=True, kw_only=True)
class RecipeTarget:
    """A recipe with the values and ranges of a job.

    Attributes:
        recipe: Its defaults are the values of the job; its space is what is searched.
        data: Its data.
        folds: Folds of the cross-validation in each trial, or None.
        seeds: With how many seeds winner and defaults are refitted.
        average: How many of the best trials are refitted and averaged.
        registration: `register` and `alias` of the winner, or empty.
    """

    recipe: Recipe
    data: DataRequest
    folds: int | None = None
    seeds: int = 1
    average: int = 1
    registration: Mapping[str, Any] = field(default_factory=dict)
    tested_on: ClassVar[None] = None
    preload: ClassVar[tuple[str, ...]] = RecipeObjective.preload
    last_step: ClassVar[str] = (
        "Refitting the best trial and the defaults on training and validation rows ..."
    )

    @classmethod
    def of(cls, job: Job, *, data_dir: str | None = None, tiny: bool = False) -> RecipeTarget:
        """Resolves the recipe of a job; the data need not be here.

        Args:
            job: The job.
            data_dir: Folder of downloaded datasets.
            tiny: A few rows and epochs.

        Raises:
            ValueError: If the recipe, a hyperparameter or an option of the data is wrong.
        """
        recipe = load_recipe(str(job.recipe))
        own = {"path": job.data} if isinstance(job.data, str) else job.data
        check_option_names(own or {})
        data = DataRequest.of(recipe, data_dir=data_dir, tiny=tiny, options=own)
        if job.folds is not None:
            law = "`folds` divide rows that have one label or number each"
            way_out = "leave `folds` out, it is validated on its validation split"
            _check_one_row(recipe, law, way_out=way_out)
        if job.average > 1:
            law = "`average` is of models that give one row of numbers each"
            _check_one_row(recipe, law, way_out="leave `average` out")
        fixed = {**(recipe.tiny if tiny else {}), **job.params}
        if job.epochs:
            fixed["epochs"] = job.epochs
        return cls(
            recipe=with_values(with_space(recipe, job.space), fixed),
            data=data,
            folds=job.folds,
            seeds=job.seeds,
            average=job.average,
            registration=job.registration,
        )

    @property
    def name(self) -> str:
        """The recipe's name."""
        return self.recipe.name

    @property
    def space(self) -> Space:
        """What is searched of the recipe."""
        return self.recipe.space

    @property
    def metrics(self) -> tuple[tuple[str, str], ...]:
        """The recipe's metric."""
        return ((self.recipe.metric, self.recipe.direction),)

    @property
    def budget(self) -> int:
        """Epochs of a training."""
        return int(self.recipe.defaults["epochs"])

    @property
    def default_point(self) -> Mapping[str, Any] | None:
        """The defaults of the searched hyperparameters."""
        return point_in(self.space, self.recipe.defaults)

    def check(self, settings: SearchSettings) -> None:
        """Refuses metrics and constraints that no trial of the recipe returns."""
        check_metric_names(self.recipe, settings, folds=self.folds)

    @functools.cached_property
    def _loaded(self) -> tuple[str, str, tuple[str, ...]]:
        """Name and fingerprint of the data, and what is said of them; they are not kept here."""
        dataset = self.data.load()
        return dataset.name, dataset.fingerprint, said_of(dataset)

    @property
    def notices(self) -> tuple[str, ...]:
        """Of data of the user's own what was read, inferred and left out; of slow values."""
        read = self._loaded[2] if self.data.is_own else ()
        return (*read, *notices(self.recipe.defaults))

    def fingerprint(self, settings: SearchSettings) -> dict[str, Any]:
        """Recipe, data and the hyperparameters that are not searched."""
        facts = recipe_facts(self.recipe, self.data, fingerprint=self._loaded[1], folds=self.folds)
        # They were in standard deviations in earlier studies, which are others therefore.
        errors = {f"{split}{name}" for split in ("", "val_") for name in ("mae", "rmse")}
        if errors & set(settings.returned) and "table-regression" in self.recipe.tasks:
            facts["objective"] = f"{facts['objective']}, errors in the target's unit"
        return facts

    def objective(self, settings: SearchSettings) -> Any:
        """Trains the recipe, or its folds."""
        name, direction = settings.metrics[0]
        one = RecipeObjective(
            recipe=self.recipe,
            data=self.data,
            metric=name,
            maximize=direction == "maximize",
            folds=self.folds,
            latency=wants_latency(settings),
            scores=scores_on_request(self.recipe, settings),
        )
        return one if self.folds is None else cross_validated(one, self.folds)

    def provenance(self, settings: SearchSettings) -> Provenance:
        """The recipe as the experiment of the runs."""
        dataset, fingerprint, _ = self._loaded
        return Provenance(
            git_commit=git_commit(),
            dataset=dataset,
            fingerprint=fingerprint,
            experiment=self.recipe.name,
            tags={"recipe": self.recipe.name, "strategy": settings.strategy},
        )

    def finish(
        self, found: SearchResult, settings: SearchSettings, *, review: Review, ending: StudyEnding
    ) -> dict[str, Any]:
        """Refits winner and defaults and looks at the test split once."""
        from pipelines.jobs.recipe.finish import finish_recipe

        return finish_recipe(self, found, settings, review=review, ending=ending)


def with_values(recipe: Recipe, fixed: Mapping[str, Any]) -> Recipe:
    """The recipe with other values; what is fixed is not searched.

    Args:
        recipe: The recipe.
        fixed: Hyperparameters with one value.

    Raises:
        ValueError: If a hyperparameter is unknown, or a value out of its range.
    """
    check_hyperparameters(recipe, fixed)
    defaults = with_changes(recipe.defaults, fixed)
    return dataclasses.replace(recipe, defaults=defaults, space=without_fixed(recipe.space, fixed))


def _check_one_row(recipe: Recipe, law: str, *, way_out: str) -> None:
    """Refuses a recipe of a task whose rows have not one label or number each."""
    if not all(task_entry(task).foldable for task in recipe.tasks):
        taken = ", ".join(name for name, row in TASKS.items() if row.foldable)
        raise ValueError(
            f"{law}: the tasks {taken}. The recipe {recipe.name!r} is of the task {recipe.task}: "
            f"{way_out}."
        )
