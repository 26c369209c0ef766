"""Sends MLflow what it lacks of a finished job, also when it was away or slow at the end."""

from __future__ import annotations

import time
from collections.abc import Callable

_PATIENCE_SECONDS = 600.0
_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 30.0


def catch_up(
    study: str,
    url: str,
    tracking_uri: str,
    *,
    note: Callable[[str], None],
    patience: float = _PATIENCE_SECONDS,
) -> bool:
    """Writes the runs, files and model of a finished study that MLflow does not have yet.

    A server that does not answer is asked again, with growing pauses.

    Args:
        study: Name of the study.
        url: Address of its store.
        tracking_uri: MLflow's address.
        note: Takes one line on how it ended, if anything was missing.
        patience: Most seconds to wait for a server that does not answer.

    Returns:
        Whether MLflow has everything.
    """
    from pipelines.jobs.mlflow.review import sync_study
    from tuning import open_study
    from tuning.tracking import TrackingError

    deadline = time.monotonic() + patience
    pause = _FIRST_PAUSE_SECONDS
    while True:
        missing = ""
        try:
            report = sync_study(open_study(study, url), url, tracking_uri)
        except TrackingError as error:
            missing = str(error)
        else:
            if report["left"]:
                missing = f"{report['left']} trials are still being written."
            elif report["unsent"]:
                note(f"MLflow lacks {', '.join(report['unsent'])}: they lie on another machine.")
                return False
        if not missing:
            note("MLflow has everything of this job.")
            return True
        if time.monotonic() + pause > deadline:
            note(f"MLflow lacks a part of this job: {missing} `cookbook sync {study}` sends it.")
            return False
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
