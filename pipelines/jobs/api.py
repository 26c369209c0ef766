"""`pipelines.tune`: the same search from a script or notebook as from the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pipelines.jobs.plan import Plan, plan_job
from pipelines.jobs.request import make_job
from pipelines.jobs.result import TuneResult
from pipelines.jobs.run import OnProgress, run_plan
from pipelines.jobs.schema import Job


def tune(
    target: str | Path | Job | Callable[..., Any],
    data: tuple[Any, ...] | str | Path | Mapping[str, Any] | None = None,
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
        target: Name of a recipe, path of a job file (`.yaml`), a `pipelines.Job`, or a
            KerasTuner-style `build(hp)` function or `HyperModel`.
        data: For a `build(hp)` function its arrays: `(x, y)`, of which a fifth is held out, or
            `(x, y, x_val, y_val)`. For a generic recipe a file or folder of yours, or
            `{"path": ..., "target": ...}` with the options of its reader.
        root: Folder of the embedded stores.
        data_dir: Folder of downloaded datasets; `None` takes `COOKBOOK_DATA`.
        tiny: A few rows and epochs, to see whether it runs at all.
        tracking: MLflow store or server; `None` takes the job's, or the embedded one;
            `False` for none.
        on_progress: Receives snapshots of the search.
        **options: Keys of a job (docs/tuning.md), for example `trials=24`, `strategy="tpe"`,
            `set={"epochs": 20}`, `workers=2`, `seed=0`. With a `build(hp)` function also
            `batch_size` and `test=(x, y)`, rows that are looked at once.

    Returns:
        `best_params`, `best_value`, `trials` (a DataFrame), `test_metrics`, `model()`, `run_url`.

    Raises:
        ValueError: If the recipe or the data are wrong.
        JobError: If a key or a value is wrong, the study named is of another job, or every trial
            fails in the same way.
    """
    plan: Plan
    if isinstance(target, str | Path | Job):
        given = {} if data is None else {"data": _place(target, data)}
        job = make_job(target, {**options, **given})
        folder = None if data_dir is None else str(data_dir)
        plan = plan_job(job, root=root, data_dir=folder, tiny=tiny)
        chosen = job.tracking if tracking is None else tracking
        return run_plan(plan, tracking=chosen, on_progress=on_progress)
    if not isinstance(data, tuple):
        got = "no `data`" if data is None else f"`data` of type {type(data).__name__}"
        raise ValueError(
            "A build(hp) function is tuned on arrays: tune(build, (x, y)) or "
            f"tune(build, (x, y, x_val, y_val)). Got {got}."
        )
    if tiny:
        raise ValueError("`tiny` is for recipes. Give a build(hp) function fewer rows and epochs.")
    from pipelines.jobs.keras_tuner.plan import plan_build

    plan = plan_build(target, data, root=root, **options)
    return run_plan(plan, tracking=tracking, on_progress=on_progress)


def _place(target: str | Path | Job, data: Any) -> str | dict[str, Any]:
    """The `data` of a job: where a recipe's own rows lie."""
    if isinstance(data, Mapping):
        return dict(data)
    if isinstance(data, str | Path):
        return str(data)
    named = f"the job on {target.recipe or target.function}" if isinstance(target, Job) else target
    raise ValueError(
        "`data` of a recipe is a file, a folder or a dictionary with `path`; arrays are for a "
        f"build(hp) function: tune(build, (x, y)). Got {type(data).__name__} for {named}."
    )
