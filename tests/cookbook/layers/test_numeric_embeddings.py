"""Embeddings of numbers: closed forms, starts, bad input."""

from __future__ import annotations

import itertools
from statistics import NormalDist

import keras
import numpy as np
import pytest

from cookbook.layers.numeric_embeddings import (
    Columns,
    PeriodicEmbedding,
    PiecewiseLinearEmbedding,
    normal_edges,
)

ROWS = np.random.default_rng(0).normal(size=(6, 3)).astype("float32")


def output_of(layer: keras.Layer, x: np.ndarray = ROWS) -> np.ndarray:
    return keras.ops.convert_to_numpy(layer(x))


def test_normal_edges_have_equal_shares_between_them() -> None:
    shares = [NormalDist().cdf(edge) for edge in normal_edges(5)]
    np.testing.assert_allclose(shares, [0.001, 0.2, 0.4, 0.6, 0.8, 0.999])


@pytest.mark.backend
def test_piecewise_encoding_is_its_definition() -> None:
    edges = (-1.0, 0.5, 2.0, 2.5)
    x = np.array([[-3.0], [-1.0], [0.0], [0.5], [1.0], [2.4], [4.0]], "float32")
    layer = PiecewiseLinearEmbedding(1, edges=edges)
    expected = np.stack(
        [(x[:, 0] - low) / (high - low) for low, high in itertools.pairwise(edges)], 1
    )
    expected[:, 1:] = expected[:, 1:].clip(min=0)
    expected[:, :-1] = expected[:, :-1].clip(max=1)
    encoded = keras.ops.convert_to_numpy(layer.encode(x))[:, 0]
    np.testing.assert_allclose(encoded, expected, rtol=1e-6, atol=1e-6)


@pytest.mark.backend
def test_piecewise_embedding_starts_linear_and_then_bends() -> None:
    layer = PiecewiseLinearEmbedding(2, edges=(0.0, 1.0, 2.0), seed=0)
    middle, low, high = output_of(layer, np.array([[0.5], [-1.0], [2.0]], "float32"))
    np.testing.assert_allclose(middle, (low + high) / 2, rtol=1e-6)
    layer.slopes.assign(np.array([[[1.0, 0.0], [0.0, 3.0]]], "float32"))
    linear = keras.ops.convert_to_numpy(layer.linear)[0]
    bias = keras.ops.convert_to_numpy(layer.bias)[0]
    bent = output_of(layer, np.array([[1.5]], "float32"))[0, 0]
    np.testing.assert_allclose(bent, 1.5 * linear + bias + [1.0, 1.5], rtol=1e-6)


@pytest.mark.backend
def test_periodic_embedding_is_its_formula() -> None:
    layer = PeriodicEmbedding(3, frequencies=4, scale=0.5, seed=0)
    found = output_of(layer)
    angular, phases, kernel, bias = (
        keras.ops.convert_to_numpy(weight)
        for weight in (layer.angular, layer.phases, layer.kernel, layer.bias)
    )
    waves = np.cos(ROWS[:, :, None] * angular + phases)
    mixed = np.einsum("bft,ftu->bfu", waves, kernel) + bias
    np.testing.assert_allclose(found[..., 0], ROWS)
    np.testing.assert_allclose(found[..., 1:], mixed, rtol=1e-4, atol=1e-5)


def test_frequencies_have_the_stated_deviation() -> None:
    layer = PeriodicEmbedding(2, frequencies=2000, scale=0.3, seed=0)
    layer.build((None, 3))
    deviation = np.std(keras.ops.convert_to_numpy(layer.angular)) / (2 * np.pi)
    assert deviation == pytest.approx(0.3, rel=0.05)


@pytest.mark.parametrize(
    "make",
    [
        lambda: PiecewiseLinearEmbedding(4, edges=normal_edges(8), seed=0),
        lambda: PeriodicEmbedding(4, seed=0),
        lambda: Columns(1, 3),
    ],
)
def test_layers_come_back_from_their_configuration(make) -> None:
    layer = make()
    twin = type(layer).from_config(layer.get_config())
    np.testing.assert_array_equal(output_of(layer), output_of(twin))
    assert layer.compute_output_shape((None, 3)) == (None, *output_of(layer).shape[1:])


@pytest.mark.parametrize("edges", [(0.0,), (0.0, 0.0, 1.0), (1.0, 0.0), (0.0, float("inf"))])
def test_borders_that_do_not_increase_are_refused(edges: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match=r"`edges` must be at least two finite numbers"):
        PiecewiseLinearEmbedding(2, edges=edges)


def test_values_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match=r"`scale` must be finite and above 0. Got scale=0"):
        PeriodicEmbedding(2, scale=0)
    with pytest.raises(ValueError, match="`units` must be an integer of at least 2"):
        PeriodicEmbedding(1)
    with pytest.raises(ValueError, match="`bins` must be an integer of at least 1"):
        normal_edges(0)
