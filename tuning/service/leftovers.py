"""Removes the checkpoints of jobs that are over: nobody goes on from them."""

from __future__ import annotations

import shutil
from pathlib import Path

from tuning.service.job_record import ENDED
from tuning.service.queue import JobQueue


def remove_checkpoints(folder: Path, queue: JobQueue) -> list[str]:
    """Removes the checkpoints of the jobs of a store that are done, failed or cancelled.

    A trial of a cancelled job may still be writing; what it leaves is removed the next time.

    Args:
        folder: Folder of checkpoints, with one folder for each store, and in it one for each
            study; those of earlier versions lie beside the stores.
        queue: The jobs. Folders of other studies and stores stay.

    Returns:
        Names of the jobs whose checkpoints were there.
    """
    found = [_folders(place) for place in (folder / queue.store_id, folder)]
    names = sorted({name for one in found for name in one})
    over = [job.name for job in queue.jobs(names=names, states=ENDED)] if names else []
    for one in found:
        for name in over:
            if name in one:
                shutil.rmtree(one[name], ignore_errors=True)
    return over


def _folders(place: Path) -> dict[str, Path]:
    try:
        return {entry.name: entry for entry in place.iterdir() if entry.is_dir()}
    except OSError:  # away, or not made yet
        return {}
