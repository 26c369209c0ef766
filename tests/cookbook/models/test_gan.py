"""Adversarial training: whose turn it is, what it minimises, and that it survives saving."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from cookbook.models.gan import GAN
from cookbook.models.gan_networks import (
    dcgan_discriminator,
    dcgan_generator,
    dense_discriminator,
    dense_generator,
)

# Keras 3.15 writes TensorFlow variables in a way that NumPy 2.4 warns of.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SHAPE = (4, 4, 1)
IMAGES = np.full((16, *SHAPE), 0.5, "float32")


def arrays(model: keras.Model) -> list[np.ndarray]:
    return [keras.ops.convert_to_numpy(weight).copy() for weight in model.trainable_weights]


def moved(before: list[np.ndarray], model: keras.Model) -> bool:
    return any(not np.array_equal(a, b) for a, b in zip(before, arrays(model), strict=True))


def tiny(**options: Any) -> GAN:
    generator = dense_generator(SHAPE, noise_dim=3, hidden=(8,), seed=0)
    discriminator = dense_discriminator(SHAPE, hidden=(8,), dropout=0.0, seed=1)
    return GAN(generator, discriminator, **options)


@pytest.mark.backend
@pytest.mark.parametrize("still", ["generator", "discriminator"])
def test_each_turn_moves_its_own_player(still: str) -> None:
    gan = tiny()
    other = "discriminator" if still == "generator" else "generator"
    gan.compile(**{f"{still}_optimizer": keras.optimizers.SGD(0.0)})
    before = {name: arrays(getattr(gan, name)) for name in (still, other)}
    logs = gan.train_on_batch(IMAGES, return_dict=True)
    assert set(logs) == {"discriminator_loss", "generator_loss"}
    assert all(np.isfinite(value) for value in logs.values())
    assert not moved(before[still], getattr(gan, still))
    assert moved(before[other], getattr(gan, other))


@pytest.mark.backend
def test_generator_plays_against_the_discriminator_as_it_is_now() -> None:
    # A discriminator that has just learnt with a large rate judges the images of this very
    # step: against one of zero rate the generator's loss stays near ln 2.
    losses = {}
    for rate in (0.0, 5.0):
        keras.utils.set_random_seed(0)  # the same noise for both
        gan = tiny()
        gan.compile(discriminator_optimizer=keras.optimizers.SGD(rate))
        losses[rate] = gan.train_on_batch(IMAGES, return_dict=True)["generator_loss"]
    assert losses[5.0] > losses[0.0] + 0.1


@pytest.mark.backend
def test_losses_start_at_their_closed_form() -> None:
    gan = tiny(label_smoothing=0.1)
    head = gan.discriminator.layers[-1]
    bias = 0.7  # with a zero kernel every logit is the bias
    head.set_weights([np.zeros_like(head.get_weights()[0]), np.array([bias])])
    gan.compile(discriminator_optimizer=keras.optimizers.SGD(0.0))
    logs = gan.train_on_batch(IMAGES, return_dict=True)
    p = 1 / (1 + np.exp(-bias))
    real = -(0.9 * np.log(p) + 0.1 * np.log(1 - p))
    assert logs["discriminator_loss"] == pytest.approx((real - np.log(1 - p)) / 2, rel=1e-5)
    assert logs["generator_loss"] == pytest.approx(-np.log(p), rel=1e-5)


def test_discriminator_may_take_several_turns() -> None:
    gan = tiny(discriminator_steps=3)
    gan.compile()
    gan.fit(IMAGES, batch_size=8, epochs=2, verbose=0)
    turns = gan.generator_turn.optimizer, gan.discriminator_turn.optimizer
    assert [int(optimizer.iterations) for optimizer in turns] == [4, 12]


@pytest.mark.backend
def test_learns_one_image() -> None:
    keras.utils.set_random_seed(0)
    gan = tiny()
    adam = [keras.optimizers.Adam(0.01, beta_1=0.5) for _ in range(2)]
    # PyTorch's trainer of Keras runs single steps.
    gan.compile(*adam, steps_per_execution=1 if keras.backend.backend() == "torch" else 4)
    noise = np.random.default_rng(0).normal(size=(32, 3)).astype("float32")
    before = np.abs(gan.predict(noise, verbose=0) - 0.5).mean()
    gan.fit(np.tile(IMAGES, (4, 1, 1, 1)), batch_size=16, epochs=25, verbose=0)
    assert np.abs(gan.predict(noise, verbose=0) - 0.5).mean() < 0.7 * before


@pytest.mark.backend
def test_saves_and_goes_on(tmp_path: Path) -> None:
    gan = tiny(discriminator_steps=2, label_smoothing=0.1)
    gan.compile(keras.optimizers.Adam(1e-3), steps_per_execution=1, jit_compile=False)
    gan.fit(IMAGES, verbose=0)
    gan.save(tmp_path / "gan.keras")
    twin = keras.saving.load_model(tmp_path / "gan.keras")
    noise = np.ones((2, 3), "float32")
    np.testing.assert_allclose(gan.predict(noise, verbose=0), twin.predict(noise, verbose=0))
    assert (twin.discriminator_steps, twin.label_smoothing) == (2, 0.1)
    assert float(twin.generator_turn.optimizer.learning_rate) == pytest.approx(1e-3)
    for ours, theirs in zip(gan.optimizer.variables, twin.optimizer.variables, strict=True):
        np.testing.assert_allclose(
            keras.ops.convert_to_numpy(ours), keras.ops.convert_to_numpy(theirs)
        )
    twin.fit(IMAGES, verbose=0)
    assert twin.get_compile_config() == {
        **gan.get_compile_config(),
        "steps_per_execution": 1,
        "jit_compile": False,
    }


@pytest.mark.parametrize(
    ("shape", "widths"), [((8, 8, 1), (4, 4)), ((28, 28, 1), (4, 4)), ((32, 32, 3), (4, 4, 4))]
)
def test_dcgan_fits_small_images(shape: tuple[int, int, int], widths: tuple[int, ...]) -> None:
    generator = dcgan_generator(shape, widths=widths, noise_dim=2)
    discriminator = dcgan_discriminator(shape, widths=widths)
    images = generator(np.random.default_rng(0).normal(size=(2, 2)).astype("float32"))
    assert tuple(images.shape) == (2, *shape)
    assert np.abs(keras.ops.convert_to_numpy(images)).max() <= 1
    assert tuple(discriminator(images).shape) == (2, 1)


def test_dcgan_counts() -> None:
    noise, (a, b), side = 32, (128, 64), 7
    up = noise * side * side * a + 2 * a + 16 * a * b + 2 * b + 16 * b + 1
    assert sum(w.size for w in arrays(dcgan_generator((28, 28, 1)))) == up == 333_185
    down = 16 * b + b + 16 * b * a + a + side * side * a + 1
    assert dcgan_discriminator((28, 28, 1)).count_params() == down == 138_561


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: dcgan_generator((10, 10, 1)), "must be divisible by 4. Got image_shape=.10, 10"),
        (lambda: dcgan_discriminator((8, 8, 1), widths=()), "divisible by 1.*widths="),
        (lambda: dcgan_discriminator((8, 8, 1), dropout=1), "0 <= dropout < 1"),
        (lambda: tiny(discriminator_steps=0), "discriminator_steps >= 1.*discriminator_steps=0"),
        (lambda: tiny(label_smoothing=1.0), "label_smoothing < 1.*label_smoothing=1.0"),
        (
            lambda: GAN(dense_generator((8, 8, 1)), dense_discriminator((4, 4, 1))),
            "must take what the generator makes",
        ),
    ],
)
def test_bad_input_say_the_rule(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
