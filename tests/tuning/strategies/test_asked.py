"""Conditions that no space can say: points that ask for the same are tried once."""

from __future__ import annotations

import pytest

from tests.tuning.strategies.drive import Driver
from tuning import Float, Int, Space

# What hangs on a number with many values, or on one of two flags, exists at every point.
SPACE = Space({"rate": Float(0.0, 1.0, step=0.1), "units": Int(1, 3)})
DIFFERENT = 6 + 5 * 3
STRATEGIES = ("random", "grid", "tpe", "hybrid", "genetic", "qmc", "bayesian")


def asked(point):
    names = ["rate", "units"] if point["rate"] > 0.55 else ["rate"]
    return {name: point[name] for name in names}


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_each_model_is_trained_once_and_the_search_ends_with_the_last(tmp_path, strategy):
    driver = Driver(tmp_path, SPACE, strategy=strategy, trials=40)
    assert driver.phase.limit == 33  # as far as the space knows
    found = driver.run_asked(asked, lambda point: point["rate"] + point.get("units", 0) / 10)
    assert len(found) == DIFFERENT
    assert len({tuple(point.items()) for point in found}) == DIFFERENT
    records = driver.records()
    assert [dict(record.params) for record in records] == found
    again = Driver(tmp_path, SPACE, strategy=strategy, trials=40)
    assert again.run_asked(asked, lambda point: 0.0) == []
    assert len(again.records()) == DIFFERENT
