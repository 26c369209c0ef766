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
    if (job.metric is None) != (job.direction is None):
        raise ValueError("`metric` and `direction` go together.")
    if job.metrics and job.metric is not None:
        raise ValueError("`metric` and `metrics` exclude each other.")
    if job.epochs is not None and job.budget is not None and job.epochs != job.budget:
        raise ValueError("`epochs` and `budget` mean the same: give one of them.")


def _check_function(job: Job) -> None:
    if not job.space:
        raise ValueError("a job with `function` needs its `space`.")
    Space(job.space).override(job.set)
    if not job.metrics and job.metric is None:
        raise ValueError("a job with `function` needs `metric` and `direction`.")
    if job.seeds > 1 and job.stages != "auto":
        raise ValueError(
            "`seeds` are for the final refit of a recipe or for `stages: auto`; a function "
            f"is not refitted. Got seeds={job.seeds}: add a confirming stage with "
            "`repeats`."
        )
    if job.register_as is not None:
        raise ValueError(
            "`register` is for the refitted winner of a recipe; a function is not "
            "refitted, so there is no model to register."
        )
