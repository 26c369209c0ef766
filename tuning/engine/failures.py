"""Finds out that a job is broken when each of its trials fails in the same way."""

from __future__ import annotations

import re

from tuning.errors import JobError
from tuning.results.ledger import Ledger
from tuning.storage import records

_ENOUGH = 5


class SameFailure:
    """Counts how the trials of one search end.

    Args:
        ledger: The trials of the study.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._reasons: list[str | None] = []

    @property
    def finished(self) -> int:
        """Trials of this search that ended."""
        return len(self._reasons)

    def add(self, reason: str | None) -> None:
        """Notes how a trial ended.

        Args:
            reason: Why it failed, None when it did not.

        Raises:
            JobError: If the first five trials failed in the same way.
        """
        self._reasons.append(reason)
        if len(self._reasons) >= _ENOUGH:
            self.check()

    def check(self) -> None:
        """Raises `JobError` if every trial so far failed in the same way, numbers aside."""
        reasons = self._reasons
        if not reasons or None in reasons:
            return
        if len({re.sub(r"\d+", "#", str(reason)) for reason in reasons}) > 1:
            return
        self._ledger.refresh()
        if self._ledger.counts[records.COMPLETE]:
            return
        trace = next((r.traceback for r in reversed(self._ledger.finished) if r.traceback), None)
        raise JobError(
            f"Every one of {len(reasons)} trials failed in the same way: {reasons[-1]}"
            + (f"\n{trace}" if trace else "")
        )
