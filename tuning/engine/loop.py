"""A search: one session on one pool of workers."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable

from tuning.engine.dispatcher import Dispatcher
from tuning.engine.interrupts import clean_end
from tuning.engine.session import Session
from tuning.results.result import Progress, SearchResult
from tuning.settings import SearchSettings
from tuning.space.space import Space
from tuning.workers.local import LOG_NAME, LocalPool
from tuning.workers.objective import Objective, Payload, pack
from tuning.workers.opening import open_pool
from tuning.workers.pool import WorkerPool

OnProgress = Callable[[Progress], None]
_TICK = 0.1
_END_SECONDS = 5.0  # for a session that was asked to end; its store may be away


def search(
    objective: Objective | str,
    space: Space,
    settings: SearchSettings,
    *,
    on_progress: OnProgress | None = None,
    pool: LocalPool | None = None,
) -> SearchResult:
    """Searches a space until the study has its trials.

    A study that exists is resumed: trials that were interrupted run again with their parameters.
    Several searches on one study share its trials. Ctrl-C and SIGTERM end the search cleanly.

    With one worker a search repeats itself: each point depends on all trials before it. With
    several, a point depends on which of them had ended when it was asked for.

    Args:
        objective: `objective(params, context)` that returns at least the metrics by name, or
            `"module:attribute"`, which only the workers import.
        space: The space.
        settings: Everything else.
        on_progress: Called with a snapshot at each change, at most five times a second.
        pool: Workers that were started earlier, see `tuning.workers.early`; they end with the
            search.

    Returns:
        What was found, also after an interruption.

    Raises:
        JobError: If the objective, the space or the settings are broken, or every trial fails in
            the same way.
        StoreError: If the store cannot be used.

    Example:
        >>> import tempfile, tuning
        >>> def objective(params, context):
        ...     return {"loss": (params["x"] - 3) ** 2}
        >>> with tempfile.TemporaryDirectory() as root:
        ...     found = tuning.search(
        ...         objective,
        ...         tuning.Space({"x": tuning.Int(0, 4)}),
        ...         tuning.SearchSettings(study="demo", trials=9, metrics=(("loss", "minimize"),),
        ...                               root=root, workers=1),
        ...     )
        >>> found.best_params, found.n_trials, found.stopped_because
        ({'x': 3}, 5, 'exhausted')
    """
    payload = pack(objective)
    session = Session(space, settings, reports=on_progress is not None)
    workers: WorkerPool
    if pool is None:
        workers = open_pool(settings, log=settings.directory / LOG_NAME, preload=payload.preload)
    else:
        pool.move_log(settings.directory)
        workers = pool
    try:
        if session.lacks_trials:
            workers.prepare()  # beside the first points
        run_session(session, payload, workers, on_progress)
        return session.result()
    finally:
        session.close()
        workers.close()


def run_session(
    session: Session, payload: Payload, pool: WorkerPool, on_progress: OnProgress | None = None
) -> None:
    """Runs one session on a pool of its own until it is over or the user ends it.

    Args:
        session: The session, not started.
        payload: Its objective.
        pool: The pool.
        on_progress: Called with each new snapshot, in this thread.
    """
    told: Progress | None = None
    stop = threading.Event()
    dispatcher = Dispatcher(pool)
    with clean_end(stop):
        dispatcher.add(session, payload)
        ends: float | None = None
        while not session.over:
            is_to_end = stop.is_set() or session.is_overdue
            if is_to_end:
                session.stop("interrupted" if stop.is_set() else "timeout")
            pool.ensure(session.wanted)
            dispatcher.step(_TICK)
            if pool.free:  # a trial begins when it is claimed, so not before a worker is there
                session.allow(pool.size)
            snapshot = _snapshot(session)
            if on_progress is not None and snapshot is not None and snapshot != told:
                told = snapshot
                on_progress(snapshot)
            if not is_to_end:
                continue
            ends = session.elapsed + _END_SECONDS if ends is None else ends
            if session.elapsed > ends or session.away is not None:
                break  # `Session.close` ends the wait for the store
        dispatcher.remove(session)
    if on_progress is not None and session.progress is not None:
        on_progress(session.progress)


def _snapshot(session: Session) -> Progress | None:
    """The last snapshot, with what the user should know of the store."""
    snapshot, away = session.progress, session.away
    if snapshot is None or away is None:
        return snapshot
    message = (
        f"The store has not answered for {away:.0f} s of {session.settings.store_timeout:.0f} s; "
        "running trials go on."
    )
    return dataclasses.replace(snapshot, message=message)
