"""From claims to points, when other machines have a hand in it."""

from __future__ import annotations

from optuna.trial import TrialState

from tests.tuning.strategies.drive import Driver
from tuning import Float, Space
from tuning.engine.suggestions import NothingToClaim, Suggested
from tuning.storage.claim_rows import Ending
from tuning.storage.claims import ClaimBook

SPACE = Space({"x": Float(0.0, 1.0)})


def test_a_claim_that_was_lost_and_ended_elsewhere_gets_no_point(tmp_path):
    driver = Driver(tmp_path, SPACE, strategy="random", trials=3)
    slow = ClaimBook(driver.book._storage, driver.study._study_id, lease=0.0)
    lost, kept = slow.claim(3), driver.book.claim(3)
    driver.book.leases.reap()
    taken = driver.book.claim(3)
    assert taken.number == lost.number
    list(driver.asker.start([(taken, 0)], driver.phase))
    driver.tell(taken, [0.5])

    answers = driver.asker.start([(lost, 0), (kept, 1)], driver.phase)
    first, second = [answer for batch in answers for answer in batch]
    assert first == NothingToClaim(0)
    assert (type(second), second.claim) == (Suggested, kept)
    driver.book.finish(kept, Ending(state=TrialState.COMPLETE, values=[1.0]))
