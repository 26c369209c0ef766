"""Dynamic evaluation: every token is scored before the model learns from it."""

from __future__ import annotations

import numpy as np
import pytest

from cookbook.models.language_models import language_model
from pipelines.tasks import dynamic_reading
from pipelines.tasks.dynamic_reading import SEGMENT, dynamic_nats
from pipelines.tasks.reading import TokenReader

TOKENS = np.random.default_rng(0).integers(0, 7, 90)


def _model(**options):
    settings = {"embedding_dim": 4, "units": (8,), "seed": 1, **options}
    return language_model(7, **settings)


@pytest.mark.parametrize(
    "options", [{}, {"cell": "gru", "tied": True, "units": (8, 4)}, {"members": 2}], ids=str
)
def test_without_steps_the_scores_are_those_of_reading(options):
    model = _model(**options)
    expected = TokenReader(model).stream(TOKENS).nats
    np.testing.assert_allclose(dynamic_nats(model, TOKENS, rate=1e-12), expected, atol=1e-5)


@pytest.mark.exhaustive
def test_a_score_depends_on_nothing_that_follows_it():
    model = _model()
    other = TOKENS.copy()
    other[50:] = (other[50:] + 1) % 7
    first, second = (dynamic_nats(model, tokens, rate=1.0) for tokens in (TOKENS, other))
    # The targets of the tokens before place 50 are the same up to the 49th.
    np.testing.assert_array_equal(first[:49], second[:49])
    assert not np.allclose(first[49:], second[49:])


def test_the_first_segment_is_scored_by_the_trained_model_and_the_next_by_another():
    model = _model()
    still = TokenReader(model).stream(TOKENS).nats
    dynamic = dynamic_nats(model, TOKENS, rate=1.0)
    np.testing.assert_allclose(dynamic[:SEGMENT], still[:SEGMENT], atol=1e-5)
    assert abs(dynamic[SEGMENT] - still[SEGMENT]) > 1e-3


def test_what_comes_again_is_learned_from_its_first_time():
    again = np.tile([1, 2, 3, 4, 5], 60)
    nats = dynamic_nats(_model(), again, rate=1.0)
    assert nats[-30:].mean() < 0.9 * nats[:30].mean()


@pytest.mark.exhaustive
def test_learning_is_without_dropout():
    plain, dropping = _model(), _model(dropout=0.5, recurrent_dropout=0.5)
    dropping.set_weights(plain.get_weights())
    ours, theirs = (dynamic_nats(model, TOKENS, rate=0.5) for model in (dropping, plain))
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_the_weights_are_given_back_even_where_reading_fails(monkeypatch):
    model = _model()
    before = model.get_weights()
    dynamic_nats(model, TOKENS, rate=1.0)
    _assert_equal(model.get_weights(), before)

    class Failing(dynamic_reading._WithoutDropout):
        def train_on_batch(self, *args, **options):
            super().train_on_batch(*args, **options)
            raise MemoryError

    monkeypatch.setattr(dynamic_reading, "_WithoutDropout", Failing)
    with pytest.raises(MemoryError):
        dynamic_nats(model, TOKENS, rate=1.0)
    _assert_equal(model.get_weights(), before)


def _assert_equal(weights, expected):
    for ours, theirs in zip(weights, expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_one_token_is_no_text():
    with pytest.raises(ValueError, match=r"needs two tokens\. Got 1"):
        dynamic_nats(_model(), TOKENS[:1], rate=1.0)
