"""Runs a planned job: its workers are started before anything else is imported or read."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from pipelines.jobs.fingerprint import made_prefix
from tuning.errors import StoreError
from tuning.workers.early import early_pool

if TYPE_CHECKING:
    from pipelines.jobs.plan import Plan
    from pipelines.jobs.result import TuneResult
    from tuning import Progress

OnProgress = Callable[["Progress"], None]
OnNote = Callable[[str], None]


def run_plan(
    plan: Plan,
    *,
    tracking: str | bool | None = None,
    on_progress: OnProgress | None = None,
    on_note: OnNote | None = None,
) -> TuneResult:
    """Searches, refits and tests; of a finished job the result is only read.

    Args:
        plan: What to do.
        tracking: MLflow store or server; `None` for the embedded one, `False` for none.
        on_progress: Receives snapshots of the search.
        on_note: Receives lines for the user.

    Returns:
        The study's result, also after an interruption.
    """
    if isinstance(tracking, str):
        from tuning.tracking.locations import check_tracking_uri

        check_tracking_uri(tracking)
    with early_pool(plan.settings, plan.target.preload) as pool:
        # Begun first: the imports of the workers take longer than those here and reading the data.
        time_is_over = plan.settings.is_over(0.0)
        if pool is not None and not time_is_over and not _may_be_finished(plan):
            pool.prepare()
        from pipelines.jobs.course import search_and_end

        note = on_note or (lambda text: None)
        identified = plan.identified()
        for line in plan.target.notices:
            note(line)
        return search_and_end(
            identified, pool, tracking=tracking, on_progress=on_progress, note=note
        )


def _may_be_finished(plan: Plan) -> bool:
    """Whether the result of this job may be in the store already, so that it is only read.

    A made name is known when the data are read: every study counts that may have it.
    """
    settings, is_made = plan.settings, plan.choice is not None
    if settings.ends_by_time:
        return False  # the same command goes on with further trials
    prefix = made_prefix(settings)

    def fits(name: str) -> bool:
        return name.startswith(prefix) if is_made else name == settings.study

    folder = settings.root / "studies"
    if settings.storage is None and not any(fits(path.name) for path in folder.glob("*")):
        return False
    from tuning.storage.finals import ended_studies

    with contextlib.suppress(StoreError):  # the search says it, when it has waited for its store
        ended, total = ended_studies(settings.url, wait=0.0), settings.total or 0
        return any(fits(name) and trials >= total for name, trials in ended.items())
    return False
