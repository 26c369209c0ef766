"""`pipelines.tune`: the same search from a script or notebook as from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipelines.tuning_jobs.plan import plan_recipe
from pipelines.tuning_jobs.request import make_job
from pipelines.tuning_jobs.result import TuneResult
from pipelines.tuning_jobs.run import OnProgress, run_plan
from tuning import Job


def tune(
    target: str | Path | Job,
    *,
    root: str | Path = "mlruns",
    data_dir: str | Path | None = None,
    tiny: bool = False,
    on_progress: OnProgress | None = None,
    **options: Any,
) -> TuneResult:
    """Searches hyperparameters, refits the winner and tests it once.

    Calling it again with the same arguments continues an interrupted search, and only reads a
    finished one.

    Args:
        target: Name of a recipe, path of a job file (`.yaml`), or a `tuning.Job`.
        root: Folder of the embedded stores.
        data_dir: Folder of downloaded datasets; `None` takes `COOKBOOK_DATA`.
        tiny: A few rows and epochs, to see whether it runs at all.
        on_progress: Receives snapshots of the search.
        **options: Keys of a job (docs/jobs.md), for example `trials=24`, `strategy="tpe"`,
            `set={"epochs": 20}`, `workers=2`, `seed=0`, `tracking="http://..."`.

    Returns:
        `best_params`, `best_value`, `trials` (a DataFrame), `test_metrics`, `model()`, `run_url`.

    Raises:
        ValueError: If the recipe, a key or a value is wrong.
        JobError: If the job file is broken, or every trial fails in the same way.
    """
    job = make_job(target, options)
    directory = None if data_dir is None else str(data_dir)
    plan = plan_recipe(job, root=root, data_dir=directory, tiny=tiny)
    tracking = job.tracking if isinstance(job.tracking, str) else None
    return run_plan(plan, tracking_uri=tracking, on_progress=on_progress)
