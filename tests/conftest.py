"""Settings that every test shares."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

# Set before anything imports TensorFlow: its start-up notes are not test output, and two
# threads per process leave room for the workers that the service tests start.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("MPLBACKEND", "Agg")


@pytest.fixture(scope="session")
def empty_mlflow(tmp_path_factory) -> Path:
    """An MLflow database with all its tables: making them takes seconds, copying does not."""
    from tuning.tracking import default_tracking_uri
    from tuning.tracking.quiet import connect

    folder = tmp_path_factory.mktemp("mlflow")
    connect(default_tracking_uri(folder)).search_experiments()
    return folder / "mlflow.db"
