"""From a `build(hp)` function and arrays to a search that is ready to run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipelines.jobs.keras_tuner.data import ArrayData
from pipelines.jobs.keras_tuner.target import HyperModelTarget
from pipelines.jobs.plan import Plan, plan_target
from pipelines.jobs.request import with_trials
from pipelines.jobs.schema import check_options


def plan_build(
    hypermodel: Any,
    data: Any,
    *,
    root: str | Path = "mlruns",
    validation_data: Any = None,
    test_data: Any = None,
    class_weight: Any = None,
    steps_per_epoch: int | None = None,
    validation_steps: int | None = None,
    **keys: Any,
) -> Plan:
    """Resolves a hypermodel; its arrays are not stored yet.

    Args:
        hypermodel: A function `build(hp)` that returns a compiled model, or a `HyperModel`.
        data: `(x, y)`, of which a fifth is held out, or `(x, y, x_val, y_val)`.
        root: Folder of the embedded stores.
        validation_data: `(x, y)` in place of the fifth.
        test_data: `(x, y)` that is looked at once, after the search.
        class_weight: `"balanced"`, or class numbers to weights, or None.
        steps_per_epoch: How many batches of a generator are read.
        validation_steps: The same of a generator of validation rows.
        **keys: Keys of a job, without those that say what it is about.

    Raises:
        ValueError: If the hypermodel, a key or the data is wrong.
        JobError: If a key or a value is wrong.
    """
    import keras

    if isinstance(hypermodel, keras.Model):
        raise ValueError(
            "A search builds a model for each trial. Got a model that is built already "
            f"({type(hypermodel).__name__}): give a function build(hp) that returns it, compiled."
        )
    if not callable(hypermodel) and not hasattr(hypermodel, "build"):
        raise ValueError(
            "What is tuned is the name of a recipe, a job file (.yaml), a Job, or a build(hp) "
            f"function. Got {type(hypermodel).__name__}."
        )
    arrays = ArrayData.of(
        data,
        validation_data=validation_data,
        test_data=test_data,
        steps_per_epoch=steps_per_epoch,
        validation_steps=validation_steps,
    )
    job = check_options(with_trials(keys))
    target = HyperModelTarget.of(hypermodel, arrays, job, class_weight=class_weight)
    return plan_target(target, job, root=root)
