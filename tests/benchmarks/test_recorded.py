"""Recorded tables: every point is there, and a task reads what the file says."""

import random
import statistics

import pytest

from benchmarks import _recorded as recorded
from benchmarks._recorded import TABLES, Table, curves, losses, task_of
from benchmarks._tasks import TASKS

SMALL = Table(
    recipe="digits-mlp",
    metric="val_accuracy",
    maximize=True,
    unordered={"optimizer": ("adam", "rmsprop")},
    ordered={"rate": (0.1, 1.0)},
    fixed={"epochs": 2},
    seeds=(1, 2),
)
LINES = """optimizer,rate,seed,1,2
0,0,1,0.5,0.25
0,0,2,0.75,0.5
0,1,1,0.25,0.25
0,1,2,0.25,0.5
1,0,1,,
1,0,2,0.5,1.0
1,1,1,0.0,0.125
1,1,2,0.5,0.5
"""


@pytest.fixture
def small(tmp_path, monkeypatch):
    monkeypatch.setattr(recorded, "FOLDER", tmp_path)
    monkeypatch.setattr(recorded, "TABLES", {"small": SMALL})
    curves.cache_clear()
    losses.cache_clear()
    (tmp_path / "small.csv").write_text(LINES)
    yield tmp_path / "small.csv"
    curves.cache_clear()
    losses.cache_clear()


def test_a_search_sees_one_training_and_is_judged_by_their_mean(small):
    task = task_of("small")
    point = {"optimizer": "adam", "rate": 0}
    assert task.value(point) == 1 - (0.5 + 0.75) / 2  # the best epoch of each
    seen = {task.observed(point, random.Random(seed)) for seed in range(20)}  # noqa: S311 - no secret
    assert seen == {0.5, 0.25}
    assert task.optimum == pytest.approx(0.375)


def test_a_training_that_failed_lost_as_much_as_the_worst(small):
    worst = 1 - 0.125
    assert losses("small")[1, 0] == [worst, 0.0]


def test_a_table_with_a_missing_training_is_refused(small):
    small.write_text(LINES.replace("1,1,2,0.5,0.5\n", ""))
    with pytest.raises(ValueError, match=r"every point of the grid once .* Got 4 points"):
        curves("small")


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_point_of_a_recorded_table_has_a_value(name):
    task, table = TASKS[name], TABLES[name]
    values = [task.value(point) for point in task.space.grid()]
    assert len(values) == len(list(table.keys()))
    assert min(values) == task.optimum < statistics.median(values)
    assert len(curves(name)[next(iter(table.keys()))][0]) == table.fixed["epochs"]
