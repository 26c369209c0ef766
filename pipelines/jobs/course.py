"""The course of a planned job: search, refit, one look at the test split, one record."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pipelines.jobs.failures import check_failures
from pipelines.jobs.mlflow.review import Review
from pipelines.jobs.result import TuneResult
from pipelines.jobs.run import OnNote, OnProgress
from tuning import Progress, open_study, search
from tuning.engine.ending import claimed_ending
from tuning.storage.records import RESULT, REVIEW
from tuning.tracking import default_tracking_uri

if TYPE_CHECKING:
    from pipelines.jobs.plan import Plan
    from pipelines.jobs.target import Target
    from tuning import SearchResult
    from tuning.workers.local import LocalPool


def search_and_end(
    plan: Plan,
    pool: LocalPool | None,
    *,
    tracking: str | bool | None,
    on_progress: OnProgress | None,
    note: OnNote,
) -> TuneResult:
    """Searches, refits and tests; of a finished job the result is only read.

    Args:
        plan: What to do, with the name of its study.
        pool: Workers that were started early, if any; they end with the search.
        tracking: MLflow store or server; `None` for the embedded one, `False` for none.
        on_progress: Receives snapshots of the search.
        note: Receives lines for the user.
    """
    target, settings = plan.target, plan.settings
    default = None if tracking is False else default_tracking_uri(settings.root)
    review = Review(
        settings,
        tracking if isinstance(tracking, str) else default,
        provenance=target.provenance(settings),
        note=note,
    )
    began = time.monotonic()
    started = False

    def watch(progress: Progress) -> None:
        nonlocal started
        if not started and (progress.total is None or progress.finished < progress.total):
            started = True
            review.follow()
        if on_progress is not None:
            on_progress(progress)

    objective = target.objective(settings)
    found = search(objective, target.space, settings, on_progress=watch, pool=pool)
    study = open_study(found.study, settings.url)
    interrupted = found.stopped_because == "interrupted"
    if not interrupted:
        check_failures(found.records)
    if interrupted or found.best is None:
        final: Mapping[str, Any] = study.user_attrs.get(RESULT, {})
        return TuneResult(search=found, final=final, **review.close(interrupted=interrupted))
    with claimed_ending(
        found.study,
        settings.url,
        is_current=lambda result: _is_current(result, found, target),
        on_wait=lambda: note("Another search is finishing this study: waiting for its result ..."),
    ) as ending:
        if ending is None:
            note(f"The study {found.study} is finished; this is its result.")
            return _known_result(found, study, review, note)
        review.look_ahead()
        note(target.last_step)
        final = {
            **target.finish(found, settings, review=review, ending=ending),
            "seconds": round(time.monotonic() - began, 2),
            **({} if target.tested_on is None else {"tested_on": target.tested_on}),
        }
        ending.finish(final)
    return TuneResult(search=found, final=final, **review.close())


def _known_result(found: SearchResult, study: Any, review: Review, note: OnNote) -> TuneResult:
    known = {name: value for name, value in review.close().items() if value is not None}
    where = {**study.user_attrs.get(REVIEW, {}), **known}
    if where.get("unsent"):
        note(
            f"MLflow still lacks {', '.join(where['unsent'])}: "
            f"`cookbook sync {found.study}` sends it."
        )
    # Whoever wrote the result may still send its model.
    where["synced"] = False
    return TuneResult(search=found, final=study.user_attrs.get(RESULT, {}), **where)


def _is_current(final: Mapping[str, Any], found: SearchResult, target: Target) -> bool:
    """Whether the recorded result is about these trials, this winner, its refits and test rows.

    A result that does not say which rows it was tested on is taken at its word.
    """
    unsaid = target.tested_on if "test_metrics" in final else None
    return (
        final.get("trials") == found.n_trials
        and final.get("best_trial") == found.best_trial
        and final.get("seeds", 1) == target.seeds
        and final.get("average", 1) == target.average
        and target.tested_on in (None, final.get("tested_on", unsaid))
    )
