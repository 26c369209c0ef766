"""Plain, LeNet and compact image models: layer orders, augmentation, budgets, bad input."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from cookbook.models.catalog import MODELS
from cookbook.models.compact_networks import compact
from cookbook.models.convnets import cifar10_cnn, convnet
from cookbook.models.lenets import lenet
from tests.cookbook.models.rows import trainable_count

_IMAGE = (16, 16, 1)


def _kinds(model: keras.Model) -> list[str]:
    short = {
        "Conv2D": "conv",
        "BatchNormalization": "norm",
        "Activation": "act",
        "LeakyReLU": "act",
        "AveragePooling2D": "pool",
        "Dropout": "drop",
        "SpatialDropout2D": "drop maps",
        "Dense": "dense",
        "Flatten": "flat",
    }
    return [short[type(layer).__name__] for layer in model.layers[1:]]


def _spelled(text: str) -> list[str]:
    return [word.replace("_", " ") for word in text.split()]


# The printed networks of source 003, section 2.4, figures 1 to 6.
@pytest.mark.parametrize(
    ("name", "layers"),
    [
        ("lenet", "conv act pool conv act pool flat dense act dense act dense"),
        (
            "lenet-bn",
            "conv act norm pool conv act norm pool flat dense act norm dense act norm dense",
        ),
        (
            "lenet-dropout",
            "drop conv act drop pool conv act drop pool flat dense act drop dense act drop dense",
        ),
        (
            "lenet-bn-dropout",
            "drop conv act norm drop pool conv act norm drop pool flat "
            "dense act norm drop dense act norm drop dense",
        ),
        (
            "super-lenet",
            "conv act norm pool conv act norm drop pool flat dense act norm dense act norm dense",
        ),
    ],
)
def test_source_order_is_the_printed_one(name: str, layers: str) -> None:
    assert _kinds(MODELS[name].build()) == _spelled(layers)


def test_standard_order_normalises_first_and_drops_once() -> None:
    model = lenet(batch_norm=True, dropout=(0.2, 0.5, 0.5, 0.2), order="standard")
    layers = "conv norm act pool conv norm act pool flat dense norm act dense norm act drop dense"
    assert _kinds(model) == _spelled(layers)


def test_standard_order_drops_whole_maps() -> None:
    kinds = _kinds(lenet(dropout=(0, 0.5, 0.5, 0.5), order="standard"))
    assert kinds[:4] == ["conv", "act", "pool", "drop maps"]


def test_pooling_is_that_of_the_printed_networks_or_of_the_text() -> None:
    pixels = np.arange(16, dtype="float32").reshape(1, 4, 4, 1)
    for pooling, corner in (("average", (0 + 1 + 4 + 5) / 4), ("max", 5)):
        model = lenet(_IMAGE, pooling=pooling)
        pools = [model.get_layer(f"conv{index}_pool") for index in (1, 2)]
        firsts = [keras.ops.convert_to_numpy(pool(pixels))[0, 0, 0, 0] for pool in pools]
        assert firsts == [corner, corner]


def test_normalisation_and_slope_are_the_printed_ones() -> None:
    model = MODELS["super-lenet"].build()
    norm = model.get_layer("conv1_norm")
    assert (norm.momentum, norm.epsilon) == (0.9, 1e-5)
    assert model.get_layer("conv1_activation").negative_slope == 0.01
    rates = [layer.rate for layer in model.layers if isinstance(layer, keras.layers.Dropout)]
    assert rates == [0.2]


def test_convnet_count_in_closed_form() -> None:
    model = convnet((8, 8, 2), 3, widths=(4, 6), kernel_size=5, dense=7, batch_norm=False)
    convolutions = (25 * 2 + 1) * 4 + (25 * 4 + 1) * 6
    assert model.count_params() == convolutions + (2 * 2 * 6 + 1) * 7 + 8 * 3


def test_prelu_has_one_slope_per_map() -> None:
    model = convnet((8, 8, 1), 2, widths=(4,), activation="prelu")
    assert model.get_layer("stage1_activation").weights[0].shape == (1, 1, 4)


@pytest.mark.backend
@pytest.mark.parametrize("name", ["brightness", "contrast", "flip", "rotation", "shift", "zoom"])
def test_augmentation_acts_in_training_only(name: str) -> None:
    model = convnet((8, 8, 1), 2, widths=(4,), dropout=0.0, augmentation=(name,), seed=0)
    layer = model.get_layer(f"augment_{name}")
    image = np.random.default_rng(0).uniform(0.2, 0.8, (8, 8, 8, 1)).astype("float32")
    still, moved = (
        keras.ops.convert_to_numpy(layer(image, training=training)) for training in (False, True)
    )
    np.testing.assert_array_equal(still, image)
    assert not np.allclose(moved, image) and moved.min() >= 0 and moved.max() <= 1


@pytest.mark.parametrize("name", [name for name in MODELS if name.startswith("compact-")])
def test_compact_models_have_no_more_parameters_than_super_lenet(name: str) -> None:
    assert MODELS[name].trainable <= MODELS["super-lenet"].trainable


@pytest.mark.parametrize(
    ("block", "weights"),
    [
        ("separable", lambda c, d: 9 * c + c * d + 2 * c + 2 * d),
        ("blueprint", lambda c, d: c * d + 9 * d + 2 * d),
        ("residual", lambda c, d: 9 * c * d + 9 * d * d + 4 * d + (c != d) * (c * d + 2 * d)),
    ],
)
def test_compact_count_in_closed_form(block: str, weights: object) -> None:
    model = compact((8, 8, 3), 5, block=block, widths=(4, 6), depths=(1, 2))
    stem, head = 27 * 4 + 8, 7 * 5
    blocks = weights(4, 4) + weights(4, 6) + weights(6, 6)  # type: ignore[operator]
    assert trainable_count(model) == stem + blocks + head


@pytest.mark.parametrize("depths", [(1, 1), (2, 5)])
def test_shared_blocks_cost_their_normalisations_alone(depths: tuple[int, int]) -> None:
    model = compact((8, 8, 3), 5, block="shared", widths=(4, 6), depths=depths)
    once = (27 * 4 + 8) + 18 * 4 * 4 + (4 * 6 + 12) + 18 * 6 * 6 + 7 * 5
    assert trainable_count(model) == once + 4 * (depths[0] * 4 + depths[1] * 6)
    assert sum(isinstance(layer, keras.layers.Add) for layer in model.layers) == sum(depths)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (
            lambda: convnet((3, 3, 1), 10),
            r"`convnet` halves the image 3 times, so it needs at least 8x8 pixels\. "
            r"Got input_shape=\(3, 3, 1\): use fewer widths or larger images\.",
        ),
        (lambda: convnet((8, 8), 10), r"must be \(height, width, channels\)"),
        (lambda: convnet((8, 8, 1), 1), r"`num_classes` must be an integer of at least 2"),
        (lambda: convnet((8, 8, 1), 2, widths=()), r"`widths` needs at least one entry"),
        (lambda: convnet((8, 8, 1), 2, kernel_size=0), r"`kernel_size` must be"),
        (lambda: convnet((8, 8, 1), 2, dropout=-0.1), r"`0 <= dropout < 1`"),
        (lambda: convnet((8, 8, 1), 2, augmentation=("flop",)), r"Did you mean 'flip'\?"),
        (lambda: convnet((8, 8, 1), 2, augmentation="flip"), r"sequence of different names"),
        (lambda: cifar10_cnn((17, 18, 3)), r"needs at least 18x18 pixels"),
        (lambda: lenet((15, 16, 1)), r"needs at least 16x16 pixels"),
        (lambda: lenet(_IMAGE, dropout=(0.5,)), r"four rates: image, first maps"),
        (lambda: lenet(_IMAGE, dropout=(0, 0, 0, 1)), r"`0 <= dropout < 1`"),
        (lambda: lenet(_IMAGE, pooling="mean"), r"No pooling named 'mean'\. Known: average, max"),
        (lambda: lenet(_IMAGE, order="sauce"), r"No order named 'sauce'\. Did you mean 'source'"),
        (lambda: compact((2, 2, 3)), r"needs at least 4x4 pixels"),
        (lambda: compact(block="residul"), r"Did you mean 'residual'\?"),
        (lambda: compact(depths=(1,)), r"one entry per stage each"),
    ],
)
def test_bad_input_is_refused(build: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build()  # type: ignore[operator]
