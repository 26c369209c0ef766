"""Step functions over trained recurrent models, for the searches of `cookbook.decoding`."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from cookbook.models.character_networks import LinearCharacterCell
from cookbook.models.ensembles import PREDICTIONS
from cookbook.models.seq2seq_layers import RecurrentDecoder, RecurrentEncoder

State = tuple[np.ndarray, ...]


class StepwiseLanguageModel:
    """Runs a language model one token at a time, with its state in the caller's hands.

    Shares the weights of the model: train on, and the steps follow.

    Args:
        model: Made by `language_model` or `character_network`.

    Raises:
        ValueError: If the model has no recurrent layer named `recurrent1`.

    Example:
        >>> from cookbook.models.language_models import language_model
        >>> step = StepwiseLanguageModel(language_model(9, embedding_dim=4, units=(5,)))
        >>> logits, state = step(np.array([1, 2]), step.start(2))
        >>> logits.shape
        (2, 9)
    """

    def __init__(self, model: keras.Model) -> None:
        self._sizes = state_sizes(model)
        tokens = keras.Input((), dtype="int32", name="tokens")
        states = [keras.Input((size,), name=f"state_{i}") for i, size in enumerate(self._sizes)]
        logits, after = carried(model, tokens[:, None], states, unroll=True)
        self._model = keras.Model([tokens, *states], [logits[:, 0], *after])

    def start(self, batch_size: int) -> State:
        """Gives the zero state, a tuple of `float32[batch_size, units]`."""
        return tuple(np.zeros((batch_size, size), "float32") for size in self._sizes)

    def __call__(self, tokens: np.ndarray, state: State) -> tuple[np.ndarray, State]:
        """Reads one token per row.

        Args:
            tokens: `int[batch]`.
            state: What `start` or the step before gave.

        Returns:
            The logits of the next token, `float32[batch, vocabulary_size]`, and the state.
        """
        logits, *states = self._model.predict_on_batch([np.asarray(tokens, "int32"), *state])
        return logits, tuple(states)


class StepwiseDecoder:
    """Runs the decoder of an encoder-decoder one token at a time.

    Shares the weights of the model: train on, and the steps follow.

    Args:
        model: Made by `encoder_decoder`.

    Raises:
        ValueError: If the model has no layers `encoder` and `decoder`.

    Example:
        >>> from cookbook.models.seq2seq import encoder_decoder
        >>> step = StepwiseDecoder(encoder_decoder(6, 7, units=4, attention="additive"))
        >>> state = step.start(np.array([[3, 4, 0], [5, 0, 0]]))
        >>> step(np.array([1, 1]), state)[0].shape
        (2, 7)
    """

    def __init__(self, model: keras.Model) -> None:
        by_type = {type(layer): layer for layer in model.layers}
        if not {RecurrentEncoder, RecurrentDecoder} <= set(by_type):
            raise ValueError(
                "StepwiseDecoder needs a model of `encoder_decoder`. Got "
                f"{model.name!r} with layers {[layer.name for layer in model.layers]}."
            )
        encoder, decoder = by_type[RecurrentEncoder], by_type[RecurrentDecoder]
        self._attends = decoder.attention is not None
        source = keras.Input(model.inputs[0].shape[1:], dtype="int32", name="source")
        memory, *states = encoder(source)
        mask = keras.ops.not_equal(source, 0)
        kept = [memory, mask] if self._attends else []
        self._encode = keras.Model(source, [*states, *kept])
        tokens = keras.Input((1,), dtype="int32", name="tokens")
        held = [keras.Input(x.shape[1:], dtype=x.dtype) for x in (*states, *kept)]
        self._count = len(states)
        before, context = held[: self._count], held[self._count :]
        logits, *after = decoder(tokens, before, *context)
        self._decode = keras.Model([tokens, *held], [logits, *after])

    def start(self, source: np.ndarray) -> State:
        """Encodes source sentences, `int[batch, sources]`, padded with 0 at the end."""
        outputs = self._encode.predict_on_batch(np.asarray(source, "int32"))
        return tuple(outputs) if isinstance(outputs, list) else (outputs,)

    def __call__(self, tokens: np.ndarray, state: State) -> tuple[np.ndarray, State]:
        """Reads one target token per row.

        Args:
            tokens: `int[batch]`.
            state: What `start` or the step before gave.

        Returns:
            The logits of the next token, `float32[batch, target_vocabulary]`, and the state.
        """
        inputs = [np.asarray(tokens, "int32")[:, None], *state]
        logits, *states = self._decode.predict_on_batch(inputs)
        return logits[:, 0], (*states, *state[self._count :])


def state_sizes(model: keras.Model) -> list[int]:
    """Sizes of the states of a language model's recurrent layers, from the first layer on.

    Args:
        model: Made by `language_model` or `character_network`. Of several members, those of the
            first member come first.

    Raises:
        ValueError: If the model has no recurrent layer named `recurrent1`.
    """
    networks = _members(model) or [model]
    layers = [layer for network in networks for layer in _recurrent(network)]
    return [size for layer in layers for size in layer.state_size]


def carried(
    model: keras.Model, tokens: Any, states: list[Any], *, unroll: bool = False
) -> tuple[Any, list[Any]]:
    """Runs a language model's layers from given states; usable while building a model.

    Args:
        model: Made by `language_model` or `character_network`; its weights are shared.
        tokens: `int32[batch, steps]`.
        states: One `float32[batch, size]` per entry of `state_sizes(model)`.
        unroll: Whether to unroll the loop; right for a single step.

    Returns:
        The logits `float32[batch, steps, vocabulary_size]`, and the states after the last
        step.
    """
    members = _members(model)
    if members:
        return _carried_members(model, members, tokens, states, unroll=unroll)
    x, pending, after = _embed(model, tokens), list(states), []
    for layer in _recurrent(model):
        own = [pending.pop(0) for _ in layer.state_size]
        # A second RNN around the same cell: the model's own may be tied to a batch size.
        again = keras.layers.RNN(
            layer.cell, return_sequences=True, return_state=True, unroll=unroll
        )
        x, *own = again(x, initial_state=own)
        after += own
    return _head(model, x), after


def _carried_members(
    model: keras.Model, members: list[keras.Model], tokens: Any, states: list[Any], *, unroll: bool
) -> tuple[Any, list[Any]]:
    pending, after, logits = list(states), [], []
    for member in members:
        own = [keras.Input((size,)) for size in state_sizes(member)]
        read = keras.Input(tokens.shape[1:], dtype=tokens.dtype)
        given, left = carried(member, read, own, unroll=unroll)
        # A model in the model, since the layers of all members have the same names.
        run = keras.Model([read, *own], [given, *left], name=member.name)
        found, *ended = run([tokens, *(pending.pop(0) for _ in own)])
        logits.append(found)
        after += ended
    return model.get_layer(PREDICTIONS)(keras.ops.stack(logits, axis=1)), after


def _members(model: keras.Model) -> list[keras.Model]:
    """The language models of an ensemble; none where the model is one itself."""
    return [layer for layer in model.layers if isinstance(layer, keras.Model)]


def _recurrent(model: keras.Model) -> list[keras.layers.RNN]:
    recurrent = [layer for layer in model.layers if isinstance(layer, keras.layers.RNN)]
    if not recurrent or recurrent[0].name != "recurrent1":
        raise ValueError(
            "Carrying a state needs a model of `language_model` or `character_network`. Got "
            f"{model.name!r} with layers {[layer.name for layer in model.layers]}."
        )
    return recurrent


def _embed(model: keras.Model, tokens: Any) -> Any:
    cell = model.get_layer("recurrent1").cell
    if isinstance(cell, LinearCharacterCell):
        return keras.ops.one_hot(tokens, cell.num_outputs)
    return model.get_layer("token_embedding")(tokens)


def _head(model: keras.Model, x: Any) -> Any:
    names = {layer.name for layer in model.layers}
    if "projection" in names:
        x = model.get_layer("projection")(x)
    if "logits" in names:
        x = model.get_layer("logits")(x)
    elif "token_embedding" in names:
        x = model.get_layer("token_embedding")(x, reverse=True)
    return x
