"""The one door to MLflow: silent, without telemetry, and quick to give up."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Iterator
from typing import Any

from tuning.credentials import mask_credentials
from tuning.imports import without_collections
from tuning.tracking.store_lock import store_lock
from tuning.tracking.store_making import make_store

# MLflow's own defaults retry 7 times with 120 s each: a dead server would hold a caller for
# minutes. What the user has set stays. Telemetry would call home from every worker.
_ENVIRONMENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_DISABLE_AGENT_HINT": "true",
    "MLFLOW_RECORD_ENV_VARS_IN_MODEL_LOGGING": "false",
    "GIT_PYTHON_REFRESH": "quiet",
}
_LOGGERS = ("mlflow", "alembic")
_URI_VARIABLES = ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI")
_LOCK = threading.RLock()


class TrackingError(Exception):
    """MLflow cannot be reached, or cannot read or write. The study has lost nothing."""


def quiet_environment() -> None:
    """Sets MLflow's environment variables that the user has not set.

    It must run before mlflow is imported: some of them are read at import.
    """
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)


def quiet_loggers() -> None:
    """Lets MLflow and the migrations of its database speak of errors only."""
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.ERROR)


def load_mlflow() -> Any:
    """Imports mlflow silently.

    Returns:
        The module `mlflow`. The first call takes about two seconds.
    """
    quiet_environment()
    quiet_loggers()
    with without_collections():
        import mlflow

    quiet_loggers()  # importing mlflow configures its loggers again
    return mlflow


def connect(tracking_uri: str) -> Any:
    """Opens a tracking server or database; the first use of a database creates its tables.

    Args:
        tracking_uri: `sqlite:///...`, `postgresql://...` or `http(s)://...`.

    Returns:
        An `mlflow.MlflowClient`. MLflow's global active run and tracking URI stay untouched.

    Raises:
        TrackingError: If the store cannot be opened.
    """
    mlflow = load_mlflow()

    def opened(uri: str) -> Any:
        with without_collections():  # the first one imports the store
            client = mlflow.MlflowClient(tracking_uri=uri, registry_uri=uri)
        quiet_loggers()  # the migrations of a new database configure alembic's
        return client

    with tracking_errors(tracking_uri), store_lock(tracking_uri) as file:
        if file is not None:
            make_store(file, opened)
        return opened(tracking_uri)


@contextlib.contextmanager
def tracking_errors(tracking_uri: str) -> Iterator[None]:
    """Turns what MLflow, its database and its HTTP client raise into `TrackingError`.

    Args:
        tracking_uri: Named in the message, without its password.
    """
    import requests
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (MlflowException, SQLAlchemyError, requests.RequestException, OSError) as error:
        raise TrackingError(
            f"MLflow at {mask_credentials(tracking_uri)} {_explain(error)}"
        ) from error


def _explain(error: Exception) -> str:
    text = str(error)
    if "Connection refused" in text or "NameResolutionError" in text:
        return "cannot be reached: is the server running, and the address right?"
    if "timed out" in text.lower():
        return "did not answer in time."
    lines = mask_credentials(text).strip().splitlines() or [type(error).__name__]
    return f"did not accept a request: {lines[0]}"


@contextlib.contextmanager
def default_uris(tracking_uri: str) -> Iterator[Any]:
    """Makes one store MLflow's default while its model functions run, which accept no client.

    Args:
        tracking_uri: The store; also the model registry.

    Yields:
        The module `mlflow`. Other threads that log models wait.
    """
    mlflow = load_mlflow()
    with _LOCK:
        tracking, registry = mlflow.get_tracking_uri(), mlflow.get_registry_uri()
        variables = {name: os.environ.get(name) for name in _URI_VARIABLES}
        mlflow.set_tracking_uri(tracking_uri)
        mlflow.set_registry_uri(tracking_uri)
        try:
            with tracking_errors(tracking_uri):
                yield mlflow
        finally:
            mlflow.set_tracking_uri(tracking)
            mlflow.set_registry_uri(registry)
            # MLflow sets them for child processes; what runs later here would take them for given.
            for name, value in variables.items():
                os.environ.pop(name, None)
                os.environ.update({} if value is None else {name: value})


def preload() -> threading.Thread:
    """Imports mlflow in the background, so that logging a model later need not wait for it.

    Returns:
        The started thread; `join` it or forget it.
    """
    thread = threading.Thread(target=load_mlflow, name="preload-mlflow", daemon=True)
    thread.start()
    return thread
