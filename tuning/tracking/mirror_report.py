"""How far MLflow has followed a search."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class MirrorReport:
    """How far MLflow has followed.

    Attributes:
        run_id: The parent run, or None when MLflow never answered.
        experiment_id: Its experiment.
        url: Its page in the MLflow UI.
        written: Trials written by this mirror.
        left: Finished trials that MLflow lacks, as far as known; None when the study could not
            be read.
        synced: Whether MLflow has everything, files included where asked for.
        error: Last failure, or None.
        delivered: Whether MLflow has what `Mirror.close` was given to deliver.
        refused: Why it has not, or None.
    """

    run_id: str | None = None
    experiment_id: str | None = None
    url: str | None = None
    written: int = 0
    left: int | None = None
    synced: bool = False
    error: str | None = None
    delivered: bool = False
    refused: str | None = None
