"""The known points that a search tries first."""

from __future__ import annotations

import pytest

from tests.tuning.strategies.drive import Driver
from tuning import Choice, Float, Space
from tuning.engine.suggestions import Asker
from tuning.engine.warm_start import source_point
from tuning.storage import records

SPACE = Space({"x": Float(0.0, 1.0), "drop": Float(0.0, 1.0), "kind": Choice(["a", "b"])})
SOURCE = {"study": "s", "best": 3}


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def best(tmp_path):
    """The three best points of the study `s`."""
    searched = Driver(tmp_path, SPACE, strategy="random", trials=6, facts={})
    searched.run(loss)
    return [r.params for r in records.best_records(searched.records(), maximize=False)[:3]]


def loss(point, number):
    return [point["x"]]


def begun(root, space=SPACE, trials=8, **changes):
    changes = {"warm_start": SOURCE, "study": "new", **changes}
    return Driver(root, space, strategy="random", trials=trials, **changes)


def waiting(searched):
    return [record.params for record in searched.records()]


def test_a_parameter_that_is_fixed_now_costs_no_point(tmp_path, best):
    fixed = begun(tmp_path, SPACE.override({"drop": 0.5}))
    assert waiting(fixed) == [{**point, "drop": 0.5} for point in best]


def test_points_that_differ_in_what_is_fixed_only_are_one(tmp_path, best):
    points = waiting(begun(tmp_path, SPACE.override({"drop": 0.5, "x": 0.5})))
    assert len({point["kind"] for point in points}) == len(points) == 2


@pytest.mark.parametrize("stages", [(), ({"name": "a", "strategy": "random", "trials": 8},)])
def test_a_search_that_was_killed_between_two_points_goes_on_with_the_rest(
    tmp_path, best, stages, monkeypatch
):
    added = []

    def enqueue(asker, point, **options):
        if len(added) == 1:
            raise Killed
        added.append(point)
        return real(asker, point, **options)

    real = Asker.enqueue
    trials = None if stages else 8
    with monkeypatch.context() as patch:
        patch.setattr(Asker, "enqueue", enqueue)
        with pytest.raises(Killed):
            begun(tmp_path, trials=trials, stages=stages)
    for _ in range(2):
        resumed = begun(tmp_path, trials=trials, stages=stages)
        assert waiting(resumed) == best


def test_a_resumed_search_takes_nothing_that_was_found_since(tmp_path, best):
    begun(tmp_path).run(loss, 4)
    # Another seed: the two studies would draw the same points.
    source = Driver(tmp_path, SPACE, strategy="random", trials=20, seed=5, facts={})
    since = source.run(lambda point, number: [-1.0])
    resumed = begun(tmp_path, trials=10)
    resumed.run(loss)
    assert waiting(resumed)[:3] == best
    assert len(since) == 14
    assert not any(point in waiting(resumed) for point in since)


def test_a_study_that_began_without_another_one_goes_on_without_it(tmp_path, best):
    begun(tmp_path, warm_start={}).run(loss, 2)
    assert len(begun(tmp_path).records()) == 2


def test_nothing_in_common_is_no_point():
    assert source_point(SPACE, {"y": 1.0}) is None
    assert source_point(Space({}), {"y": 1.0}) == {}
