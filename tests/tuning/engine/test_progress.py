"""Progress is told often, but not at the cost of the search."""

from __future__ import annotations

from types import SimpleNamespace

from tests.service.support import settings
from tuning.engine import progress
from tuning.engine.progress import Reporter
from tuning.results.ledger import Ledger


class SlowLedger(Ledger):
    """That of a study so long that a look takes 20 ms of a clock."""

    def __init__(self, clock: list[float]) -> None:
        super().__init__(None, 0, space=None, directions=["minimize"])
        self.clock = clock

    def refresh(self) -> None:
        self.clock[0] += 0.02


def test_snapshots_of_a_long_study_take_a_twentieth_of_the_time(tmp_path, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    reporter = Reporter(settings(tmp_path), SlowLedger(clock))
    assert reporter.due
    reporter.snapshot(None, 0)
    reporter.ended(0)
    clock[0] += 0.25  # of a short study it would be time
    assert not reporter.due
    clock[0] += 0.2
    assert reporter.due
