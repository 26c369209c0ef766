"""What cannot be searched is refused before a study is made of it."""

from __future__ import annotations

import pytest

from tests.tuning.strategies.drive import Driver
from tuning import Choice, Float, Int, JobError, SearchSettings, Space
from tuning.engine.checks import check_search
from tuning.storage.summaries import list_studies

SPACE = Space({"x": Float(0.0, 1.0), "kind": Choice(["a", "b"])})
LOSS = [("loss", "minimize")]


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A store with the study `s` of three finished trials."""
    folder = tmp_path_factory.mktemp("store")
    Driver(folder, SPACE, strategy="random", trials=3).run(lambda point, number: [point["x"]])
    return folder


def settings(root, **changes):
    return SearchSettings(**{"study": "new", "trials": 2, "metrics": LOSS, "root": root, **changes})


def test_a_study_of_the_same_space_is_begun_with(root):
    check_search(SPACE, settings(root, warm_start={"study": "s"}))
    wider = Space({"x": Float(0.0, 2.0)})
    check_search(wider, settings(root, warm_start={"study": "s"}))


def test_a_study_of_another_space_is_refused(root):
    other = Space({"x": Float(5.0, 6.0)})
    with pytest.raises(JobError, match=r"No trial of 's' is one: the spaces differ in kind, x\."):
        check_search(other, settings(root, warm_start={"study": "s"}))
    unlike = Space({"n": Int(1, 3)})
    with pytest.raises(JobError, match="the spaces differ in kind, n, x"):
        check_search(unlike, settings(root, warm_start={"study": "s"}))


def test_a_missing_study_is_refused_and_leaves_nothing(root, tmp_path):
    with pytest.raises(JobError, match=r"`warm_start`: No study named 'ss'\. Did you mean 's'"):
        check_search(SPACE, settings(root, warm_start={"study": "ss"}))
    assert [study.name for study in list_studies(root=str(root))] == ["s"]
    with pytest.raises(JobError, match="No study named 's'"):
        check_search(SPACE, settings(tmp_path, warm_start={"study": "s"}))
    assert not list(tmp_path.iterdir())


def test_a_study_that_has_begun_does_not_ask_its_source_again(root):
    check_search(SPACE, settings(root, study="s", warm_start={"study": "gone"}))


def test_a_strategy_for_one_metric_is_refused_with_several(root):
    several = [*LOSS, ("size", "minimize")]
    with pytest.raises(JobError, match="'bayesian' searches one metric"):
        check_search(SPACE, settings(root, strategy="bayesian", metrics=several))
    stages = [{"name": "a", "strategy": "cmaes", "trials": 2}]
    with pytest.raises(JobError, match="'cmaes' searches one metric"):
        check_search(SPACE, settings(root, trials=None, stages=stages, metrics=several))


def test_whole_numbers_that_a_store_would_merge_are_refused(tmp_path):
    for low, high in ((0, 2**53 + 1), (-(2**53) - 1, 0)):
        law = "= 9007199254740992: a store keeps numbers as floats"
        with pytest.raises(JobError, match=f"{law}.* 'seed' has low={low}, high={high}: take"):
            check_search(Space({"seed": Int(low, high)}), settings(tmp_path))


def test_the_largest_whole_numbers_are_stored_as_they_are(tmp_path):
    space = Space({"seed": Int(2**53 - 2, 2**53), "other": Int(-(2**53), 0)})
    check_search(space, settings(tmp_path))
    driver = Driver(tmp_path, space, strategy="random", trials=3)
    points = []
    driver.run(lambda point, number: [points.append(dict(point)) or 0.0])
    found = [record.params for record in driver.records()]
    assert found == points
    assert all(isinstance(point["seed"], int) for point in found)
