"""Intervals, verdicts and sentences."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from pipelines.comparisons.arm_results import ArmResult
from pipelines.comparisons.comparison import Part
from pipelines.comparisons.statistics import SAME, UNJUDGED, WORSE, best_arm, paired_difference
from pipelines.comparisons.table import conclusions, table_rows
from pipelines.comparisons.training import Findings


def _values(values):
    return dict(enumerate(values))


@pytest.mark.parametrize("comparisons", [1, 4])
def test_the_interval_is_that_of_the_paired_t_test(comparisons):
    random = np.random.default_rng(0)
    arm, best = random.normal(0.9, 0.02, 6), random.normal(0.93, 0.02, 6)
    expected = stats.ttest_rel(arm, best).confidence_interval(1 - 0.05 / comparisons)
    found = paired_difference(_values(arm), _values(best), comparisons=comparisons)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert found.mean == pytest.approx((arm - best).mean())


CASES = {
    "within the noise": ([0.90, 0.94, 0.91], [0.92, 0.91, 0.94], SAME),
    "beyond the noise": ([0.50, 0.52, 0.51], [0.92, 0.93, 0.94], WORSE),
    "equal": ([0.9, 0.8], [0.9, 0.8], SAME),
    "one seed": ([0.5], [0.9], UNJUDGED),
    "the same difference everywhere": ([0.5, 0.6], [0.6, 0.7], UNJUDGED),
    "equal but for float32": ([np.float32(0.0740741), 0.1037037], [0.1111111, 0.1407407], UNJUDGED),
    "no common seed": ([], [0.9], UNJUDGED),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_only_differences_beyond_the_noise_are_called_so(case):
    arm, best, verdict = CASES[case]
    assert paired_difference(_values(arm), _values(best)).verdict == verdict


def test_pairs_are_the_common_seeds():
    found = paired_difference({0: 1.0, 1: 2.0, 7: 100.0}, {0: 2.0, 1: 4.0, 8: -100.0})
    assert found.mean == -1.5


def test_more_comparisons_need_larger_differences():
    arm, best = _values([0.90, 0.92, 0.91]), _values([0.92, 0.93, 0.94])
    widths = [
        found.high - found.low
        for found in (paired_difference(arm, best, comparisons=n) for n in (1, 5, 20))
    ]
    assert widths == sorted(widths)


def test_noise_alone_seldom_makes_a_winner():
    """With 5 seeds and 8 equal arms at most about 5 % of tables may name one worse arm.

    The best is chosen from the same numbers, so its lead is partly luck; the bound allows twice
    the level for that.
    """
    random = np.random.default_rng(0)
    wrong = 0
    for _ in range(300):
        table = {f"arm{i}": _values(random.normal(size=5)) for i in range(8)}
        best = best_arm(table, "maximize")
        found = (paired_difference(table[a], table[best], comparisons=7) for a in table)
        wrong += any(difference.verdict == WORSE for difference in found)
    assert wrong / 300 < 0.1


def test_the_best_mean_counts_in_the_right_direction():
    values = {"a": _values([1.0, 3.0]), "b": _values([2.5]), "c": {}}
    assert best_arm(values, "maximize") == "b"
    assert best_arm(values, "minimize") == "a"
    assert best_arm({"c": {}}, "minimize") is None


def _findings(scores, **options):
    arms = {arm: {"units": index} for index, arm in enumerate(scores)}
    results = {
        arm: {
            seed: ArmResult(diverged="NaN", seconds=1.0)
            if math.isnan(value)
            else ArmResult(metrics={"val_accuracy": value}, seconds=1.0)
            for seed, value in enumerate(values)
        }
        for arm, values in scores.items()
    }
    part = Part(recipe="digits-mlp", arms=arms, also=(), **options)
    return Findings(part=part, results=results)


def test_a_clear_winner_is_named():
    rows = table_rows(_findings({"a": [0.50, 0.52, 0.51], "b": [0.92, 0.93, 0.94]}))
    assert [row["arm"] for row in rows] == ["b", "a"]
    assert conclusions(rows) == ["b is ahead of every other arm beyond the noise."]


def test_a_lead_within_the_noise_is_no_win():
    rows = table_rows(_findings({"a": [0.90, 0.94, 0.91], "b": [0.92, 0.91, 0.94]}))
    (sentence,) = conclusions(rows)
    assert sentence.endswith("the seeds do not tell it apart from: a.")


def test_an_arm_that_diverged_once_is_not_the_best():
    rows = table_rows(_findings({"a": [0.99, math.nan], "b": [0.5, 0.6]}))
    assert [(row["arm"], row["verdict"]) for row in rows] == [
        ("b", "best"),
        ("a", "diverged in 1 of 2"),
    ]
    assert rows[1]["mean"] == 0.99
    assert conclusions(rows) == ["Diverged: a."]


def test_when_every_arm_diverges_nobody_is_best():
    rows = table_rows(_findings({"a": [math.nan], "b": [math.nan]}))
    assert conclusions(rows) == ["Every arm diverged."]


def test_errors_are_sorted_from_the_smallest():
    rows = table_rows(_findings({"a": [0.9, 0.8], "b": [0.1, 0.3]}, direction="minimize"))
    assert [row["arm"] for row in rows] == ["b", "a"]
