"""Layers of members: equal to that many networks, and their average."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from cookbook.layers.members import MemberAverage, MemberDense, MemberHeads, RandomSigns

ROWS = np.random.default_rng(0).normal(size=(6, 3)).astype("float32")


def array(tensor: object) -> np.ndarray:
    return keras.ops.convert_to_numpy(tensor)


@pytest.mark.backend
def test_each_member_is_a_dense_layer_with_scaled_kernel() -> None:
    layer = MemberDense(5, members=4, signs=True, seed=0)
    layer.build((None, 3))
    layer.output_scale.assign(np.random.default_rng(1).normal(size=(4, 5)))
    found = array(layer(ROWS))
    kernel, scales, outputs, bias = (
        array(weight)
        for weight in (layer.kernel, layer.input_scale, layer.output_scale, layer.bias)
    )
    for member in range(4):
        own = scales[member][:, None] * kernel * outputs[member]
        np.testing.assert_allclose(
            found[:, member], ROWS @ own + bias[member], rtol=1e-4, atol=1e-5
        )
    np.testing.assert_allclose(array(layer(np.repeat(ROWS[:, None], 4, axis=1))), found, rtol=1e-6)


@pytest.mark.backend
def test_each_head_is_its_own_dense_layer() -> None:
    x = np.random.default_rng(2).normal(size=(6, 4, 3)).astype("float32")
    layer = MemberHeads(2, seed=0)
    found, kernel, bias = array(layer(x)), array(layer.kernel), array(layer.bias)
    for member in range(4):
        own = x[:, member] @ kernel[member] + bias[member]
        np.testing.assert_allclose(found[:, member], own, rtol=1e-4, atol=1e-5)


@pytest.mark.backend
def test_average_of_probabilities_survives_large_logits() -> None:
    logits = np.array([[[1000.0, 0.0], [0.0, 1000.0]]], "float32")
    found = array(MemberAverage("probabilities")(logits))
    np.testing.assert_allclose(np.exp(found), [[0.5, 0.5]], rtol=1e-5)


def test_signs_make_members_differ_and_without_them_they_agree_but_for_the_bias() -> None:
    apart = MemberDense(5, members=2, signs=True, seed=0)
    equal = MemberDense(5, members=2, seed=0)
    first, second = (array(layer(ROWS) - layer.bias) for layer in (apart, equal))
    assert not np.allclose(first[:, 0], first[:, 1])
    np.testing.assert_allclose(second[:, 0], second[:, 1], rtol=1e-6)


def test_penalty_is_that_of_the_shared_kernel() -> None:
    layer = MemberDense(5, members=4, kernel_regularizer=keras.regularizers.L2(0.1), seed=0)
    layer(ROWS)
    assert float(layer.losses[0]) == pytest.approx(0.1 * float((array(layer.kernel) ** 2).sum()))


@pytest.mark.parametrize(
    "make",
    [
        lambda: MemberDense(5, members=2, signs=True, kernel_regularizer="l2", seed=0),
        lambda: MemberHeads(2, seed=0),
        lambda: MemberAverage("probabilities"),
    ],
)
def test_layers_come_back_from_their_configuration(make) -> None:
    x = np.random.default_rng(2).normal(size=(6, 2, 3)).astype("float32")
    layer = make()
    twin = type(layer).from_config(layer.get_config())
    np.testing.assert_array_equal(array(layer(x)), array(twin(x)))
    assert layer.compute_output_shape(x.shape) == tuple(layer(x).shape)


def test_seeded_signs_repeat() -> None:
    first, again, other = (array(RandomSigns(seed)((50,))) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_unknown_average_is_refused() -> None:
    with pytest.raises(ValueError, match=r"No average named 'valeus'. Did you mean 'values'?"):
        MemberAverage("valeus")
