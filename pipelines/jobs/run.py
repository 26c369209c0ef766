"""Runs a planned job: its workers are started before anything else is imported or read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

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
    # Begun first: the imports of the workers take longer than those here and reading the data.
    with early_pool(plan.settings, plan.target.preload) as pool:
        from pipelines.jobs.course import search_and_end

        return search_and_end(
            plan.identified(),
            pool,
            tracking=tracking,
            on_progress=on_progress,
            note=on_note or (lambda text: None),
        )
