"""Every strategy from a recipe to its tested winner, through `tune`."""

from __future__ import annotations

import sys

import pytest

from pipelines.jobs.api import tune
from tuning import JobError
from tuning.strategies import STRATEGIES

pytestmark = [pytest.mark.service, pytest.mark.slow]

RATES = {"learning_rate": {"choice": [0.002, 0.02]}, "optimizer": {"choice": ["adam", "sgd"]}}
# Strategy to what it needs beyond the recipe's own space.
CASES = {
    "hybrid": {"strategy_options": {"startup": 2}},
    "tpe": {"strategy_options": {"startup": 2}},
    "bayesian": {"strategy_options": {"startup": 2}},
    "gp": {"strategy_options": {"startup": 2}},
    "random": {},
    "qmc": {},
    "grid": {
        "space": RATES,
        "set": {"widths": (16,), "dropout": 0.1, "l2": 0.0, "activation": "relu", "batch_size": 32},
    },
    "genetic": {"strategy_options": {"population": 2}},
    "cmaes": {"strategy_options": {"startup": 2}},
}


def test_every_strategy_has_a_row():
    assert set(CASES) == set(STRATEGIES)


@pytest.mark.parametrize("strategy", CASES)
def test_a_strategy_ends_with_a_tested_winner(tmp_path, strategy):
    if STRATEGIES[strategy].needs:
        pytest.importorskip(STRATEGIES[strategy].needs)
    result = run(tmp_path, strategy)
    assert result.n_trials == 4
    assert result.search.states == {"complete": 4}
    assert len({str(record.params) for record in result.search.records}) == 4
    assert 0 < result.test_metrics["accuracy"] <= 1
    assert result.final["best_trial"] == result.search.best_trial
    assert result.model().count_params() > 0


def test_a_strategy_without_its_package_is_refused_at_the_start(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)  # as if it were not installed
    with pytest.raises(JobError, match=r"keras-cookbook\[gp\]"):
        run(tmp_path, "gp")


def run(root, strategy):
    trials = {} if strategy == "grid" else {"trials": 4}
    return tune(
        "digits-mlp",
        root=root,
        tiny=True,
        tracking=False,
        strategy=strategy,
        pruner="none",
        workers=1,
        **trials,
        **CASES[strategy],
    )
