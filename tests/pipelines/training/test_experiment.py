"""What the options of a training promise about the model that it ends with."""

from __future__ import annotations

import keras
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


def experiment(**params) -> Experiment:
    recipe = load_recipe("digits-cnn")
    dataset = DataRequest.of(recipe).load()
    return Experiment(recipe, {"epochs": 1, **params}, dataset, seed=3)


@pytest.mark.exhaustive
def test_mixed_precision_computes_layers_in_bfloat16_and_keeps_weights_and_logits(tmp_path):
    mixed = experiment(precision="mixed_bfloat16")
    model, history = mixed.train()
    convolution = next(layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D))
    assert convolution.compute_dtype == "bfloat16"
    assert {weight.dtype for weight in model.weights} == {"float32"}
    assert model.output.dtype == "float32"
    _, plain = experiment().train()
    # Eight bits of mantissa: close, but not the same training.
    assert history["loss"] != plain["loss"]
    assert history["loss"] == pytest.approx(plain["loss"], rel=0.05)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    validation = mixed.dataset.validation
    assert mixed.task.score(loaded, validation) == mixed.task.score(model, validation)


def test_the_precision_of_one_model_is_not_that_of_the_next():
    with pytest.raises(ValueError):
        experiment(precision="mixed_bfloat16", widths=()).build(total_steps=1)
    assert keras.config.dtype_policy().name == "float32"


def test_unknown_precision_says_what_is_near():
    with pytest.raises(ValueError, match=r"precision named 'bfloat16'\. Did you mean 'mixed_bf"):
        experiment(precision="bfloat16")
