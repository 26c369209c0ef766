"""Recurrent networks against their equations, with and without padding."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from cookbook.models.catalog_sequences import RECURRENT, SEQUENCES, TEXT, TRANSLATION
from cookbook.models.character_networks import character_network
from cookbook.models.entry import ModelEntry
from cookbook.models.language_models import language_model
from cookbook.models.recurrent import MAPPINGS, recurrent_network, reset_states, torch_trainable
from cookbook.models.recurrent_classifiers import text_classifier
from cookbook.models.recurrent_layers import (
    CELLS,
    POOLINGS,
    ForgetGateBias,
    MaskedPooling,
    recurrent_layer,
)
from cookbook.models.recurrent_steps import StepwiseLanguageModel

# Keras 3.15 writes TensorFlow variables in a way that NumPy 2.4 warns of.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

HUGE = 10_000_000  # its counts are derived below without building it


def array(value: Any) -> np.ndarray:
    return keras.ops.convert_to_numpy(value)


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


# Counts


@pytest.mark.parametrize(
    "entry", [e for e in SEQUENCES if e.torch_trainable and e.total < HUGE], ids=lambda e: e.name
)
def test_two_bias_count_is_the_stated_one(entry: ModelEntry) -> None:
    assert torch_trainable(entry.build()) == entry.torch_trainable


def lstm_count(inputs: int, units: int, biases: int) -> int:
    return 4 * units * (inputs + units + biases)


def gru_count(inputs: int, units: int) -> int:
    return 3 * units * (inputs + units + 2)


SOURCE_COUNTS = {
    "character-rnn": [187 * 128 + 128 + 2 * (187 * 59 + 59)] * 2,
    "word-lstm-tied": [21_949 * 256 + 3 * lstm_count(256, 256, b) for b in (1, 2)],
    "word-lstm": [
        29_473 * 1024 + 2 * lstm_count(1024, 1024, b) + 1024 * 29_473 + 29_473 for b in (1, 2)
    ],
    "sentiment-lstm": [
        1001 * 64 + lstm_count(64, 256, b) + lstm_count(256, 256, b) + 257 for b in (1, 2)
    ],
    "translation-gru": [
        (4345 + 2803) * 256 + 2 * gru_count(256, 256) + 256 * 2803 + 2803,
    ]
    * 2,
    "translation-lstm": [
        (4345 + 2803) * 256 + 2 * lstm_count(256, 256, b) + 256 * 2803 + 2803 for b in (1, 2)
    ],
}


@pytest.mark.parametrize("name", SOURCE_COUNTS)
def test_counts_of_source_003_in_both_conventions(name: str) -> None:
    entry = next(entry for entry in SEQUENCES if entry.name == name)
    assert [entry.trainable, entry.torch_trainable] == SOURCE_COUNTS[name]


def test_every_mapping_and_cell_is_listed() -> None:
    listed = {entry.reference.get("mapping", "many_to_one") for entry in RECURRENT}
    assert listed == set(MAPPINGS)
    assert {entry.name.replace("-", "_") for entry in RECURRENT} >= set(CELLS)
    assert len(TEXT) == 6 and len(TRANSLATION) == 4


# Forward passes


def numpy_simple_rnn(x: np.ndarray, weights: list[np.ndarray]) -> np.ndarray:
    kernel, recurrent, bias = weights
    h = np.zeros((len(x), recurrent.shape[0]))
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ kernel + h @ recurrent + bias)
    return h


def numpy_lstm(x: np.ndarray, weights: list[np.ndarray]) -> np.ndarray:
    kernel, recurrent, bias = weights
    h = c = np.zeros((len(x), recurrent.shape[0]))
    for t in range(x.shape[1]):
        i, f, g, o = np.split(x[:, t] @ kernel + h @ recurrent + bias, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
    return h


def numpy_gru(x: np.ndarray, weights: list[np.ndarray]) -> np.ndarray:
    kernel, recurrent, bias = weights
    h = np.zeros((len(x), recurrent.shape[0]))
    for t in range(x.shape[1]):
        xz, xr, xh = np.split(x[:, t] @ kernel + bias[0], 3, axis=1)
        hz, hr, hh = np.split(h @ recurrent + bias[1], 3, axis=1)
        z = sigmoid(xz + hz)
        h = z * h + (1 - z) * np.tanh(xh + sigmoid(xr + hr) * hh)
    return h


EQUATIONS = {"simple_rnn": numpy_simple_rnn, "lstm": numpy_lstm, "gru": numpy_gru}


@pytest.mark.backend
@pytest.mark.parametrize("cell", CELLS)
def test_cell_follows_its_equations(cell: str) -> None:
    random = np.random.default_rng(0)
    layer = recurrent_layer(cell, 5)
    x = random.normal(size=(3, 4, 2)).astype("float32")
    layer.build(x.shape)
    layer.set_weights([random.normal(size=w.shape) for w in layer.get_weights()])
    expected = EQUATIONS[cell](x, layer.get_weights())
    np.testing.assert_allclose(array(layer(x)), expected, rtol=1e-4, atol=1e-5)


def test_character_network_is_three_linear_maps() -> None:
    model = character_network(5, units=3)
    w_h, b_h, w_o, b_o, w_y, b_y = model.get_weights()
    tokens = np.array([[1, 4, 0, 2]])
    h, expected = np.zeros(3), []
    for token in tokens[0]:
        joined = np.concatenate([np.eye(5)[token], h])
        h, o = joined @ w_h + b_h, joined @ w_o + b_o
        expected.append(np.concatenate([h, o]) @ w_y + b_y)
    np.testing.assert_allclose(array(model(tokens))[0], expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("mapping", "input_shape", "steps", "output_shape"),
    [
        ("one_to_one", (3,), None, (2, 4)),
        ("one_to_many", (3,), 6, (2, 6, 4)),
        ("many_to_one", (5, 3), None, (2, 4)),
        ("many_to_many", (None, 3), None, (2, 5, 4)),
        ("many_to_many_asynchronous", (5, 3), 7, (2, 7, 4)),
    ],
)
def test_mapping_gives_its_lengths(
    mapping: str, input_shape: tuple[int | None, ...], steps: int | None, output_shape: Any
) -> None:
    model = recurrent_network(
        input_shape, 4, mapping=mapping, cell="gru", units=(3,), output_steps=steps
    )
    x = np.ones((2, *(size or 5 for size in input_shape)), "float32")
    assert tuple(model(x).shape) == output_shape


# Padding


@pytest.mark.backend
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("pooling", POOLINGS)
def test_padding_never_changes_a_text_classifier(pooling: str, bidirectional: bool) -> None:
    model = text_classifier(
        9, 2, embedding_dim=4, units=(3, 3), pooling=pooling, bidirectional=bidirectional
    )
    tokens = np.array([[3, 1, 8], [2, 2, 5]])
    padded = np.pad(tokens, ((0, 0), (0, 4)))
    np.testing.assert_allclose(array(model(tokens)), array(model(padded)), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("normalization", ["layer", "batch"])
def test_padding_is_not_normalised(normalization: str) -> None:
    model = text_classifier(9, 2, embedding_dim=4, units=(3, 3), normalization=normalization)
    tokens = np.array([[3, 1, 8], [2, 2, 5]])
    padded = np.pad(tokens, ((0, 0), (0, 4)))
    for training in (False, True):
        short, long = (array(model(x, training=training)) for x in (tokens, padded))
        np.testing.assert_allclose(short, long, rtol=1e-3, atol=1e-5)
    assert model.get_layer("recurrent1_norm").name != model.get_layer("recurrent2_norm").name


def test_the_linear_cell_is_the_character_network() -> None:
    model = language_model(59, cell="linear", units=(128,), output_dropout=0.1)
    assert model.count_params() == 46_248
    with pytest.raises(ValueError, match="'linear' is one layer without embedding"):
        language_model(59, cell="linear", units=(8, 8))


def test_unmasked_forward_loop_equals_the_masked_one() -> None:
    model = text_classifier(9, 2, embedding_dim=4, units=(3,))
    tokens = np.array([[3, 1, 8, 0, 0], [2, 0, 0, 0, 0]])
    vectors = model.get_layer("token_embedding")(tokens)
    state = model.get_layer("recurrent1").cell
    masked = keras.layers.RNN(state)(vectors, mask=keras.ops.convert_to_tensor(tokens != 0))
    expected = model.get_layer("logits")(masked)
    np.testing.assert_allclose(array(model(tokens)), array(expected), rtol=1e-4, atol=1e-6)


def test_masked_network_skips_empty_steps() -> None:
    model = recurrent_network((None, 3), 2, units=(4,), masked=True, bidirectional=True)
    x = np.random.default_rng(0).normal(size=(2, 4, 3)).astype("float32")
    padded = np.pad(x, ((0, 0), (0, 3), (0, 0)))
    np.testing.assert_allclose(array(model(x)), array(model(padded)), rtol=1e-4, atol=1e-6)


@pytest.mark.backend
def test_padded_positions_count_in_no_loss() -> None:
    model = language_model(7, embedding_dim=4, units=(3,), padding_id=0)
    model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    tokens, targets = np.array([[3, 1, 8 - 2], [2, 2, 5]]), np.array([[1, 6, 4], [2, 5, 4]])
    padded, padded_targets = (np.pad(a, ((0, 0), (0, 5))) for a in (tokens, targets))
    short = model.evaluate(tokens, targets, verbose=0)
    assert model.evaluate(padded, padded_targets, verbose=0) == pytest.approx(short, rel=1e-5)


@pytest.mark.parametrize("kind", POOLINGS)
def test_pooling_of_nothing_is_zero(kind: str) -> None:
    nothing = np.zeros((1, 3), bool)
    pooled = MaskedPooling(kind)([np.ones((1, 3, 2), "float32"), nothing])
    np.testing.assert_array_equal(array(pooled), np.zeros((1, 2)))


# Dropout, ties, biases, states


@pytest.mark.backend
@pytest.mark.parametrize("cell", CELLS)
def test_dropout_mask_is_the_same_at_every_step(cell: str) -> None:
    keras.utils.set_random_seed(3)
    layer = recurrent_layer(cell, 4, dropout=0.5, recurrent_dropout=0.5)
    x = np.ones((2, 6, 4), "float32")
    layer.build(x.shape)
    seen: list[np.ndarray] = []
    original = layer.cell.call

    def record(inputs: Any, states: Any, training: bool = False) -> Any:
        mask = layer.cell.get_dropout_mask(inputs)
        masks = mask if isinstance(mask, list) else [mask]
        recurrent = layer.cell.get_recurrent_dropout_mask(states[0])
        recurrent = recurrent if isinstance(recurrent, list) else [recurrent]
        seen.append(np.concatenate([array(m) for m in (*masks, *recurrent)]))
        return original(inputs, states, training=training)

    # Steps are driven by hand: a compiled loop shows one step only.
    states = layer.get_initial_state(2)
    layer._maybe_config_dropout_masks(layer.cell, keras.ops.convert_to_tensor(x[:, 0]), states)
    for t in range(x.shape[1]):
        _, states = record(keras.ops.convert_to_tensor(x[:, t]), states, training=True)
        states = list(states) if isinstance(states, (list, tuple)) else [states]
    assert all(np.array_equal(seen[0], other) for other in seen[1:])
    assert set(np.unique(seen[0])) == {0.0, 2.0}


def test_output_dropout_of_a_language_model_is_constant_over_time() -> None:
    model = language_model(7, embedding_dim=4, units=(8,), output_dropout=0.5)
    dropped = model.get_layer("output_dropout")(np.ones((2, 6, 8), "float32"), training=True)
    np.testing.assert_array_equal(array(dropped), array(dropped)[:, :1].repeat(6, axis=1))


@pytest.mark.parametrize("units", [4, 6])
def test_tied_embeddings_share_one_variable(units: int) -> None:
    model = language_model(7, embedding_dim=4, units=(units,), tied=True)
    shapes = [tuple(w.shape) for w in model.trainable_weights]
    assert shapes.count((7, 4)) == 1 and (units, 7) not in shapes
    table = model.get_layer("token_embedding").embeddings
    zeroed = array(table).copy()
    zeroed[3] = 0
    table.assign(zeroed)
    assert np.all(array(model(np.array([[1, 2]])))[..., 3] == 0)


@pytest.mark.parametrize("value", [0.0, 1.0, 2.5])
def test_forget_bias(value: float) -> None:
    layer = recurrent_layer("lstm", 3, forget_bias=value)
    layer.build((None, 2, 2))
    expected = np.repeat([0, value, 0, 0], 3)
    np.testing.assert_array_equal(layer.get_weights()[2], expected)
    assert ForgetGateBias.from_config(ForgetGateBias(value).get_config()).value == value


def test_state_is_carried_between_batches_and_reset() -> None:
    model = language_model(7, embedding_dim=4, units=(3,), stateful_batch_size=2)
    text = np.array([[1, 2, 3, 4], [5, 6, 1, 2]])
    whole = array(model(text))
    reset_states(model)
    parts = [array(model(text[:, :2])), array(model(text[:, 2:]))]
    np.testing.assert_allclose(np.concatenate(parts, 1), whole, rtol=1e-4, atol=1e-6)


@pytest.mark.backend
@pytest.mark.parametrize(
    "build",
    [
        lambda: language_model(7, embedding_dim=4, units=(3, 5), tied=True, padding_id=0),
        lambda: language_model(7, cell="gru", embedding_dim=4, units=(3,), dropout=0.3),
        lambda: character_network(7, units=4),
        lambda: language_model(7, embedding_dim=4, units=(3, 5), members=2, padding_id=0),
    ],
    ids=["tied-lstm", "gru", "character", "members"],
)
def test_steps_give_what_the_whole_sequence_gives(build: Any) -> None:
    model = build()
    text = np.array([[1, 2, 3, 4], [5, 6, 1, 2]])
    step = StepwiseLanguageModel(model)
    state, logits = step.start(2), []
    for t in range(4):
        given, state = step(text[:, t], state)
        logits.append(given)
    expected = array(model(text))
    np.testing.assert_allclose(np.stack(logits, 1), expected, rtol=1e-4, atol=1e-5)


# Bad input


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: recurrent_layer("lstn", 3), "No cell named 'lstn'. Did you mean 'lstm'"),
        (lambda: recurrent_layer("gru", 0), "at least 1 unit. Got units=0"),
        (lambda: recurrent_layer("gru", 2, dropout=1.0), "0 <= dropout < 1.*dropout=1.0"),
        (lambda: recurrent_layer("gru", 2, recurrent_dropout=-1), "0 <= recurrent_dropout < 1"),
        (lambda: recurrent_network((3,), 2, mapping="one_to_two"), "No mapping named"),
        (lambda: recurrent_network((3,), 2), r"needs input_shape=\(steps, features\). Got \(3,\)"),
        (lambda: recurrent_network((5, 3), 2, output_steps=4), "takes no `output_steps`"),
        (lambda: recurrent_network((3,), 2, mapping="one_to_many"), "needs `output_steps`"),
        (lambda: recurrent_network((5, 3), 2, units=()), "At least one recurrent layer"),
        (lambda: text_classifier(9, 2, units=[]), r"`units` needs at least one entry. Got units="),
        (lambda: language_model(9, units=()), r"`units` needs at least one entry. Got units="),
        (
            lambda: language_model(9, units=(8, 0)),
            "`units` must be a sequence of positive integers",
        ),
        (lambda: text_classifier(9, 2, pooling="median"), "No pooling named 'median'"),
        (lambda: text_classifier(9, 2, normalization="bach"), "Did you mean 'batch'"),
        (lambda: MaskedPooling("men"), "Did you mean 'mean'"),
        (lambda: StepwiseLanguageModel(recurrent_network((5, 3), 2)), "needs a model of"),
    ],
)
def test_bad_input_say_the_rule(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


# Activation and start values


@pytest.mark.parametrize("cell", CELLS)
def test_start_values_and_activation_are_those_that_were_asked_for(cell: str) -> None:
    layer = recurrent_layer(
        cell, 4, activation="relu", kernel_initializer="he_normal",
        recurrent_initializer="identity", bias=0.1,
    )  # fmt: skip
    layer.build((None, 5, 3))
    np.testing.assert_array_equal(array(layer.cell.recurrent_kernel)[:, :4], np.eye(4))
    assert type(layer.cell.kernel_initializer).__name__ == "HeNormal"
    assert layer.cell.activation is keras.activations.relu


@pytest.mark.parametrize("cell", CELLS)
def test_biases_start_at_the_given_value(cell: str) -> None:
    layer = recurrent_layer(cell, 2, bias=0.1, forget_bias=2.0)
    layer.build((None, 5, 3))
    expected = [0.1, 0.1, 2, 2, 0.1, 0.1, 0.1, 0.1] if cell == "lstm" else 0.1
    found = array(layer.cell.bias)
    np.testing.assert_allclose(found, np.broadcast_to(np.float32(expected), found.shape))


def test_unknown_recurrent_initialisers_are_named() -> None:
    with pytest.raises(ValueError, match="Did you mean 'orthogonal'"):
        recurrent_layer("lstm", 2, recurrent_initializer="ortogonal")
    with pytest.raises(ValueError, match="Did you mean 'relu'"):
        recurrent_layer("lstm", 2, activation="relus")
