"""From the command line or a Python call to a job."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines.comparisons.registry import comparison_names
from pipelines.jobs.schema import Job, check_job, load_job, merged
from pipelines.recipes.registry import load_recipe

DEFAULT_TRIALS = 24


def make_job(target: str | Path | Job, options: Mapping[str, Any]) -> Job:
    """The job that a target and further keys describe.

    Args:
        target: Name of a recipe, path of a job file, or a job.
        options: Keys of a job that replace those of the file.

    Raises:
        ValueError: If the recipe is unknown.
        JobError: If a key or a value is wrong; of a file the message begins with `file:line:`.
    """
    if isinstance(target, Job):
        given = target.model_dump(by_alias=True, exclude_unset=True)
        return check_job(merged(given, options))
    if str(target).endswith((".yaml", ".yml")):
        return load_job(target, overrides=options)
    if str(target) in comparison_names():
        raise ValueError(
            f"{target} is a comparison, which has no search space: `cookbook train {target}`."
        )
    return check_job(with_trials({"recipe": load_recipe(str(target)).name, **options}))


def with_trials(keys: Mapping[str, Any]) -> dict[str, Any]:
    """Keys of a job that says when it ends: after 24 trials where nothing else does."""
    ends = {"trials", "stages", "timeout"} & keys.keys() or keys.get("strategy") == "grid"
    return {**keys} if ends else {**keys, "trials": DEFAULT_TRIALS}
