"""Language models of several members: what they predict, what their training minimises."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from cookbook.models.language_models import language_model
from cookbook.models.recurrent import reset_states

TOKENS = np.array([[3, 1, 6, 0, 0], [2, 5, 0, 0, 0]])
TARGETS = np.array([[1, 6, 4, 0, 0], [5, 4, 0, 0, 0]])
SMALL = {"embedding_dim": 4, "units": (3,), "seed": 1}


def _members(model: keras.Model) -> list[keras.Model]:
    return [layer for layer in model.layers if layer.name.startswith("member")]


def _probabilities(logits: object) -> np.ndarray:
    return keras.ops.convert_to_numpy(keras.ops.softmax(logits))


@pytest.mark.backend
@pytest.mark.parametrize("cell", ["lstm", "linear"])
def test_the_prediction_is_the_mean_probability(cell: str) -> None:
    model = language_model(7, cell=cell, members=3, **SMALL)
    each = [_probabilities(member(TOKENS)) for member in _members(model)]
    assert len(each) == 3 and not np.allclose(each[0], each[1])
    np.testing.assert_allclose(np.exp(model(TOKENS)), np.mean(each, axis=0), atol=1e-6)


def test_members_of_equal_weights_are_one() -> None:
    one, model = language_model(7, **SMALL), language_model(7, members=3, **SMALL)
    for member in _members(model):
        member.set_weights(one.get_weights())
    expected = _probabilities(one(TOKENS))
    np.testing.assert_allclose(_probabilities(model(TOKENS)), expected, atol=1e-6)
    assert model.count_params() == 3 * one.count_params()


@pytest.mark.exhaustive
@pytest.mark.backend
def test_training_minimises_the_mean_of_the_losses_of_real_tokens() -> None:
    model = language_model(7, members=3, padding_id=0, **SMALL)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction=None)
    real, weights = TARGETS != 0, np.arange(10.0).reshape(2, 5)
    nats = [keras.ops.convert_to_numpy(loss(TARGETS, member(TOKENS))) for member in _members(model)]
    model.compile(
        keras.optimizers.SGD(0.0), keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    )
    found = model.fit(TOKENS, TARGETS, verbose=0).history["loss"][0]
    assert found == pytest.approx(np.mean([each[real].mean() for each in nats]), rel=1e-5)
    found = model.fit(TOKENS, TARGETS, sample_weight=weights, verbose=0).history["loss"][0]
    weighted = [(each * weights)[real].mean() for each in nats]
    assert found == pytest.approx(np.mean(weighted), rel=1e-5)
    # The loss of the average, which validation reports, is never above it.
    assert model.evaluate(TOKENS, TARGETS, verbose=0) < np.mean([e[real].mean() for e in nats])


def test_members_carry_their_states_and_come_back_from_a_file(tmp_path) -> None:
    model = language_model(7, members=2, stateful_batch_size=2, **SMALL)
    whole = np.array(model(TOKENS))
    reset_states(model)
    parts = [np.array(model(TOKENS[:, part])) for part in (slice(0, 2), slice(2, 5))]
    np.testing.assert_allclose(np.concatenate(parts, axis=1), whole, atol=1e-6)
    model.save(tmp_path / "members.keras")
    again = keras.models.load_model(tmp_path / "members.keras")
    np.testing.assert_allclose(np.array(again(TOKENS)), whole, atol=1e-6)
    assert again(TOKENS, training=True).shape == (2, 2, 5, 7)


@pytest.mark.parametrize("members", [0, 1.5])
def test_a_model_has_at_least_one_member(members: float) -> None:
    with pytest.raises(ValueError, match="`members` must be an integer of at least 1"):
        language_model(7, members=members, **SMALL)
