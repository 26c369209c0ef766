"""Models in MLflow: saved as code, JSON and `.keras` files, never as pickles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuning.tracking.internals import log_into
from tuning.tracking.quiet import default_uris, tracking_errors

if TYPE_CHECKING:
    from tuning.tracking.runs import Run

_PICKLED = (".pkl", ".pickle", ".joblib", ".cloudpickle")


@dataclass(frozen=True, kw_only=True)
class LoggedModel:
    """A model in MLflow.

    Attributes:
        model_id: MLflow's id, `m-...`.
        uri: Address for loading it, `models:/m-...`.
        name: Registered name, or None.
        version: Version under that name, or None.
    """

    model_id: str
    uri: str
    name: str | None = None
    version: str | None = None


def log_python_model(
    run: Run,
    *,
    code_path: str | Path,
    artifacts: Mapping[str, str | Path],
    signature: Any,
    pip_requirements: Sequence[str],
    input_example: Any = None,
    name: str = "model",
    register: str | None = None,
    alias: str | None = None,
    any_columns: bool = False,
) -> LoggedModel:
    """Stores a model that is a Python file and the data files it reads, at a run.

    So a fitted preprocessing (JSON) travels with its `.keras` file. Nothing is pickled: loading
    runs the stored Python file, so load only models whose code you trust.

    Args:
        run: The run.
        code_path: A Python file that ends with `mlflow.models.set_model(...)` of a
            `mlflow.pyfunc.PythonModel`; it finds its files in `context.artifacts`.
        artifacts: Name to file or folder, copied into the model.
        signature: An `mlflow.models.ModelSignature`, or a pair of example input and output from
            which it is read.
        pip_requirements: What is needed to load it.
        input_example: Example input shown in the UI; MLflow calls the model with it once.
        name: Name of the model at the run.
        any_columns: Whether the input's columns take values of any type, because the model reads
            them itself: a whole number where the example has a fraction, a text where it may be
            one. MLflow refuses both otherwise.
        register: Name in the model registry, or None.
        alias: Alias of the registered version.

    Returns:
        Where the model is.

    Raises:
        ValueError: If an artifact is a pickle, or an alias is given without a registered name.
        TrackingError: If MLflow does not accept it.
    """
    for key, path in artifacts.items():
        if Path(path).suffix.lower() in _PICKLED:
            raise ValueError(
                "An artifact of a model must not be a pickle, which runs code when it is read. "
                f"Got {key}={Path(path).name!r}: store JSON, .npz or .keras."
            )
    with default_uris(run.tracker.tracking_uri) as mlflow:
        from mlflow.models import ModelSignature, infer_signature

        if not isinstance(signature, ModelSignature):
            signature = infer_signature(*signature)
        if any_columns:
            signature = _of_any_type(signature)
        return _log(
            mlflow,
            run,
            mlflow.pyfunc,
            name=name,
            register=register,
            alias=alias,
            arguments={
                "python_model": str(code_path),
                "artifacts": {key: str(path) for key, path in artifacts.items()},
                "signature": signature,
                "input_example": input_example,
                "pip_requirements": list(pip_requirements),
            },
        )


def _of_any_type(signature: Any) -> Any:
    """The signature with the same input columns, none of which has a type of its own."""
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, Schema
    from mlflow.types.schema import AnyType

    columns = [ColSpec(AnyType(), name, required=False) for name in signature.inputs.input_names()]
    return ModelSignature(inputs=Schema(columns), outputs=signature.outputs)


def describe_model(run: Run, model: LoggedModel, text: str) -> None:
    """Describes a registered model and its version; one without a registered name is left.

    Args:
        run: The run that it belongs to.
        model: What was logged.
        text: Markdown.

    Raises:
        TrackingError: If MLflow does not accept it.
    """
    if model.name is None or not text:
        return
    with tracking_errors(run.tracker.tracking_uri):
        client = run.tracker.client
        client.update_model_version(model.name, model.version, description=text)
        # Of its newest version: the page of the model shows no other.
        client.update_registered_model(model.name, description=text)


def load_python_model(tracking_uri: str, uri: str) -> Any:
    """Loads any stored model by its `predict`; runs the code that the model holds.

    Args:
        tracking_uri: The store.
        uri: `models:/<name>@<alias>`, `models:/<name>/<version>` or `LoggedModel.uri`.

    Returns:
        An `mlflow.pyfunc.PyFuncModel`.

    Raises:
        TrackingError: If there is no such model.
    """
    with default_uris(tracking_uri) as mlflow:
        return mlflow.pyfunc.load_model(uri)


def download_model(tracking_uri: str, uri: str, folder: str | Path) -> Path:
    """Copies the files of a stored model; nothing of it is loaded or run.

    Args:
        tracking_uri: The store.
        uri: As for `load_python_model`, or `runs:/<run id>/model`.
        folder: Where the files go.

    Returns:
        The folder of the model.

    Raises:
        TrackingError: If there is no such model.
    """
    with default_uris(tracking_uri) as mlflow:
        return Path(mlflow.artifacts.download_artifacts(artifact_uri=uri, dst_path=str(folder)))


def _log(
    mlflow: Any,
    run: Run,
    flavor: Any,
    *,
    name: str,
    register: str | None,
    alias: str | None,
    arguments: Mapping[str, Any],
) -> LoggedModel:
    if alias is not None and register is None:
        raise ValueError(
            f"An alias belongs to a registered name. Got alias={alias!r} without `register`."
        )
    client = run.tracker.client
    # Created here: `Model.log` would put it into MLflow's active experiment, not into the run's.
    created = client.create_logged_model(
        run.tracker.experiment_id, name=name, source_run_id=run.run_id
    )
    log_into(run.run_id, created.model_id, name=name, flavor=flavor, arguments=arguments)
    client.finalize_logged_model(created.model_id, "READY")
    uri, version = f"models:/{created.model_id}", None
    if register is not None:
        version = mlflow.register_model(uri, register).version
        if alias is not None:
            client.set_registered_model_alias(register, alias, version)
    return LoggedModel(
        model_id=created.model_id,
        uri=uri,
        name=register,
        version=None if version is None else str(version),
    )
