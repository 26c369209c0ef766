"""Trainings that see small images first: sizes, numbers, resuming, and what is refused."""

from __future__ import annotations

import dataclasses

import keras
import numpy as np
import pytest

from pipelines.recipes.registry import load_recipe
from pipelines.training.checkpoint import Checkpoint
from pipelines.training.checks import check_hyperparameters
from pipelines.training.experiment import Experiment
from pipelines.training.tensorflow.progressive_resizing import progressive
from tests.pipelines.tasks.small_data import SMALL, images, masks, small_experiment

TASK = "image-classification"
SIDE = 8


def _experiment(**params):
    recipe, _ = SMALL[TASK]
    recipe = dataclasses.replace(
        recipe,
        builder="cookbook.models.compact_networks:compact",
        defaults={**recipe.defaults, "widths": (4, 4), "depths": (1, 1), "epochs": 4},
    )
    small = images()

    def larger(split):
        return dataclasses.replace(split, x=split.x.repeat(SIDE // 2, 1).repeat(SIDE // 2, 2))

    data = dataclasses.replace(
        small, train=larger(small.train), validation=larger(small.validation)
    )
    return Experiment(recipe, params, data, seed=0)


def _area(width=SIDE):
    """A network whose output is the number of pixels that it sees."""
    image = keras.Input((SIDE, width, 1))
    return keras.Model(image, keras.ops.sum(image, axis=(1, 2)), name="area")


@pytest.mark.parametrize(("width", "widths"), [(8, (2, 4, 8)), (16, (4, 8, 16)), (3, (1, 1, 3))])
def test_sizes_follow_the_updates_in_equal_stretches(width, widths):
    trained = progressive(_area(width), (2, 4, SIDE), total_steps=7)
    trained.compile("sgd", "mse")
    seen = []
    for step in range(9):  # an eighth update and a ninth stay at full size
        trained.optimizer.iterations.assign(step)
        seen.append(float(trained(np.ones((1, SIDE, width, 1), np.float32))[0, 0]))
    areas = [height * wide for height, wide in zip((2, 4, SIDE), widths, strict=True)]
    assert seen == pytest.approx([areas[0]] * 3 + [areas[1]] * 2 + [areas[2]] * 4, rel=1e-5)


def test_full_size_all_the_time_is_a_plain_training():
    plain, history = _experiment().train()
    trained, seen = _experiment(progressive_sizes=(SIDE, SIDE)).train()
    assert type(trained) is type(plain)
    for ours, theirs in zip(trained.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(seen["val_loss"], history["val_loss"], rtol=1e-4)


@pytest.mark.exhaustive
def test_what_it_learns_from_small_images_serves_at_full_size(tmp_path):
    experiment = _experiment(progressive_sizes=[4, 4, SIDE], ema=0.5, epochs=12)
    model, _ = experiment.train()
    score = experiment.task.score(model, experiment.dataset.validation)
    assert score["accuracy"] > 0.8
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    rows = experiment.task.inputs(experiment.dataset.validation.x)
    np.testing.assert_array_equal(loaded.predict(rows, verbose=0), model.predict(rows, verbose=0))


def test_an_interrupted_training_goes_on_at_the_size_that_it_had(tmp_path):
    sizes = {"progressive_sizes": (4, SIDE)}
    whole, history = _experiment(**sizes).train()
    checkpoint = Checkpoint(tmp_path / "state.npz")
    _experiment(**sizes).train(epochs=1, checkpoint=checkpoint)
    resumed, seen = _experiment(**sizes).train(checkpoint=checkpoint)
    assert seen == history
    for ours, theirs in zip(resumed.get_weights(), whole.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


REFUSED = [
    ({"progressive_sizes": 16}, r"`progressive_sizes` is a list of whole numbers. Got .*=16\."),
    ({"progressive_sizes": [16, 0.5]}, "`progressive_sizes` is a list of whole numbers"),
    ({"progressive_sizes": [0, 32]}, "`progressive_sizes >= 1` must hold"),
    (
        {"progressive_sizes": [16, 32], "curriculum": 0.5},
        r"Got curriculum=0\.5, progressive_sizes=\[16, 32\]: leave one of them out",
    ),
    (
        {"progressive_sizes": [16, 32], "gradient_checkpointing": True},
        r"Progressive resizing trains in a form of its own.*Got progressive_sizes=\[16, 32\]",
    ),
    ({"progressive_sizes": [16, 32], "optimizer": "spsa"}, "has no place for lbfgs, spsa"),
]


@pytest.mark.parametrize(("params", "message"), REFUSED)
def test_what_does_not_go_together_is_refused_before_data_are_read(params, message):
    with pytest.raises(ValueError, match=message):
        check_hyperparameters(load_recipe("cifar10-small"), params)


def test_networks_of_one_size_say_what_to_do():
    with pytest.raises(ValueError, match=r"Got progressive_sizes=\(4, 6\) for images of 8 pixels"):
        _experiment(progressive_sizes=[4, 6]).train()
    # Its dense layers count the pixels.
    with pytest.raises(ValueError, match=r"images of 2x2 pixels, which refuses 1x1: take larger"):
        small_experiment(TASK, progressive_sizes=[1, 2]).train()
    with pytest.raises(ValueError, match=r"to one row of outputs\. Got 'unet' from"):
        small_experiment("segmentation", data=masks(), progressive_sizes=[4, 8]).train()
    with pytest.raises(ValueError, match=r"leave progressive_sizes out"):
        small_experiment("table-classification", progressive_sizes=[4, 8]).train()
