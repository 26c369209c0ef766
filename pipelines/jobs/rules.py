"""Which keys of a job belong together and which exclude each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuning.space.space import Space

if TYPE_CHECKING:
    from pipelines.jobs.schema import Job


def check_together(job: Job) -> None:
    """Checks what no key alone can say.

    Args:
        job: The job, each of whose keys is correct by itself.

    Raises:
        ValueError: If keys are missing beside others, or exclude each other.
    """
    if (job.recipe is None) == (job.function is None):
        raise ValueError("a job needs either `recipe` or `function`.")
    if job.function is not None:
        _check_function(job)


def _check_function(job: Job) -> None:
    if not job.space:
        raise ValueError("a job with `function` needs its `space`.")
    Space(job.space).override({name: {"fixed": v} for name, v in job.params.items()})
    if not job.objective:
        raise ValueError(
            "a job with `function` needs its `objective`: the name of a metric that it returns, "
            "with `maximize` or `minimize`."
        )
    if job.data is not None:
        raise ValueError(
            "`data` are for a recipe; a function reads its own. Got them beside "
            f"function={job.function!r}."
        )
    if job.seeds > 1 and job.stages != "auto":
        raise ValueError(
            "`seeds` are for the final refit of a recipe or for `stages: auto`; a function "
            f"is not refitted. Got seeds={job.seeds}: add a confirming stage with "
            "`repeats`."
        )
    if job.average > 1:
        raise ValueError(
            "`average` is of refitted trials of a recipe; a function is not refitted. Got "
            f"average={job.average}: leave it out."
        )
    if job.register_as is not None:
        raise ValueError(
            "`register` is for the refitted winner of a recipe; a function is not "
            "refitted, so there is no model to register."
        )
