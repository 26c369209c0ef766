"""Plans a search from a `build(hp)` function and arrays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.datasets.fingerprint import content_digest
from pipelines.jobs.fingerprint import choice_of, common_facts, identified
from pipelines.jobs.keras_tuner.code import code_digest
from pipelines.jobs.keras_tuner.fit_probe import fit_probe
from pipelines.jobs.keras_tuner.objective import BuildObjective, BuildPlan, split_rows
from pipelines.jobs.metric_names import wants_latency
from pipelines.jobs.plan import as_fixed, first_tried
from pipelines.jobs.request import DEFAULT_TRIALS
from pipelines.jobs.schema import Job, check_job
from tuning import SearchSettings, Space
from tuning.storage.studies import check_study

DEFAULT_EPOCHS, DEFAULT_BATCH = 15, 32
_SEVERAL = ("x", "y", "x_val", "y_val")


def plan_build(
    hypermodel: Any,
    data: tuple[Any, ...],
    *,
    root: str | Path = "mlruns",
    test: tuple[Any, Any] | None = None,
    batch_size: int = DEFAULT_BATCH,
    **options: Any,
) -> BuildPlan:
    """Finds the space of a `build(hp)` function and stores the arrays for the workers.

    Args:
        hypermodel: A function `build(hp)` that returns a compiled model, or a `HyperModel`.
        data: `(x, y)`, of which a fifth is held out, or `(x, y, x_val, y_val)`.
        root: Folder of the embedded stores.
        test: `(x, y)` that is looked at once, after the search.
        batch_size: Rows a step, unless the function has a parameter `batch_size`.
        **options: Keys of a job, for example `trials`, `strategy`, `epochs`, `study`, `metric`
            with `direction`, `folds`, `seeds` for the final test, `set` and `space` for
            parameters that the function asks `hp` for.

    Raises:
        ValueError: If an option or the data is wrong.
    """
    from tuning.keras_tuner.hyperparameters import build_model, overrides_fit, space_from_build

    if len(data) not in (2, 4):
        raise ValueError(
            f"`data` is (x, y) or (x, y, x_val, y_val). Got a tuple of {len(data)} items."
        )
    job = _job(hypermodel, options)
    folds, seeds = job.folds, job.seeds
    if folds is not None and len(data) == 4:
        raise ValueError(
            "`folds` divide the rows themselves: give `data` as (x, y), without validation rows. "
            f"Got folds={folds} and a tuple of 4 items."
        )
    if seeds > 1 and test is None and job.stages != "auto":
        raise ValueError(
            "`seeds` are for the final test or for `stages='auto'`. "
            f"Got seeds={seeds} without `test`: give test=(x, y)."
        )
    probe = fit_probe(hypermodel, *data[:2]) if overrides_fit(hypermodel) else None
    found = space_from_build(hypermodel, after_build=probe)
    space = found.override(job.space).override(as_fixed(job.params))
    metric = None
    if not job.objective:
        model, _ = build_model(hypermodel, space.defaults)
        metric = main_metric(model)
    epochs = job.epochs or DEFAULT_EPOCHS
    fingerprint = content_digest(*map(np.asarray, data))
    facts = {
        "objective": f"build {_name(hypermodel)}",
        "code": code_digest(hypermodel),
        "data fingerprint": fingerprint,
        "batch_size": batch_size,
        "epochs": epochs,
        "folds": folds,
    }
    settings = _settings(space, job, facts, metric=metric, root=root)
    arrays = _arrays(settings, data, fingerprint=fingerprint, whole=folds is not None)
    check_study(settings, space)
    if not arrays.exists():
        _store(arrays, data, seed=settings.seed, whole=folds is not None)
    name, direction = settings.metrics[0]
    build = BuildObjective(
        hypermodel=hypermodel,
        arrays=arrays,
        metric=name,
        maximize=direction == "maximize",
        epochs=epochs,
        batch_size=batch_size,
        folds=folds,
        latency=wants_latency(settings),
    )
    return BuildPlan(
        build=build,
        space=space,
        settings=settings,
        test=test,
        seeds=seeds,
        registration=job.registration,
        fingerprint=fingerprint,
        tested_on=None if test is None else content_digest(*map(np.asarray, test)),
    )


def main_metric(model: Any) -> tuple[str, str]:
    """Validation accuracy where the model was compiled with an accuracy, else the loss.

    Args:
        model: A compiled Keras model.
    """
    compiled = model.get_compile_config() or {}
    text = json.dumps(compiled.get("metrics"), default=str).lower()
    return ("val_accuracy", "maximize") if '"acc' in text else ("val_loss", "minimize")


def _name(hypermodel: Any) -> str:
    return getattr(hypermodel, "__name__", None) or type(hypermodel).__name__


def _job(hypermodel: Any, options: dict[str, Any]) -> Job:
    keys = {"recipe": _name(hypermodel), **options}
    if not {"trials", "stages", "timeout"} & keys.keys() and keys.get("strategy") != "grid":
        keys["trials"] = DEFAULT_TRIALS
    return check_job(keys)


def _settings(
    space: Space,
    job: Job,
    facts: dict[str, Any],
    *,
    metric: tuple[str, str] | None,
    root: str | Path,
) -> SearchSettings:
    settings = job.settings(
        study=str(job.recipe), metrics=(metric,) if metric else (), budget=DEFAULT_EPOCHS, root=root
    )
    facts = {**facts, **common_facts(settings)}
    settings = identified(settings, facts, space=space, choice=choice_of(job))
    if settings.strategy == "grid":
        return settings
    # KerasTuner, too, begins with the defaults.
    return first_tried(settings, space.defaults)


def _arrays(
    settings: SearchSettings, data: tuple[Any, ...], *, fingerprint: str, whole: bool
) -> Path:
    """Where the arrays lie: the file's name says what is in it, so that it is never outdated."""
    held_out = settings.seed if len(data) == 2 and not whole else None
    content = content_digest(fingerprint, held_out, whole)
    return settings.directory / f"arrays-{content[:12]}.npz"


def _store(path: Path, data: tuple[Any, ...], *, seed: int, whole: bool) -> None:
    if whole:
        parts = dict(zip(_SEVERAL[:2], map(np.asarray, data), strict=True))
    elif len(data) == 2:
        parts = split_rows(*data, seed=seed)
    else:
        parts = dict(zip(_SEVERAL, map(np.asarray, data), strict=True))
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name("partial.npz")
    np.savez(partial, **parts)  # type: ignore[arg-type]
    partial.replace(path)
