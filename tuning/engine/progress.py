"""Tells the caller how a search goes, often enough and not too often."""

from __future__ import annotations

import time
from collections.abc import Callable

from tuning.engine.suggestions import Plan
from tuning.results.result import Ledger, Progress
from tuning.settings import SearchSettings
from tuning.storage import records

OnProgress = Callable[[Progress], None]

_SHORTEST = 0.2
_LONGEST = 1.0


class Reporter:
    """Calls back with snapshots.

    Args:
        on_progress: The callback, or None.
        settings: The search's settings.
        ledger: The trials of the study.
    """

    def __init__(
        self, on_progress: OnProgress | None, settings: SearchSettings, ledger: Ledger
    ) -> None:
        self._on_progress = on_progress
        self._settings = settings
        self._ledger = ledger
        self._began = time.monotonic()
        self._told = 0.0
        self._changed = True
        self._last: int | None = None

    @property
    def elapsed(self) -> float:
        """Seconds since the search began."""
        return time.monotonic() - self._began

    def ended(self, number: int) -> None:
        """Notes that a trial ended."""
        self._last, self._changed = number, True

    def tell(self, plan: Plan | None, finished: int, *, force: bool = False) -> None:
        """Calls back, at most five times a second, and once a second without changes.

        Args:
            plan: The running stretch.
            finished: Trials that this search finished.
            force: Whether to call back in any case.
        """
        if self._on_progress is None:
            return
        since = time.monotonic() - self._told
        if not force and since < (_SHORTEST if self._changed else _LONGEST):
            return
        self._told, self._changed = time.monotonic(), False
        self._on_progress(self._snapshot(plan, finished))

    def _snapshot(self, plan: Plan | None, finished: int) -> Progress:
        self._ledger.refresh()
        found = self._ledger.records
        states = [record.state for record in found]
        best = self._ledger.best
        total = self._settings.total
        if plan is not None and not self._settings.stages:
            total = plan.limit
        over = sum(state in records.FINISHED for state in states)
        left = None if total is None else max(0, total - over)
        return Progress(
            study=self._settings.study,
            total=total,
            complete=states.count(records.COMPLETE),
            pruned=states.count(records.PRUNED),
            failed=states.count(records.FAILED),
            running=states.count(records.RUNNING),
            waiting=states.count(records.WAITING),
            best_value=best.value if best else None,
            best_params=best.params if best else None,
            best_trial=best.number if best else None,
            elapsed=self.elapsed,
            remaining_seconds=(
                self.elapsed / finished * left if finished and left is not None else None
            ),
            last=next((record for record in found if record.number == self._last), None),
            stage=plan.stage if plan else None,
        )
