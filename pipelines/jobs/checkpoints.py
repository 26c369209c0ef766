"""The files from which the trainings of a job go on when their process died."""

from __future__ import annotations

import functools
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.code_version import CodeVersion, code_version

if TYPE_CHECKING:
    from pipelines.training.checkpoint import Checkpoint
    from tuning import SearchSettings

CHECKPOINTS_VARIABLE = "COOKBOOK_CHECKPOINTS"
REFITS = "refits"  # folder of what the end of a search trains


def checkpoints_folder() -> Path | None:
    """The folder of the checkpoints of all studies that the environment names, or None."""
    folder = os.environ.get(CHECKPOINTS_VARIABLE)
    return Path(folder) if folder else None


def kept_apart(settings: SearchSettings) -> SearchSettings:
    """Settings whose checkpoints are those of their own store.

    Several stores may have one folder, and studies of one name: each store has a folder of its own
    in it. A study that began with an earlier version goes on where its checkpoints are.

    Args:
        settings: Those of a search.

    Raises:
        StoreError: If the store cannot be used.
    """
    folder = settings.checkpoints
    if folder is None or (folder / settings.study).is_dir():
        return settings
    own = _folder_of_store(folder, settings.url, wait=settings.store_timeout)
    return settings.changed(checkpoints=own)


def forget_study(study: str, url: str) -> None:
    """Removes what trials and refits of a study left, when the study itself is deleted.

    Args:
        study: Name of the study.
        url: Its store.
    """
    folder = checkpoints_folder()
    if folder is None:
        return
    for place in (folder, _folder_of_store(folder, url)):
        # Whoever writes to a shared store may name a study as they like, `..` included.
        if (place / study).resolve().parent == place.resolve():
            shutil.rmtree(place / study, ignore_errors=True)


def _folder_of_store(folder: Path, url: str, *, wait: float | None = None) -> Path:
    # Not imported with this module: the workers' imports would begin later for those without one.
    from tuning.storage.database import open_storage
    from tuning.storage.identity import store_id

    return folder / store_id(open_storage(url, wait=wait))


def training_checkpoint(folder: Path, facts: Any, *, marks: tuple[str, ...] = ()) -> Checkpoint:
    """The file of one training: with other facts, or other code, it begins anew.

    Args:
        folder: Folder of the trial, or of the refits.
        facts: What the training is about, as JSON can hold it.
        marks: Words in front of the file's name.
    """
    from pipelines.training.checkpoint import Checkpoint, checkpoint_name

    name = "-".join([*marks, checkpoint_name(facts, _code())])
    return Checkpoint(folder / f"{name}.npz", optional=True)


def refits_folder(settings: SearchSettings) -> Path | None:
    """Folder of the refits of a study, seen by all who may end it; None without one.

    Args:
        settings: Those of the search.
    """
    folder = settings.study_checkpoints
    return None if folder is None else folder / REFITS


def forget_refits(settings: SearchSettings) -> None:
    """Removes what the refits left, once their result is kept.

    Args:
        settings: Those of the search.
    """
    folder = refits_folder(settings)
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)


@functools.cache
def _code() -> CodeVersion:
    """The code of this process: read once, not for each training."""
    return code_version()
