"""Tells the caller how a search goes, often enough and not too often."""

from __future__ import annotations

import time

from tuning.engine.phase import Phase
from tuning.results.ledger import Ledger
from tuning.results.result import Progress
from tuning.settings import SearchSettings
from tuning.storage import records

_SHORTEST = 0.2
_LONGEST = 1.0
_SHARE = 0.05


class Reporter:
    """Takes snapshots of a study.

    Args:
        settings: The search's settings.
        ledger: The trials of the study.
        wanted: Whether anybody looks at them.
    """

    def __init__(self, settings: SearchSettings, ledger: Ledger, *, wanted: bool = True) -> None:
        self._settings = settings
        self._ledger = ledger
        self._wanted = wanted
        self._began = time.monotonic()
        self._told = 0.0
        self._cost = 0.0  # seconds of the last snapshot
        self._changed = True
        self._last: int | None = None

    @property
    def elapsed(self) -> float:
        """Seconds since the search began."""
        return time.monotonic() - self._began

    @property
    def due(self) -> bool:
        """Whether it is time: at most five times a second, and once a second without changes.

        In a long study a snapshot takes longer; it gets a twentieth of the time at most.
        """
        since = time.monotonic() - self._told
        shortest = _SHORTEST if self._changed else _LONGEST
        return self._wanted and since >= max(shortest, self._cost / _SHARE)

    def ended(self, number: int) -> None:
        """Notes that a trial ended."""
        self._last, self._changed = number, True

    def snapshot(self, phase: Phase | None, finished: int) -> Progress | None:
        """Takes a snapshot, None when nobody wants one.

        Args:
            phase: The running phase.
            finished: Trials that this search finished.
        """
        if not self._wanted:
            return None
        began, self._changed = time.monotonic(), False
        taken = self._take(phase, finished)
        self._told = time.monotonic()
        self._cost = self._told - began
        return taken

    def _take(self, phase: Phase | None, finished: int) -> Progress:
        self._ledger.refresh()
        counts, best = self._ledger.counts, self._ledger.best
        total = self._settings.total
        if phase is not None and not self._settings.stages:
            total = phase.total
        over = records.count_finished(counts)
        return Progress(
            study=self._settings.study,
            total=total,
            complete=counts[records.COMPLETE],
            pruned=counts[records.PRUNED],
            failed=counts[records.FAILED],
            running=counts[records.RUNNING],
            waiting=counts[records.WAITING],
            best_value=best.value if best else None,
            best_params=best.params if best else None,
            best_trial=best.number if best else None,
            elapsed=self.elapsed,
            remaining_seconds=self._remaining(finished, total=total, over=over),
            last=self._ledger.record(self._last),
            stage=phase.stage if phase else None,
        )

    def _remaining(self, finished: int, *, total: int | None, over: int) -> float | None:
        """Seconds to go: to the last trial at the pace so far, at most to the end of the time."""
        found = []
        if total is not None and finished:
            found.append(self.elapsed / finished * max(0, total - over))
        timeout = self._settings.timeout
        if timeout is not None and (found or total is None):
            found.append(max(0.0, timeout - self._settings.spent - self.elapsed))
        return min(found, default=None)
