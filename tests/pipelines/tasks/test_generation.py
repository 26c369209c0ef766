"""Generation: the judge's numbers against closed forms, and a GAN that learns."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from cookbook.models.gan import image_gan
from pipelines.datasets.registry import load_dataset
from pipelines.hyperparameters.options import TrainingOptions, check_parameter_names
from pipelines.recipes.registry import load_recipe
from pipelines.serving.bundle import Bundle
from pipelines.serving.drawing import draw_images
from pipelines.tasks.generation import ImageGeneration
from pipelines.tasks.judge import ImageJudge, frechet_distance
from pipelines.training.checks import check_hyperparameters
from pipelines.training.experiment import Experiment
from pipelines.training.saving import save_model


@pytest.fixture(scope="module")
def digits():
    return load_dataset("digits", rows=400)


def _experiment(digits, **params):
    return Experiment(load_recipe("digits-gan"), params, digits, seed=0)


def test_recipe_names_are_accepted():
    recipe = load_recipe("digits-gan")
    names = {*recipe.defaults, *recipe.space.dimensions, *recipe.tiny}
    extra = ImageGeneration.extra_names
    check_parameter_names(dict.fromkeys(names), recipe.builder, extra=extra)


def test_frechet_distance_of_diagonal_gaussians():
    generator = np.random.default_rng(0)
    points = generator.normal(size=(500, 3))
    # Whitened exactly, so that mean 0 and covariance I hold for the sample itself.
    points -= points.mean(axis=0)
    points = points @ np.linalg.inv(np.linalg.cholesky(np.cov(points, rowvar=False)).T)
    scales, shift = np.array([1.0, 2.0, 0.5]), np.array([1.0, 0.0, -2.0])
    # For commuting covariances the trace is the sum of (s1 - s2)^2.
    expected = np.square(shift).sum() + np.square(1 - scales).sum()
    assert frechet_distance(points, points * scales + shift) == pytest.approx(expected)
    assert frechet_distance(points, points) == pytest.approx(0, abs=1e-9)


def test_the_judge_tells_digits_from_noise_and_from_one_digit(digits):
    train, validation = digits.train, digits.validation
    judge = ImageJudge().fit(train.x / 16, train.y)
    real = judge.scores(train.x[:80] / 16, validation.x / 16)
    noise = np.random.default_rng(0).uniform(size=(80, 8, 8, 1))
    made_up = judge.scores(noise, validation.x / 16)
    ones = judge.scores(train.x[train.y == 1] / 16, validation.x / 16)
    assert real["confident"] > made_up["confident"]
    assert real["frechet_distance"] < min(made_up["frechet_distance"], ones["frechet_distance"])
    assert real["class_balance"] > 0.8
    assert ones["class_balance"] < 0.3


@pytest.mark.exhaustive
def test_the_gan_learns_and_is_served(digits, tmp_path):
    experiment = _experiment(digits, epochs=40, learning_rate=1e-3, batch_size=16)
    model, history = experiment.train()
    assert {"generator_loss", "discriminator_loss", "val_confident"} <= set(history)
    distance = history["val_frechet_distance"]
    assert distance[-1] < 0.8 * distance[0]
    # The judge's verdict of the last epoch is the score of the model.
    scores = experiment.task.score(model, digits.validation)
    assert scores["frechet_distance"] == pytest.approx(distance[-1], rel=1e-4)
    path = save_model(experiment, model, tmp_path)
    frame = Bundle.load(path.parent).predict(experiment.task.raw_example())
    expected = draw_images(model, [0, 1]).reshape(2, 64) * 16
    np.testing.assert_allclose(frame.iloc[:, 1:], expected, atol=1e-4)
    drawn = experiment.task.predict(model, digits.validation.x)
    shown, _ = experiment.task.figures_and_reports(drawn, digits.validation, model=model)
    assert set(shown) == {"samples"}
    lines = experiment.task.notes(model)["samples.txt"].splitlines()
    assert (lines[0], lines[lines.index("# after training") - 1]) == ("# before training", "")
    assert max(map(len, lines)) <= 100


def test_the_baseline_is_scored_like_the_model(digits):
    task = ImageGeneration(digits, TrainingOptions(), {})
    name, predictions = task.baseline(digits.validation)
    assert name == "Gaussian"
    assert predictions.shape == (len(digits.validation), 2, 8, 8, 1)
    assert set(task.measure(predictions)) == {"confident", "class_balance", "frechet_distance"}


def test_both_players_get_the_options(digits):
    model = _experiment(digits, learning_rate=0.01, beta_1=0.3).build(total_steps=1)
    for turn in (model.generator_turn, model.discriminator_turn):
        assert float(turn.optimizer.learning_rate) == pytest.approx(0.01)
        assert turn.optimizer.beta_1 == 0.3
    assert model.label_smoothing == 0.1


def test_equal_seeds_draw_equal_images():
    keras.utils.set_random_seed(0)
    model = image_gan((8, 8, 1), kind="dcgan")
    images = draw_images(model, [3, 4, 3])
    np.testing.assert_array_equal(images[0], images[2])
    assert np.abs(images[0] - images[1]).max() > 0
    assert images.min() >= 0
    assert images.max() <= 1
    with pytest.raises(ValueError, match=r"at least 0\. Got -1"):
        draw_images(model, [-1])


@pytest.mark.parametrize("options", [{"augment": "flip"}, {"ema": 0.9}, {"standardize": True}])
def test_options_without_a_place_are_refused(digits, options):
    (name,) = options
    with pytest.raises(ValueError, match=f"has no place for '{name}'"):
        ImageGeneration(digits, TrainingOptions(**options), {})


def test_it_has_a_loss_of_its_own():
    with pytest.raises(ValueError, match="huber"):
        check_hyperparameters(load_recipe("digits-gan"), {"loss": "huber"})


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match=r"'dens'\. Did you mean 'dense'"):
        image_gan((8, 8, 1), kind="dens")
