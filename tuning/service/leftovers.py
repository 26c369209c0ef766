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
        folder: Folder of checkpoints, with one folder for each study.
        queue: The jobs. Folders of other studies stay.

    Returns:
        Names of the jobs whose checkpoints were there.
    """
    try:
        names = [entry.name for entry in folder.iterdir() if entry.is_dir()]
    except OSError:  # away, or not made yet
        return []
    over = [job.name for job in queue.jobs(names=names, states=ENDED)] if names else []
    for name in over:
        shutil.rmtree(folder / name, ignore_errors=True)
    return over
