"""From a job to a search that is ready to run."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.jobs.checkpoints import checkpoints_folder, kept_apart
from pipelines.jobs.fingerprint import choice_of, common_facts, identified
from pipelines.jobs.function.target import FunctionTarget
from pipelines.jobs.recipe.target import RecipeTarget

if TYPE_CHECKING:
    from pipelines.jobs.options import JobOptions
    from pipelines.jobs.schema import Job
    from pipelines.jobs.target import Target
    from tuning import SearchSettings, Space


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A search that is ready to run.

    Attributes:
        target: What it is about.
        settings: How it is run.
        choice: What a made name of the study holds beside the fingerprint; None for a given name.
    """

    target: Target
    settings: SearchSettings
    choice: Mapping[str, Any] | None = None

    def identified(self) -> Plan:
        """The plan with what its data and its store alone can tell.

        That is the fingerprint and name of its study, and where its checkpoints are.

        Raises:
            DataError: If the data are missing, damaged or inconsistent.
            StoreError: If checkpoints are kept, and the store cannot be used.
        """
        facts = self.target.fingerprint(self.settings) | common_facts(self.settings)
        settings = identified(self.settings, facts, space=self.target.space, choice=self.choice)
        return dataclasses.replace(self, settings=kept_apart(settings))


def plan_job(
    job: Job, *, root: str | Path = "mlruns", data_dir: str | None = None, tiny: bool = False
) -> Plan:
    """Resolves a job; nothing heavy is imported, and the data need not be here.

    Args:
        job: The job.
        root: Folder of the embedded stores.
        data_dir: Folder of downloaded datasets.
        tiny: A few rows and epochs of a recipe.

    Raises:
        ValueError: If the recipe, a hyperparameter, a metric or a setting is wrong.
    """
    if job.function is not None:
        if tiny:
            raise ValueError("`tiny` is for recipes. Give the function a smaller budget.")
        return plan_target(FunctionTarget.of(job), job, root=root)
    return plan_target(RecipeTarget.of(job, data_dir=data_dir, tiny=tiny), job, root=root)


def plan_target(target: Target, job: JobOptions, *, root: str | Path = "mlruns") -> Plan:
    """The plan of a search about a target.

    Args:
        target: What it is about.
        job: Everything else.
        root: Folder of the embedded stores.

    Raises:
        ValueError: If a setting is wrong, or makes no sense for the target.
    """
    settings = job.settings(
        study=target.name, metrics=target.metrics, budget=target.budget, root=root
    )
    if (folder := checkpoints_folder()) is not None:
        settings = settings.changed(checkpoints=folder)
    target.check(settings)
    defaults, known = target.default_point, settings.warm_start
    if defaults:
        points = [beside_defaults(target.space, defaults, point) for point in known.points]
        # A grid has its own order, and the defaults need not lie on it.
        if settings.strategy != "grid":
            points.insert(0, dict(defaults))
        settings = settings.changed(warm_start=known.model_copy(update={"points": tuple(points)}))
    return Plan(target=target, settings=settings, choice=choice_of(job))


def beside_defaults(
    space: Space, defaults: Mapping[str, Any], point: Mapping[str, Any]
) -> dict[str, Any]:
    """A known point that says only what differs from the defaults, as a whole point.

    Args:
        space: The space.
        defaults: Its default point.
        point: Some values of another one.

    Example:
        >>> from tuning import Float, Int, Space
        >>> space = Space({"units": Int(8, 64), "rate": Float(0.0, 1.0)})
        >>> beside_defaults(space, {"units": 8, "rate": 0.5}, {"units": 32})
        {'units': 32, 'rate': 0.5}
    """
    whole = {**defaults, **point}
    inactive = [n for n in defaults if n not in point and not space.is_active(n, whole)]
    return {name: value for name, value in whole.items() if name not in inactive}
