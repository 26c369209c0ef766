"""Cross-validated trials and repeated refits of recipes; stages and fronts to their end."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipelines.jobs.api import tune
from pipelines.jobs.intervals import difference_over_seeds
from pipelines.jobs.plan import plan_job
from pipelines.jobs.recipe.folds import fold_of, fold_rows, take
from pipelines.jobs.schema import Job
from pipelines.jobs.summary import summary_facts
from pipelines.training.data import DataRequest
from tuning import JobError


@pytest.mark.parametrize("kind", [np.asarray, list, lambda x: pd.DataFrame({"x": x})])
def test_folds_divide_all_rows_stratified_and_keep_equal_rows_together(kind):
    values = [f"row {number // 2}" for number in range(60)]  # each row twice
    y = np.repeat([0, 1, 2], 20)
    folds = fold_rows(kind(values), y, 5, seed=0)
    held_out = np.concatenate([held for _, held in folds])
    assert sorted(held_out) == list(range(60))
    for kept, held in folds:
        assert not {values[i] for i in kept} & {values[i] for i in held}
        assert np.bincount(y[held]).tolist() == [4, 4, 4]
    again = fold_rows(kind(values), y, 5, seed=0)
    assert all(np.array_equal(one[1], other[1]) for one, other in zip(folds, again, strict=True))


def test_regression_targets_are_stratified_by_quantiles():
    y = np.linspace(0.0, 1.0, 100)
    for _, held in fold_rows(np.arange(100.0), y, 5, seed=0):
        assert abs(y[held].mean() - 0.5) < 0.05


@pytest.mark.parametrize(
    ("rows", "message"),
    [(4, "`folds <= rows` must hold. Got folds=5 and 4 rows"), (9, "the smallest class has 1")],
)
def test_too_few_rows_for_so_many_folds(rows, message):
    y = np.array([1] + [0] * (rows - 1))
    with pytest.raises(JobError, match=message):
        fold_rows(np.arange(rows), y, 5, seed=0)


def test_a_fold_of_a_dataset_leaves_the_test_split_sealed():
    request = DataRequest(name="wine")
    whole = request.load()
    folds = [fold_of(request, fold, 4) for fold in range(4)]
    rows = len(whole.train) + len(whole.validation)
    assert sum(len(fold.validation) for fold in folds) == rows
    assert {len(fold.train) + len(fold.validation) for fold in folds} == {rows}
    assert len({fold.fingerprint for fold in (*folds, whole)}) == 5
    assert all(len(fold.test) == len(whole.test) for fold in folds)
    assert len(take(whole.train.x, np.array([2, 0]))) == 2


@pytest.mark.parametrize("recipe", ["names-char-lm", "translation"])
def test_data_without_a_label_for_each_row_has_no_folds(recipe):
    with pytest.raises(ValueError, match="`folds` divide rows that have one label or number each"):
        plan_job(Job(recipe=recipe, trials=2, folds=3))


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"seeds": 3}, r"a function is not refitted\. Got seeds=3"),
        ({"register_as": {"name": "a"}}, "there is no model to register"),
    ],
)
def test_a_function_has_no_refit(keys, message):
    space = {"x": {"int": [0, 3]}}
    with pytest.raises(ValueError, match=message):
        Job(function="a:b", space=space, metric="l", direction="minimize", trials=2, **keys)


def test_the_interval_over_seeds_holds_the_luck_of_the_seeds():
    """Models of one seed agree on each row, so rows alone say nothing about the seeds."""
    targets = np.zeros(400)
    first = [np.full(400, value) for value in (0.0, 2.0)]
    second = [np.zeros(400), np.zeros(400)]

    def measure(predictions, targets):
        return {"error": float(np.mean(predictions - targets))}

    interval = difference_over_seeds(measure, first, second, targets, metric="error")
    # two seeds drawn from {0, 2}: means 0, 1 and 2
    assert (interval.low, interval.high) == (0.0, 2.0)


def search(root, recipe="wine-mlp", **options):
    return tune(
        recipe, root=root, tiny=True, tracking=False, strategy="random", pruner="none",
        workers=1, **options,
    )  # fmt: skip


@pytest.mark.exhaustive
@pytest.mark.service
def test_a_recipe_with_folds_and_seeds(tmp_path):
    result = search(tmp_path, trials=3, folds=3, seeds=2)
    assert result.search.states == {"complete": 3}
    for record in result.search.records:
        assert record.history["step"] == [1, 2, 3]
        means = record.history[result.metric]
        assert record.metrics[result.metric] == pytest.approx(means[-1])
        assert f"{result.metric}_std" in record.metrics
    final = result.final
    assert final["seeds"] == 2
    assert final["test_reads"] == 1
    for one in final["over_seeds"].values():
        assert len(one["values"]) == 2
        assert one["mean"] == pytest.approx(sum(one["values"]) / 2)
    metric = final["metric"]
    assert final["over_seeds"]["winner"]["values"][0] == final["test_metrics"][metric]
    assert "seeds" in dict(summary_facts(result))


@pytest.mark.exhaustive
@pytest.mark.service
def test_the_confirmed_point_is_the_one_that_is_refitted(tmp_path):
    stages = [
        {"name": "explore", "strategy": "random", "trials": 4},
        {"name": "confirm", "confirm": 2, "repeats": 2},
    ]
    result = search(tmp_path, stages=stages)
    first = result.search.confirmed[0]
    assert result.search.best_trial == result.final["best_trial"] == first.trial
    assert result.best_params == first.params
    shown = result.to_dict()
    assert [row["trials"] for row in shown["stages"]] == [4, 4]
    assert shown["stages"][1]["best"] == first.mean
    assert [one["trial"] for one in shown["confirmed"]] == [
        c.trial for c in result.search.confirmed
    ]
    assert "confirmed" in dict(summary_facts(result))
    assert len(result.best_trials(9)) == 4  # repetitions are no further points


@pytest.mark.exhaustive
@pytest.mark.service
def test_a_front_is_reported_and_its_winner_tested(tmp_path):
    metrics = [
        {"name": "val_accuracy", "direction": "maximize"},
        {"name": "parameters", "direction": "minimize"},
    ]
    result = search(tmp_path, trials=5, metrics=metrics, winner="knee")
    front = result.to_dict()["pareto"]
    assert [one["trial"] for one in result.final["pareto"]] == [one["trial"] for one in front]
    assert result.final["best_trial"] in [one["trial"] for one in front]
    assert set(front[0]["values"]) == {"val_accuracy", "parameters"}
    assert "nearest to the best of every metric" in dict(summary_facts(result))["winner"]
    # Another rule is another winner: it is refitted, and the second look is counted.
    other = search(tmp_path, trials=5, metrics=metrics, winner="first")
    best = max(one["values"]["val_accuracy"] for one in front)
    assert other.best_value == best
    if other.search.best_trial != result.search.best_trial:
        assert other.final["test_reads"] == 2
