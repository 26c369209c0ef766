"""Residual networks: counts in closed form, options, bad input."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from cookbook.models.catalog import MODELS
from cookbook.models.entry import ModelEntry
from cookbook.models.resnets import resnet
from tests.cookbook.models.rows import name_of

_RESNETS = [entry for entry in MODELS.values() if entry.builder.endswith(":resnet")]
_SMALL = {"input_shape": (8, 8, 3), "depth": 8}


def _closed_form(depth: int, classes: int, variant: str) -> int:
    """Trainable parameters from He et al.'s table: kernels k * k * c * d, 2 d per normalisation."""
    wide = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3)}
    blocks = wide.get(depth, ((depth - 2) // 6,) * 3)
    first, expansion = (64, 4 if depth == 50 else 1) if depth in wide else (16, 1)
    stem = 49 if variant == "imagenet" else 9
    total, channels = stem * 3 * first + 2 * first, first
    for stage, count in enumerate(blocks):
        width = first * 2**stage
        for block in range(count):
            out = width * expansion
            if expansion == 4:
                total += channels * width + 9 * width**2 + width * out + 4 * width + 2 * out
            else:
                total += 9 * channels * width + 9 * width**2 + 4 * width
            forced = variant == "source" and block == 0
            if channels != out or forced:
                total += channels * out + 2 * out
            channels = out
    return total + (channels + 1) * classes


@pytest.mark.parametrize("entry", _RESNETS, ids=name_of)
def test_stated_count_is_the_closed_form(entry: ModelEntry) -> None:
    options = entry.reference
    variant = options.get("variant", "cifar")
    expected = _closed_form(options["depth"], options.get("num_classes", 10), variant)
    assert entry.trainable == expected


def test_source_shortcut_costs_4224_parameters() -> None:
    difference = _closed_form(34, 10, "source") - _closed_form(34, 10, "cifar")
    assert difference == 64 * 64 + 2 * 64


def test_zero_init_makes_every_branch_silent() -> None:
    model = resnet(**_SMALL, zero_init_residual=True, seed=0)
    image = np.random.default_rng(0).normal(size=(2, 8, 8, 3)).astype("float32")
    branch = keras.Model(model.input, model.get_layer("stage1_block1_norm2").output)
    assert not np.any(keras.ops.convert_to_numpy(branch(image)))


def test_stochastic_depth_grows_linearly() -> None:
    model = resnet(**_SMALL, stochastic_depth=0.3)
    rates = [layer.rate for layer in model.layers if layer.name.endswith("_drop")]
    np.testing.assert_allclose(rates, [0.1, 0.2, 0.3])


@pytest.mark.backend
def test_stochastic_depth_drops_whole_samples_and_keeps_the_mean() -> None:
    layer = resnet(**_SMALL, stochastic_depth=0.5, seed=0).get_layer("stage3_block1_drop")
    ones = np.ones((2000, 2, 2, 3), "float32")
    dropped = keras.ops.convert_to_numpy(layer(ones, training=True))
    assert all(len(np.unique(sample)) == 1 for sample in dropped)
    # Each sample is 0 or 2 with equal chance: the mean's deviation is 1 / sqrt(2000).
    assert abs(dropped.mean() - 1) < 5 / np.sqrt(2000)


def test_source_drops_in_branches_and_the_others_once() -> None:
    def count(variant: str) -> int:
        model = resnet(**_SMALL, variant=variant, spatial_dropout=0.1)
        return sum(isinstance(layer, keras.layers.SpatialDropout2D) for layer in model.layers)

    assert (count("source"), count("cifar")) == (6, 1)


def test_imagenet_first_layers_quarter_the_image() -> None:
    model = resnet((64, 64, 3), 10, depth=18, variant="imagenet", initializer="zeros")
    assert model.get_layer("stem_pool").output.shape == (None, 16, 16, 64)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"depth": 21}, r"`depth` must be one of 8, 14, 18, .*Got depth=21"),
        ({"variant": "cifer"}, r"No ResNet variant named 'cifer'\. Did you mean 'cifar'\?"),
        ({"input_shape": (7, 8, 3)}, r"needs at least 8x8 pixels"),
        ({"input_shape": (16, 16, 3), "variant": "imagenet"}, r"use `variant='cifar'`"),
        ({"spatial_dropout": 1}, r"`0 <= spatial_dropout < 1`"),
        ({"stochastic_depth": -1}, r"`0 <= stochastic_depth < 1`"),
        ({"num_classes": 1}, r"`num_classes` must be"),
    ],
)
def test_bad_input_is_refused(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        resnet(**options)
