"""Adaptive embeddings: a distribution over all words, whose loss needs few of them."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from cookbook.layers.adaptive_embedding import AdaptiveEmbedding

WORDS = 30
STATES = np.random.default_rng(0).normal(size=(40, 8)).astype("float32")
TARGETS = np.random.default_rng(1).integers(0, WORDS, 40)


def array(tensor: object) -> np.ndarray:
    return keras.ops.convert_to_numpy(tensor)


def embedding() -> AdaptiveEmbedding:
    keras.utils.set_random_seed(0)
    layer = AdaptiveEmbedding(WORDS, 8, cutoffs=(6, 15), factor=2)
    layer.build()
    for weight in layer.weights:  # larger than at the start, so that words differ
        weight.assign(np.random.default_rng(len(weight.shape)).normal(size=weight.shape))
    return layer


def test_vectors_of_each_cluster_are_its_table_through_its_map() -> None:
    layer = embedding()
    tables, maps = [array(t) for t in layer.tables], [array(m) for m in layer.maps]
    assert [t.shape for t in tables] == [(6, 8), (9, 4), (15, 2)]
    expected = [tables[0], tables[1] @ maps[0], tables[2] @ maps[1]]
    found = array(layer(np.arange(WORDS)))
    np.testing.assert_allclose(found, np.concatenate(expected), rtol=1e-5)


def test_probability_of_a_rare_word_is_that_of_its_cluster_times_its_own_within() -> None:
    layer = embedding()
    found = np.exp(array(layer(STATES, reverse=True)).astype("float64"))
    np.testing.assert_allclose(found.sum(-1), 1, rtol=1e-5)
    head = np.exp(array(layer.head(STATES)).astype("float64"))
    head /= head.sum(-1, keepdims=True)
    np.testing.assert_allclose(found[:, :6], head[:, :6], rtol=1e-4)
    np.testing.assert_allclose(found[:, 6:15].sum(-1), head[:, 6], rtol=1e-4)
    own = np.exp(STATES @ array(layer.maps[1]).T @ array(layer.tables[2]).T)
    within = own / own.sum(-1, keepdims=True)
    np.testing.assert_allclose(found[:, 15:], head[:, 7:] * within, rtol=1e-3)


@pytest.mark.parametrize("words", [TARGETS, np.zeros(40, int), np.full(40, WORDS - 1)])
def test_nats_are_those_of_the_whole_distribution(words: np.ndarray) -> None:
    layer = embedding()
    expected = -array(layer(STATES, reverse=True))[np.arange(40), words]
    np.testing.assert_allclose(array(layer.nats(STATES, words)), expected, rtol=1e-4)


@pytest.mark.parametrize("cutoffs", [(), (0,), (5, 5), (9, 3), (30,), (2.5,)])
def test_cutoffs_that_leave_a_cluster_empty_are_refused(cutoffs: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="rise between 0 and the size of the vocabulary"):
        AdaptiveEmbedding(WORDS, 8, cutoffs=cutoffs)


def test_layer_comes_back_from_its_configuration() -> None:
    layer = embedding()
    twin = AdaptiveEmbedding.from_config(layer.get_config())
    twin.build()
    twin.set_weights(layer.get_weights())
    np.testing.assert_array_equal(array(twin(TARGETS)), array(layer(TARGETS)))
