"""Encoder-decoders: padding, attention, scheduled sampling, and that they learn."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from cookbook.decoding import beam_search, greedy
from cookbook.models.attention import SCORES, CrossAttention
from cookbook.models.recurrent_steps import StepwiseDecoder
from cookbook.models.seq2seq import ScheduledSampling, encoder_decoder, inverse_sigmoid_rate

# Keras 3.15 writes TensorFlow variables in a way that NumPy 2.4 warns of.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SOURCE = np.array([[3, 1, 5], [2, 2, 5]])
TARGET = np.array([[6, 4, 2, 3], [6, 1, 1, 2]])
START, END = 6, 7

VARIANTS: list[dict[str, Any]] = [
    {"cell": "gru"},
    {"cell": "lstm", "attention": "additive", "bidirectional": True},
    {"cell": "simple_rnn", "attention": "multiplicative"},
]
every_variant = pytest.mark.parametrize("options", VARIANTS, ids=lambda o: o["cell"])


def array(value: Any) -> np.ndarray:
    return keras.ops.convert_to_numpy(value)


def tiny(**options: Any) -> keras.Model:
    return encoder_decoder(8, 8, units=5, embedding_dim=4, seed=1, **options)


def test_counts_of_the_report() -> None:
    lstm = encoder_decoder(4345, 2803, cell="lstm")
    gate_weights = 4 * 256 * (256 + 256 + 1)
    assert lstm.get_layer("encoder").count_params() == 4345 * 256 + gate_weights == 1_637_632
    head = 257 * 2803
    assert lstm.get_layer("decoder").count_params() == 2803 * 256 + gate_weights + head == 1_963_251


@pytest.mark.backend
@every_variant
def test_source_padding_never_changes_the_logits(options: dict[str, Any]) -> None:
    model = tiny(**options)
    padded = np.pad(SOURCE, ((0, 0), (0, 4)))
    expected = array(model([SOURCE, TARGET]))
    np.testing.assert_allclose(array(model([padded, TARGET])), expected, rtol=1e-4, atol=1e-6)


@every_variant
def test_target_padding_counts_in_no_loss(options: dict[str, Any]) -> None:
    model = tiny(**options)
    model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    given, wanted = TARGET[:, :-1], TARGET[:, 1:]
    short = model.evaluate([SOURCE, given], wanted, verbose=0)
    longer = [np.pad(a, ((0, 0), (0, 3))) for a in (given, wanted)]
    padded = model.evaluate([SOURCE, longer[0]], longer[1], verbose=0)
    assert padded == pytest.approx(short, rel=1e-5)


@pytest.mark.backend
@pytest.mark.parametrize("score", SCORES)
def test_attention_follows_its_formula(score: str) -> None:
    random = np.random.default_rng(0)
    q = random.normal(size=(2, 3, 5)).astype("float32")
    k = random.normal(size=(2, 4, 6)).astype("float32")
    mask = np.array([[1, 1, 1, 0], [1, 0, 0, 0]], bool)
    layer = CrossAttention(score, 5)
    context, weights = (array(x) for x in layer(q, k, keras.ops.convert_to_tensor(mask)))
    values = {weight.path.split("/", 1)[1]: array(weight) for weight in layer.weights}
    keys = k @ values["keys/kernel"]
    if score == "additive":
        met = (q @ values["queries/kernel"] + values["queries/bias"])[:, :, None] + keys[:, None]
        scores = np.tanh(met) @ values["attend/scale"]
    else:
        scores = q @ keys.transpose(0, 2, 1)
    expected = np.where(mask[:, None], np.exp(scores), 0)
    expected /= expected.sum(-1, keepdims=True)
    np.testing.assert_allclose(weights, expected, rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(weights.sum(-1), 1, rtol=1e-5)
    assert np.all(weights[~np.broadcast_to(mask[:, None], weights.shape)] == 0)
    np.testing.assert_allclose(context, expected @ k, rtol=1e-3, atol=1e-5)


def test_attention_weights_of_a_decoder() -> None:
    model = tiny(attention="additive")
    padded = np.pad(SOURCE, ((0, 0), (0, 2)))
    memory, *states = model.get_layer("encoder")(padded)
    mask = keras.ops.convert_to_tensor(padded != 0)
    weights = model.get_layer("decoder").attention_weights(TARGET, states, memory, mask)
    assert weights.shape == (2, 4, 5)
    assert np.all(array(weights)[..., 3:] == 0)
    np.testing.assert_allclose(array(weights).sum(-1), 1, rtol=1e-5)
    with pytest.raises(ValueError, match="Only a decoder with attention"):
        tiny().get_layer("decoder").attention_weights(TARGET, states, memory, mask)


@pytest.mark.backend
@every_variant
def test_steps_give_what_teacher_forcing_gives(options: dict[str, Any]) -> None:
    model = tiny(**options)
    step = StepwiseDecoder(model)
    state, logits = step.start(np.pad(SOURCE, ((0, 0), (0, 1)))), []
    for t in range(TARGET.shape[1]):
        given, state = step(TARGET[:, t], state)
        logits.append(given)
    expected = array(model([SOURCE, TARGET]))
    np.testing.assert_allclose(np.stack(logits, 1), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.backend
@every_variant
def test_sampling_rate_0_is_teacher_forcing(options: dict[str, Any]) -> None:
    model = tiny(**options, scheduled_sampling=True)
    forced = array(model([SOURCE, TARGET], training=False))
    np.testing.assert_allclose(
        array(model([SOURCE, TARGET], training=True)), forced, rtol=1e-4, atol=1e-5
    )


@pytest.mark.backend
@every_variant
def test_sampling_rate_1_is_free_running(options: dict[str, Any]) -> None:
    model = tiny(**options, scheduled_sampling=True)
    model.get_layer("decoder").sampling_rate.assign(1.0)
    logits = array(model([SOURCE, TARGET], training=True))
    step = StepwiseDecoder(model)
    written = greedy(
        step, TARGET[:, 0], step.start(SOURCE), end=-1, max_length=TARGET.shape[1]
    ).tokens
    np.testing.assert_array_equal(logits.argmax(-1), written)


@pytest.mark.exhaustive
def test_scheduled_sampling_follows_its_schedule_inside_fit() -> None:
    model = tiny(scheduled_sampling=True)
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    rates: list[float] = []
    rate = model.get_layer("decoder").sampling_rate
    seen = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: rates.append(float(array(rate)))
    )
    callbacks = [ScheduledSampling(lambda epoch: epoch / 4), seen]
    model.fit([SOURCE, TARGET[:, :-1]], TARGET[:, 1:], epochs=3, verbose=0, callbacks=callbacks)
    assert rates == [0.0, 0.25, 0.5]


@pytest.mark.backend
def test_learns_to_reverse_short_sequences() -> None:
    keras.utils.set_random_seed(0)
    random = np.random.default_rng(0)
    source = random.integers(1, 6, (256, 3))
    target = np.hstack([np.full((256, 1), START), source[:, ::-1], np.full((256, 1), END)])
    model = encoder_decoder(
        8, 8, units=32, embedding_dim=16, attention="multiplicative", fixed_lengths=(3, 4), seed=0
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.02), loss)
    model.fit([source, target[:, :-1]], target[:, 1:], epochs=12, batch_size=32, verbose=0)
    step = StepwiseDecoder(model)
    first, state = np.full(256, START), step.start(source)
    written = greedy(step, first, state, end=END, max_length=4)
    assert np.mean(np.all(written.tokens == target[:, 1:], axis=1)) > 0.95
    best = beam_search(step, first, state, end=END, max_length=4, width=3).best()
    assert np.all(best.log_probabilities >= written.log_probabilities - 1e-3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: tiny(attention="additiv"),
            "No attention named .* mean 'additive'",
        ),
        (lambda: tiny(dropout=1.5), "0 <= dropout < 1"),
        (lambda: tiny(cell="rnn"), "No cell named 'rnn'"),
        (lambda: inverse_sigmoid_rate(3, speed=0), "`speed > 0` must hold. Got speed=0"),
        (lambda: StepwiseDecoder(keras.Sequential(name="other")), "needs a model of"),
        (lambda: start_with(tiny(), 0.5), "needs a model built with scheduled_sampling=True"),
        (lambda: start_with(tiny(scheduled_sampling=True), 1.5), "lies in .0, 1.. Got 1.5"),
        (
            lambda: CrossAttention("multiplicative", 3)(
                np.ones((1, 2, 4)), np.ones((1, 2, 4)), np.ones((1, 2), bool)
            ),
            "as many units as the query",
        ),
    ],
)
def test_bad_input_say_the_rule(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def start_with(model: keras.Model, rate: float) -> None:
    callback = ScheduledSampling(lambda epoch: rate)
    callback.set_model(model)
    callback.on_epoch_begin(0)
