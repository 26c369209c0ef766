"""What strategies do with trials that break a constraint."""

from __future__ import annotations

import pytest
from optuna.trial import TrialState

from tests.tuning.strategies.drive import Driver
from tests.tuning.strategies.test_contract import ALL
from tuning import Float, Space
from tuning.internals.optuna import CONSTRAINT_PREFIX
from tuning.storage.claim_rows import Ending

SPACE = Space({"x": Float(0.0, 1.0), "y": Float(0.0, 1.0)})


def searched(root, strategy, options, *, trials, sign=1, pruned=()):
    """Points of a search whose best values break `x <= 0.5`."""
    driver = Driver(
        root,
        SPACE,
        strategy=strategy,
        strategy_options=options,
        trials=trials,
        metrics=(("loss", "minimize" if sign > 0 else "maximize"),),
        constraints=[("size", "<=", 0.5)],
        seed=1,
    )
    points = []
    while (asked := driver.ask()) is not None:
        claim, point = asked
        points.append(point)
        if claim.number in pruned:
            driver.tell(claim, "pruned")
            continue
        ending = Ending(
            state=TrialState.COMPLETE,
            values=[sign * (0.1 * point["y"] - point["x"])],
            system_attributes={f"{CONSTRAINT_PREFIX}size <= 0.5": point["x"] - 0.5},
        )
        driver.book.finish(claim, ending)
    return points


@pytest.mark.parametrize("row", ALL)
def test_pruned_trials_beside_constraints_are_accepted(tmp_path, row):
    points = searched(tmp_path, row.name, row.options, trials=row.trials, pruned={1, 3})
    assert len(points) == row.trials


@pytest.mark.parametrize("sign", [1, -1], ids=["minimize", "maximize"])
def test_bayesian_stays_where_the_constraint_holds(tmp_path, sign):
    points = searched(tmp_path, "bayesian", {"startup": 5}, trials=16, sign=sign)
    later = [point["x"] for point in points[5:]]
    assert sum(x > 0.55 for x in later) <= 3  # 8 of 11 where violations are not seen
    assert max(x for x in later if x <= 0.5) > 0.35


def test_bayesian_learns_from_violations_alone(tmp_path):
    space = Space({"x": Float(0.6, 1.0)})
    driver = Driver(tmp_path, space, strategy="bayesian", trials=9, strategy_options={"startup": 3})
    for _ in range(9):
        claim, point = driver.ask()
        broken = {f"{CONSTRAINT_PREFIX}size <= 0.5": point["x"] - 0.5}
        driver.book.finish(
            claim, Ending(state=TrialState.COMPLETE, values=[-point["x"]], system_attributes=broken)
        )
    later = [record.params["x"] for record in driver.records()[3:]]
    assert sum(x > 0.9 for x in later) <= 2  # where the values are best
    assert min(later) < 0.65
