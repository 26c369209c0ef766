"""`pipelines.tune`: the same search from a script or notebook as from the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pipelines.hyperparameters.kinds import plain
from pipelines.jobs.plan import Plan, plan_job
from pipelines.jobs.progress import SearchProgress
from pipelines.jobs.request import make_job
from pipelines.jobs.result import TuneResult
from pipelines.jobs.run import OnProgress, run_plan
from pipelines.jobs.schema import Job
from pipelines.jobs.words import check_words
from pipelines.progress_bar import Verbose
from pipelines.recipes.registry import load_recipe
from pipelines.training.own_data import data_options
from tuning import Progress


def tune(  # noqa: PLR0913 - the words of a person, by keyword
    about: str | Path | Job | Callable[..., Any],
    /,
    data: Any = None,
    *,
    target: str | None = None,
    trials: int | None = None,
    params: Mapping[str, Any] | None = None,
    objective: Any = None,
    epochs: int | None = None,
    validation_data: Any = None,
    test_data: Any = None,
    class_weight: Any = None,
    steps_per_epoch: int | None = None,
    validation_steps: int | None = None,
    root: str | Path = "mlruns",
    data_dir: str | Path | None = None,
    tiny: bool = False,
    tracking: str | bool | None = None,
    verbose: Verbose = "auto",
    on_progress: OnProgress | None = None,
    **options: Any,
) -> TuneResult:
    """Searches hyperparameters, refits the winner and tests it once.

    Calling it again with the same arguments continues an interrupted search, and only reads a
    finished one. With other data, or another value that decides the numbers of a trial, it is
    another study; under the name of an old one (`study`) it is refused.

    Args:
        about: Name of a recipe, path of a job file (`.yaml`), a `pipelines.Job`, or a
            KerasTuner-style `build(hp)` function or `HyperModel`.
        data: For a `build(hp)` function its arrays `(x, y)` or `(x, y, sample_weight)`, also
            dictionaries and tuples of arrays, or batches: a `tf.data.Dataset`, a
            `keras.utils.PyDataset`, a generator with `steps_per_epoch`; a fifth is held out
            unless there is `validation_data`. For a generic recipe what `pipelines.train` takes:
            a file or folder; a DataFrame, with `target`; `(x, y)` with rows, images, texts or
            sentences; or `{"path": ...}` of any of these with the options of its reader.
        target: Column of a table that is predicted, for a generic recipe.
        trials: Trials the study has in the end; 24 when nothing else ends the search.
        params: Hyperparameters that are fixed instead of searched, for example
            `{"batch_size": 64}`.
        objective: The metric that is improved: `"val_accuracy"`, or `("steps", "minimize")` where
            its name does not say what is better, or a list of them (Pareto). By default that of
            the recipe, or of the compiled model.
        epochs: Most epochs of a trial.
        validation_data: `(x, y)` beside the arrays of a `build(hp)` function.
        test_data: `(x, y)` that is looked at once, after the search of a `build(hp)` function.
        steps_per_epoch: How many batches of a generator are read; every trial sees these rows.
        validation_steps: The same of a generator in `validation_data`.
        class_weight: Of a `build(hp)` function: `"balanced"`, or class numbers to weights of
            their training rows, as Keras' `fit` takes them. Recipes have it among their `params`.
        root: Folder of the embedded stores.
        data_dir: Folder of downloaded datasets; `None` takes `COOKBOOK_DATA`.
        tiny: A few rows and epochs, to see whether it runs at all.
        tracking: MLflow store or server; `None` takes the job's, or the embedded one;
            `False` for none.
        verbose: `"auto"` shows progress in a terminal and in a notebook; `True` writes lines
            elsewhere too, `False` shows nothing.
        on_progress: Receives snapshots of the search.
        **options: Further keys of a job (docs/tuning.md), for example `strategy="tpe"`,
            `space={"units": {"int": [16, 64]}}`, `workers=2`, `seed=0`.

    Returns:
        `best_params`, `best_value`, `leaderboard()`, `trials` (a DataFrame), `test_metrics`,
        `predict(rows)`, `model()`, `run_url`; a notebook shows it with a table and a picture.

    Raises:
        TypeError: If an argument is unknown; KerasTuner's and Optuna's words name ours.
        ValueError: If the recipe or the data are wrong.
        JobError: If a value is wrong, the study named is of another job, or every trial fails in
            the same way.
    """
    test_data = options.pop("test", test_data)  # its name in version 0.1.0
    check_words(options, model=Job)
    given = {"trials": trials, "params": params, "objective": objective, "epochs": epochs}
    keys = plain({name: value for name, value in given.items() if value is not None} | options)
    of_arrays = {
        "validation_data": validation_data,
        "test_data": test_data,
        "class_weight": class_weight,
        "steps_per_epoch": steps_per_epoch,
        "validation_steps": validation_steps,
    }
    if not isinstance(about, str | Path | Job):
        from pipelines.jobs.keras_tuner.plan import plan_build

        if tiny:
            raise ValueError("`tiny` is for recipes. Give build(hp) fewer rows and epochs.")
        if target is not None:
            raise ValueError(
                f"`target` is for recipes. Got target={target!r} for build(hp): give arrays (x, y)."
            )
        plan = plan_build(about, data, root=root, **of_arrays, **keys)
        return _run(plan, tracking=tracking, verbose=verbose, on_progress=on_progress)
    _refuse_for_recipes(of_arrays)
    job = job_of(about, data, target=target, root=Path(root), keys=keys)
    folder = None if data_dir is None else str(data_dir)
    plan = plan_job(job, root=root, data_dir=folder, tiny=tiny)
    chosen = job.tracking if tracking is None else tracking
    return _run(plan, tracking=chosen, verbose=verbose, on_progress=on_progress)


def _run(
    plan: Plan, *, tracking: str | bool | None, verbose: Verbose, on_progress: OnProgress | None
) -> TuneResult:
    with SearchProgress(verbose=verbose) as shown:

        def watch(progress: Progress) -> None:
            shown.update(progress)
            if on_progress is not None:
                on_progress(progress)

        return run_plan(plan, tracking=tracking, on_progress=watch, on_note=shown.note)


def _refuse_for_recipes(of_arrays: Mapping[str, Any]) -> None:
    """Names what is for `build(hp)` functions alone."""
    for name, value in of_arrays.items():
        if value is None:
            continue
        if name == "class_weight":
            raise ValueError(
                "`class_weight` is for a build(hp) function. Recipes have it as a hyperparameter: "
                f"params={{'class_weight': {value!r}}}."
            )
        raise ValueError(f"`{name}` is for a build(hp) function; a recipe divides its own data.")


def job_of(
    about: str | Path | Job,
    data: Any,
    *,
    root: Path,
    target: str | None = None,
    keys: Mapping[str, Any] | None = None,
) -> Job:
    """The job of a call, with data in memory as files.

    Args:
        about: Name of a recipe, path of a job file, or a job.
        data: As `tune` takes it for recipes, or None.
        root: Folder of the embedded stores.
        target: Column that is predicted, or None.
        keys: Further keys of the job.

    Raises:
        ValueError: If the recipe or the data are wrong.
        JobError: If a key or a value is wrong.
    """
    job = make_job(about, keys or {})
    if data is None and target is None:
        return job
    if job.recipe is None:
        raise ValueError(f"`data` is for recipes. Got some for the job on {job.function}.")
    own = {"path": job.data} if isinstance(job.data, str) else dict(job.data or {})
    given = own if data is None else data
    options = data_options(load_recipe(job.recipe), given, target=target, root=root)
    return make_job(job, {"data": options})
