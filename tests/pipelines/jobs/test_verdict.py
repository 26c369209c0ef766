"""The verdict: one form of a point, one rule for epochs, and the simple method first if it wins."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.jobs import candidates
from pipelines.jobs.plan import plan_job
from pipelines.jobs.schema import Job
from pipelines.jobs.verdict import judge
from pipelines.recipes.registry import load_recipe
from tuning import SearchResult
from tuning.storage.records import COMPLETE, PRUNED, TrialRecord

ROWS = np.zeros(200)
METRIC = (("loss", "minimize"),)


def measure(predictions, targets):
    return {"loss": float(np.mean(np.abs(predictions - targets)))}


def off_by(amount):
    return np.random.default_rng(0).normal(amount, 0.1, size=200)


def judged(winner, defaults, baseline):
    ours = [off_by(winner)]
    theirs = ours if defaults is None else [off_by(defaults)]
    simple = ("gradient boosting", off_by(baseline))
    return judge(ours, theirs, ROWS, measure=measure, metrics=METRIC, baseline=simple)


def test_the_verdict_is_about_the_defaults_and_about_a_simple_method():
    scores = judged(1.0, 2.0, 3.0)
    assert scores.standing == {"defaults": "better", "baseline": "better"}
    assert scores.verdict == (
        "The winner is better than the default hyperparameters beyond the noise. "
        "It is better than a simple method, gradient boosting."
    )
    assert scores.baseline_difference.high < 0


def test_a_simple_method_that_wins_is_the_first_sentence_and_is_stored():
    scores = judged(1.0, 2.0, 0.5)
    assert scores.verdict.startswith("Gradient boosting, a simple method, is better than the win")
    assert scores.to_dict()["standing"] == {"defaults": "better", "baseline": "worse"}


def test_within_the_noise_nothing_is_claimed():
    scores = judged(1.0, 1.0, 1.0)
    assert scores.standing == {"defaults": "unclear", "baseline": "unclear"}
    assert scores.verdict.count("by more than the noise") == 2


def test_the_defaults_themselves_are_said_to_be_the_winner():
    scores = judged(1.0, None, 3.0)
    assert scores.standing["defaults"] == "same"
    assert scores.verdict.startswith("The winner is the default hyperparameters")


@pytest.fixture(scope="module")
def target():
    return plan_job(Job(recipe="digits-mlp", trials=2, epochs=7)).target


def found(*records):
    metrics = (("val_accuracy", "maximize"),)
    best = next((record for record in records if record.state == COMPLETE), None)
    return SearchResult(
        study="s", storage="", stopped_because="trials", records=records, metrics=metrics, best=best
    )


def trial(params, state=COMPLETE, best_epoch=3.0):
    metrics = {"best_epoch": best_epoch} if state == COMPLETE else {}
    return TrialRecord(number=0, state=state, values=(0.5,), params=params, metrics=metrics)


def test_a_point_is_one_whether_its_lists_are_lists_or_tuples(target):
    """The study's JSON has lists, the recipe's file has tuples."""
    listed = {**target.default_point, "widths": list(load_recipe("digits-mlp").defaults["widths"])}
    assert candidates.is_same_point(target.space, listed, target.default_point)
    assert not candidates.is_same_point(target.space, {"widths": [16]}, target.default_point)


def test_winner_and_defaults_are_refitted_for_their_own_best_epochs(target):
    search = found(trial(dict(target.default_point)))
    settings = plan_job(Job(recipe="digits-mlp", trials=2, epochs=7)).settings
    assert candidates.winner(target, search).epochs == 3
    assert candidates.defaults(target, search, settings).epochs == 3


class _Trained:
    """A target whose trial says what it was trained with."""

    budget, default_point = 7, None

    def __init__(self, target):
        self.space = target.space

    def objective(self, settings):
        return lambda params, context: {"best_epoch": 5.0, "seed": context.seed}


@pytest.mark.parametrize("records", [(), (trial({"widths": [16]}, PRUNED),)])
def test_defaults_without_a_complete_trial_are_trained_once_to_find_their_epochs(target, records):
    settings = plan_job(Job(recipe="digits-mlp", trials=2)).settings
    assert candidates.defaults(_Trained(target), found(*records), settings).epochs == 5
