"""Saves a trained model with its preprocessing, and logs both to MLflow."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.installed import pinned
from pipelines.serving.bundle import Bundle
from pipelines.serving.files import CONFIG_FILE, MODEL_FILE, input_kind_of

if TYPE_CHECKING:
    import keras

    from pipelines.training.experiment import Experiment
    from tuning.tracking import Run
    from tuning.tracking.models import LoggedModel

SERVING_CODE = Path(__file__).parents[1] / "serving" / "pyfunc_model.py"
_REQUIREMENTS = ("keras-cookbook", "keras", "tensorflow-cpu", "tensorflow", "numpy", "pandas")


def save_model(experiment: Experiment, model: keras.Model, directory: Path) -> Path:
    """Saves a model and its preprocessing.

    Args:
        experiment: What the model belongs to.
        model: The trained model.
        directory: Folder for the files; made when missing.

    Returns:
        Path of the `.keras` file; it appears only when it is complete.
    """
    directory.mkdir(parents=True, exist_ok=True)
    (directory / CONFIG_FILE).write_text(_config(experiment), encoding="utf-8")
    partial = directory / f"partial-{MODEL_FILE}"
    model.save(partial)
    return partial.replace(directory / MODEL_FILE)


def served_example(experiment: Experiment, model: keras.Model) -> tuple[Any, Any]:
    """A few raw inputs and the model's answers, while the model is in memory.

    Args:
        experiment: What the model belongs to.
        model: The trained model.
    """
    bundle = Bundle(model, json.loads(_config(experiment)))
    example = experiment.task.raw_example()
    return example, bundle.predict(example)


def _config(experiment: Experiment) -> str:
    """The preprocessing, and how new files are read, as JSON."""
    config = experiment.task.serving_config()
    if experiment.dataset.schema is not None:
        schema = experiment.dataset.schema
        config |= {"target": schema.target, "target_decimal": schema.target_decimal}
    if file := experiment.dataset.options.get("file"):
        config["file"] = file
    return json.dumps(config, indent=1)


def log_model(
    run: Run,
    example: tuple[Any, Any],
    path: Path,
    *,
    register: str | None = None,
    alias: str | None = None,
) -> LoggedModel:
    """Logs a saved model to MLflow so that it takes raw input.

    Args:
        run: The run that it belongs to.
        example: A few raw inputs, and the model's answers, for the signature; without answers
            (None) the model is loaded, which takes TensorFlow's seconds.
        path: What `save_model` returned.
        register: Name in the model registry.
        alias: Alias of the registered version, for example `"champion"`.

    Returns:
        Where the model is.
    """
    from tuning.tracking import log_python_model

    inputs, outputs = example
    if outputs is None:
        outputs = Bundle.load(path.parent).predict(inputs)
    config = path.parent / CONFIG_FILE
    with warnings.catch_warnings():
        # Whole numbers are seeds here, and a seed is never missing.
        warnings.filterwarnings("ignore", "Hint: Inferred schema contains integer", UserWarning)
        return log_python_model(
            run,
            code_path=SERVING_CODE,
            artifacts={"model": path, "config": config},
            signature=(inputs, outputs),
            # A file that pandas reads has whole numbers and texts where training has fractions.
            any_columns=input_kind_of(json.loads(config.read_text(encoding="utf-8"))) == "tabular",
            input_example=inputs,
            pip_requirements=pinned(_REQUIREMENTS),
            register=register,
            alias=alias,
        )
