"""Progress is told often, but not at the cost of the search."""

from __future__ import annotations

import time

from tests.service.support import settings
from tuning.engine.progress import Reporter
from tuning.results.ledger import Ledger


class SlowLedger(Ledger):
    """That of a study so long that a look takes 20 ms."""

    def __init__(self) -> None:
        super().__init__(None, 0, space=None, directions=["minimize"])

    def refresh(self) -> None:
        time.sleep(0.02)


def test_snapshots_of_a_long_study_take_a_twentieth_of_the_time(tmp_path):
    reporter = Reporter(settings(tmp_path), SlowLedger())
    assert reporter.due
    reporter.snapshot(None, 0)
    reporter.ended(0)
    time.sleep(0.25)  # of a short study it would be time
    assert not reporter.due
    time.sleep(0.4)
    assert reporter.due
