"""Keras models as files and in MLflow: loaded in safe mode, in any process."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.serving.files import MODEL_FILE

if TYPE_CHECKING:
    import keras

    from tuning.tracking import Run
    from tuning.tracking.models import LoggedModel

SERVING_CODE = Path(__file__).with_name("pyfunc_keras.py")


def load_model_file(path: str | Path, *, compile: bool = True) -> keras.Model:
    """Loads a `.keras` file in Keras' safe mode; no code of the file is run.

    Losses, layers, optimizers and schedules of `cookbook` are known, also in a fresh process.

    Args:
        path: The file.
        compile: Whether to restore loss, metrics and optimizer too.

    Raises:
        ValueError: If it is of another format, such as HDF5 or a SavedModel, or the file needs
            classes of other packages that are not registered, or code.
    """
    if Path(path).suffix != ".keras":
        raise ValueError(
            f"A model is a `.keras` file. Got {str(path)!r}: other formats may run code when they "
            "are read; save it anew with model.save('NAME.keras')."
        )
    import keras

    from cookbook.saving import register

    register()
    return keras.saving.load_model(path, compile=compile, safe_mode=True)


def log_keras_model(
    run: Run,
    model: keras.Model,
    *,
    input_example: Any,
    pip_requirements: Sequence[str],
    name: str = "model",
    register: str | None = None,
    alias: str | None = None,
) -> LoggedModel:
    """Stores a Keras model with its signature at a run.

    MLflow's own format for Keras loads no class of other packages; so the model is logged with a
    small file of code that knows those of `cookbook`.

    Args:
        run: The run.
        model: A built model.
        input_example: A small batch that the model accepts, `float32[batch, ...]`, or a
            dictionary of such arrays for several inputs; the signature is read from it and the
            model's output, with any batch size.
        pip_requirements: What is needed to load it, for example `["keras==3.15.1"]`. MLflow
            would find out by loading the model in a new process, which takes 12 s.
        name: Name of the model at the run.
        register: Name in the model registry, or None.
        alias: Alias of the registered version, for example `"champion"`.

    Returns:
        Where the model is.

    Raises:
        ValueError: If an alias is given without a registered name.
        TrackingError: If MLflow does not accept it.
    """
    from tuning.tracking import log_python_model

    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        # MLflow would load the model to call it with an example, and a model with classes of the
        # user's own loads only where these are registered.
        warnings.filterwarnings("ignore", ".*input example was not provided", UserWarning)
        path = Path(folder) / MODEL_FILE
        model.save(path)
        return log_python_model(
            run,
            code_path=SERVING_CODE,
            artifacts={"model": path},
            signature=(input_example, model.predict(input_example, verbose=0)),
            pip_requirements=pip_requirements,
            name=name,
            register=register,
            alias=alias,
        )


def load_keras_model(tracking_uri: str, uri: str) -> keras.Model:
    """Loads the Keras model of any logged model, in Keras' safe mode.

    The `.keras` file is fetched and read by itself: neither MLflow's loaders nor code that is
    stored with the model run.

    Args:
        tracking_uri: The store.
        uri: `models:/<name>@<alias>`, `models:/<name>/<version>`, `runs:/<run id>/model`, or
            `LoggedModel.uri`.

    Raises:
        TrackingError: If there is no such model.
        ValueError: If it holds no `.keras` file.
    """
    from tuning.tracking import download_model

    with tempfile.TemporaryDirectory() as folder:
        found = sorted(download_model(tracking_uri, uri, folder).rglob("*.keras"))
        if len(found) != 1:
            raise ValueError(
                f"A logged Keras model holds one `.keras` file. Got {len(found)} in {uri!r}: it "
                "was logged in another way; load it with MLflow if you trust its code."
            )
        return load_model_file(found[0])
