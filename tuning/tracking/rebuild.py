"""MLflow's runs from the study: what is missing is written, what is there stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tuning.storage.records import read_trials
from tuning.tracking.writer import StudyWriter, SyncReport

__all__ = ["SyncReport", "load_study", "sync"]


def sync(
    storage: Any,
    study_name: str,
    tracking_uri: str,
    *,
    experiment: str | None = None,
    artifact_root: str | Path | None = None,
    files: bool = True,
) -> SyncReport:
    """Writes the MLflow runs of a study, as far as they are missing.

    A second call writes nothing. Runs that were deleted in MLflow are made again, runs whose
    writing was cut off are completed. What MLflow has is looked up in MLflow by tags.

    Args:
        storage: SQLAlchemy URL of the study's store, or an open Optuna storage.
        study_name: Name of the study.
        tracking_uri: Where the runs go.
        experiment: MLflow experiment; by default the one of the study's provenance, else the
            study's name.
        artifact_root: Files of a new experiment, see `Tracker`.
        files: Whether the parent run gets figures, report and JSON files.

    Returns:
        What was done.

    Raises:
        KeyError: If the store has no such study.
        TrackingError: If MLflow does not answer; what was written stays, call again.
        StoreError: If the study's store cannot be opened.
    """
    study = load_study(storage, study_name)
    writer = StudyWriter(study, tracking_uri, experiment=experiment, artifact_root=artifact_root)
    try:
        records = read_trials(study)
        writer.write(records)
        writer.finish(records, files=files)
    finally:
        writer.close()
    return writer.report


def load_study(storage: Any, study_name: str) -> Any:
    """Opens an existing study.

    Args:
        storage: SQLAlchemy URL, or an open Optuna storage.
        study_name: Its name.

    Returns:
        The `optuna.Study`.

    Raises:
        KeyError: If the store has no such study.
        StoreError: If the store cannot be opened.
    """
    import optuna

    if isinstance(storage, str):
        from tuning.storage.database import open_storage

        storage = open_storage(storage)
    return optuna.load_study(study_name=study_name, storage=storage)
