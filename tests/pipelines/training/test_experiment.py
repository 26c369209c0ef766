"""What the options of a training promise about the model that it ends with."""

from __future__ import annotations

import pytest

from pipelines.recipes.registry import load_recipe
from pipelines.training.data import DataRequest
from pipelines.training.experiment import Experiment


@pytest.mark.parametrize("ema", [0.0, 0.95])
def test_early_stopping_ends_with_the_weights_of_the_best_epoch(ema):
    recipe = load_recipe("wine-mlp")
    dataset = DataRequest.of(recipe).load()
    params = {"epochs": 12, "patience": 2, "ema": ema, "learning_rate": 0.05, "l2": 0.0}
    experiment = Experiment(recipe, params, dataset, seed=3)
    model, history = experiment.train()
    found = experiment.task.score(model, dataset.validation)
    assert found["crossentropy"] == pytest.approx(min(history["val_loss"]), rel=1e-2)
