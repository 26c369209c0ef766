"""A strategy that takes its time, as a model of many trials or a busy machine does."""

from __future__ import annotations

import os
import time

import optuna

from tuning.strategies import STRATEGIES, Strategy

SECONDS = "TEST_SLOW_STRATEGY_SECONDS"
SLOW = Strategy(reference="tests.tuning.engine.strategies:slow", summary="slow")


class SlowSampler(optuna.samplers.RandomSampler):
    def before_trial(self, study, trial):
        time.sleep(float(os.environ[SECONDS]))


def slow(request):
    return SlowSampler(seed=request.seed)


def register():
    """Makes the strategy known to this process."""
    STRATEGIES["slow"] = SLOW
