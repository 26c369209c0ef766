"""The command that trains with a winner's hyperparameters trains what the search refitted."""

from __future__ import annotations

import shlex

import pytest

from pipelines.cli import train as command_line
from pipelines.hyperparameters.families import with_changes
from pipelines.jobs.candidates import Candidate
from pipelines.jobs.recipe.commands import winner_command
from pipelines.jobs.recipe.target import RecipeTarget
from pipelines.jobs.schema import Job
from pipelines.training.run import TrainRequest

# What a job says beside its recipe, what was found, and whether it ran in tiny mode.
SEARCHES = {
    "fixed": (
        {"params": {"batch_size": 128, "label_smoothing": 0.1}, "data": {"split_seed": 3}},
        {"learning_rate": 0.002, "widths": (64, 32)},
        False,
    ),
    "nothing": ({}, {"learning_rate": 1e-05}, False),
    "tiny": ({"params": {"batch_size": 16}, "epochs": 3}, {"optimizer": "sgd"}, True),
    "own data": (
        {
            "recipe": "tabular",
            "data": {"path": "my wine.csv", "target": "grower", "split_seed": 1},
            "params": {"loss": "huber", "loss.delta": 1.5},
        },
        {"learning_rate": 0.01},
        False,
    ),
}


@pytest.mark.parametrize("search", SEARCHES)
def test_the_command_asks_for_what_was_refitted(search, monkeypatch):
    monkeypatch.delenv("COOKBOOK_DATA", raising=False)  # of which a command line has the value
    said, found, tiny = SEARCHES[search]
    target = RecipeTarget.of(Job(**{"recipe": "digits-mlp", **said}), tiny=tiny)
    command = winner_command(target, Candidate(params=found, epochs=5), seed=7)
    asked = {}
    monkeypatch.setattr(command_line, "_train", lambda given, **_: asked.update(given))
    command_line.train(shlex.split(command)[2:], standalone_mode=False)
    request = TrainRequest(**asked)
    recipe = request.load_recipe()
    assert request.data_request(recipe) == target.data
    assert request.seed == 7
    expected = with_changes(target.recipe.defaults, {**found, "epochs": 5})
    assert with_changes(recipe.defaults, request.params) == expected
