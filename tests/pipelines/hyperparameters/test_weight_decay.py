"""A weight decay of 0 is none, also for optimizers that decay by themselves."""

from __future__ import annotations

import pytest

from cookbook.optimizers import make_optimizer
from pipelines.hyperparameters.optimizer import optimizer_arguments
from pipelines.hyperparameters.options import split_parameters


def _optimizer(**params):
    options, _ = split_parameters(params)
    name, arguments = optimizer_arguments(options, total_steps=10)
    return make_optimizer(name, **arguments)


@pytest.mark.parametrize("optimizer", ["adamw", "muon"])
def test_a_given_zero_is_no_decay(optimizer):
    assert _optimizer(optimizer=optimizer).weight_decay == 0.004
    assert _optimizer(optimizer=optimizer, weight_decay=0.02).weight_decay == 0.02
    assert _optimizer(optimizer=optimizer, weight_decay=0).weight_decay == 0


def test_the_part_of_muon_that_is_adam_decays_as_little():
    assert _optimizer(optimizer="muon", weight_decay=0).adam_weight_decay == 0
    kept = _optimizer(optimizer="muon", weight_decay=0, **{"optimizer.adam_weight_decay": 0.01})
    assert kept.adam_weight_decay == 0.01


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "spsa"])
def test_others_decay_nothing_anyway(optimizer):
    assert not getattr(_optimizer(optimizer=optimizer, weight_decay=0), "weight_decay", None)
