"""Where runs are kept and where they are looked at; addresses without their passwords."""

from __future__ import annotations

import re
from pathlib import Path

from tuning._names import unknown_name

# What MLflow 3 can keep runs in, besides folders.
_SCHEMES = (
    *("file", "http", "https", "databricks", "databricks-uc", "uc"),
    *("sqlite", "postgresql", "mysql", "mssql"),
)
# Stores that are databases have no address of their own: where MLflow's UI opens them by default.
LOCAL_UI = "http://127.0.0.1:5000"
# Query of a route: without it MLflow 3 opens the view that its user saw last, at first that of
# language models, which shows neither learning curves nor the table of runs.
MODEL_TRAINING_VIEW = "workflowType=machine_learning"


def default_tracking_uri(root: str | Path) -> str:
    """Names the embedded MLflow database of a folder.

    Args:
        root: Folder of the embedded stores, for example `mlruns`.

    Returns:
        `sqlite:///<absolute root>/mlflow.db`.

    Example:
        >>> default_tracking_uri("/data/mlruns")
        'sqlite:////data/mlruns/mlflow.db'
    """
    return f"sqlite:///{Path(root).resolve() / 'mlflow.db'}"


def check_tracking_uri(tracking_uri: str) -> None:
    """Refuses an address that MLflow could not write to, without importing it.

    Args:
        tracking_uri: A folder, a database URL or a server.

    Raises:
        ValueError: If its scheme is none of MLflow's.

    Example:
        >>> check_tracking_uri("postgres://db/mlflow")
        Traceback (most recent call last):
        ...
        ValueError: No tracking scheme named 'postgres'. Did you mean 'postgresql'? Known: ...
    """
    scheme, colon, _ = tracking_uri.partition("://")
    # A driver may follow, as in postgresql+psycopg.
    name = scheme.partition("+")[0]
    if colon and name not in _SCHEMES:
        raise ValueError(unknown_name("tracking scheme", name, _SCHEMES))


def default_artifact_root(tracking_uri: str) -> str | None:
    """Names the folder for files of runs that are kept in an embedded database.

    Args:
        tracking_uri: Where the runs are.

    Returns:
        The folder `artifacts` beside the SQLite file; None for a server, which has its own.

    Example:
        >>> default_artifact_root("sqlite:////data/mlruns/mlflow.db")
        '/data/mlruns/artifacts'
    """
    if not tracking_uri.startswith("sqlite:///"):
        return None
    file = tracking_uri.removeprefix("sqlite:///").partition("?")[0]
    return str(Path(file).resolve().parent / "artifacts")


def run_url(tracking_uri: str, experiment_id: str, run_id: str, *, ui: str = LOCAL_UI) -> str:
    """Names the page of a run in the MLflow UI.

    Args:
        tracking_uri: Where the run is.
        experiment_id: Its experiment.
        run_id: The run.
        ui: Address of the UI when the store is a database.

    Returns:
        The address, without passwords.

    Example:
        >>> run_url("http://me:key@server:5000/", "1", "abc")
        'http://server:5000/#/experiments/1/runs/abc?workflowType=machine_learning'
    """
    server = tracking_uri if tracking_uri.startswith(("http://", "https://")) else ui
    address = re.sub(r"://\S*@", "://", server)
    route = f"experiments/{experiment_id}/runs/{run_id}"
    return f"{address.rstrip('/')}/#/{route}?{MODEL_TRAINING_VIEW}"


def runs_url(server: str) -> str:
    """Names the page of all experiments in the MLflow UI.

    Args:
        server: Address of the UI.

    Example:
        >>> runs_url("http://127.0.0.1:5000")
        'http://127.0.0.1:5000/#/experiments?workflowType=machine_learning'
    """
    return f"{server}/#/experiments?{MODEL_TRAINING_VIEW}"
