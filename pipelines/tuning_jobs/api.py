"""`pipelines.tune`: the same search from a script or notebook as from the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipelines.tuning_jobs.plan import Plan, plan_job
from pipelines.tuning_jobs.request import make_job
from pipelines.tuning_jobs.result import TuneResult
from pipelines.tuning_jobs.run import OnProgress, run_plan
from tuning import Job


def tune(
    target: str | Path | Job | Callable[..., Any],
    data: tuple[Any, ...] | None = None,
    *,
    root: str | Path = "mlruns",
    data_dir: str | Path | None = None,
    tiny: bool = False,
    tracking: str | bool | None = None,
    on_progress: OnProgress | None = None,
    **options: Any,
) -> TuneResult:
    """Searches hyperparameters, refits the winner and tests it once.

    Calling it again with the same arguments continues an interrupted search, and only reads a
    finished one. With other data, or another value that decides the numbers of a trial, it is
    another study; under the name of an old one (`study`) it is refused.

    Args:
        target: Name of a recipe, path of a job file (`.yaml`), a `tuning.Job`, or a
            KerasTuner-style `build(hp)` function or `HyperModel`.
        data: For a `build(hp)` function: `(x, y)`, of which a fifth is held out, or
            `(x, y, x_val, y_val)`.
        root: Folder of the embedded stores.
        data_dir: Folder of downloaded datasets; `None` takes `COOKBOOK_DATA`.
        tiny: A few rows and epochs, to see whether it runs at all.
        tracking: MLflow store or server; `None` takes the job's, or the embedded one;
            `False` for none.
        on_progress: Receives snapshots of the search.
        **options: Keys of a job (docs/tuning.md), for example `trials=24`, `strategy="tpe"`,
            `set={"epochs": 20}`, `workers=2`, `seed=0`. With `data` also `batch_size` and
            `test=(x, y)`, rows that are looked at once.

    Returns:
        `best_params`, `best_value`, `trials` (a DataFrame), `test_metrics`, `model()`, `run_url`.

    Raises:
        ValueError: If the recipe, a key or a value is wrong.
        JobError: If the job file is broken, the study named is of another job, or every trial
            fails in the same way.
    """
    plan: Plan
    if data is not None:
        from pipelines.tuning_jobs.build_api import plan_build

        plan = plan_build(target, data, root=root, **options)
        return run_plan(plan, tracking=tracking, on_progress=on_progress)
    if not isinstance(target, str | Path | Job):
        raise ValueError(
            "A build(hp) function is tuned on arrays: tune(build, (x, y)). Got no `data`."
        )
    job = make_job(target, options)
    folder = None if data_dir is None else str(data_dir)
    plan = plan_job(job, root=root, data_dir=folder, tiny=tiny)
    chosen = job.tracking if tracking is None else tracking
    return run_plan(plan, tracking=chosen, on_progress=on_progress)
