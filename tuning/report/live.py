"""A report that follows its search: written again while trials end, and once more when all have."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tuning.report.page import write_report
from tuning.report.view import StudySnapshot, view_study
from tuning.storage.activity import is_searched
from tuning.storage.database import open_storage
from tuning.storage.records import EARLIER, REVIEW
from tuning.storage.studies import open_study, storage_url

REFRESH = 10.0  # seconds after which a browser reads the page again
_LOOK = 1.0  # seconds between looks at the study
# A search that imports its modules, or chooses its next points, runs no trial for so long.
_IDLE = 20.0


def follow_study(
    name: str,
    path: str | Path,
    *,
    storage: str | None = None,
    root: str = "mlruns",
    on_write: Callable[[StudySnapshot], None] = lambda view: None,
    idle: float = _IDLE,
) -> Path:
    """Writes the report of a study until its search ends.

    Args:
        name: Name of the study.
        path: The file; a browser that shows it reads it again by itself.
        storage: URL of the store, or None for the embedded one.
        root: Folder of the embedded store.
        on_write: Called after each writing.
        idle: Seconds without a running trial after which the search has ended; a result of all
            its trials is seen at once, whatever ended them.

    Returns:
        The file, which no longer asks to be read again.

    Raises:
        JobError: If there is no such study.
    """
    opened = open_storage(storage_url(storage, root))
    shown: object = None
    active = time.monotonic()
    while True:
        study = open_study(name, storage, root=root)
        searched = is_searched(study, opened)
        if searched:
            active = time.monotonic()
        view = view_study(study)
        ended = not searched and _has_ended(view, study.user_attrs.get(EARLIER, {}))
        if ended or time.monotonic() - active > idle:
            break
        if _state(view) != shown:
            shown = _state(view)
            write_report(view, path, refresh=REFRESH)
            on_write(view)
        time.sleep(_LOOK)
    found = write_report(view, path, run_url=run_url_of(study))
    on_write(view)
    return found


def run_url_of(study: Any) -> str | None:
    """Where the run of a study is looked at, as far as the study knows."""
    return (study.user_attrs.get(REVIEW) or {}).get("run_url")


def _state(view: StudySnapshot) -> tuple[int, int]:
    return len(view.finished), len(view.result)


def _has_ended(view: StudySnapshot, earlier: Mapping[str, Any]) -> bool:
    """Whether the result is of every trial, and of the search that began last.

    A search that goes on behind an earlier result runs no trial at first: there that result
    counts only where the study has all trials that are asked for.
    """
    ended = len(view.finished)
    if view.result.get("trials") != ended:
        return False
    total = view.settings.get("total", view.settings.get("trials"))
    return view.result != earlier or ended == total
