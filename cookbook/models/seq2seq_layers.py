"""RecurrentEncoder and decoder of recurrent sequence-to-sequence models."""

from __future__ import annotations

from typing import Any

import keras
from typing_extensions import override

from cookbook._checks import check_rate
from cookbook.models.attention import CrossAttention
from cookbook.models.recurrent_layers import recurrent_layer


@keras.saving.register_keras_serializable(package="cookbook")
class RecurrentEncoder(keras.layers.Layer):
    """Reads source tokens and hands over its outputs and final states.

    Call argument: `tokens`, `int[batch, sources]`, 0 is padding and never changes a state.

    Returns `(memory, *states)`: `float[batch, sources, units]` (twice the units if
    bidirectional) and one `float[batch, units]` per state, two for an LSTM. A bidirectional
    encoder joins the final states of both directions by a learned map with tanh.

    Args:
        vocabulary_size: Number of source tokens.
        cell: `"simple_rnn"`, `"lstm"` or `"gru"`.
        units: Size of the hidden state.
        embedding_dim: Size of a token's vector.
        dropout: Drop rate of the token vectors, in [0, 1); one mask for all steps.
        bidirectional: Whether to read backwards too.
        unroll: Whether to unroll the loop over time.
        **kwargs: Keras' layer arguments, for example `name`.
    """

    def __init__(
        self,
        vocabulary_size: int,
        *,
        cell: str = "gru",
        units: int = 256,
        embedding_dim: int = 256,
        dropout: float = 0.0,
        bidirectional: bool = False,
        unroll: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        check_rate("dropout", dropout)
        self.settings = {
            "vocabulary_size": vocabulary_size,
            "cell": cell,
            "units": units,
            "embedding_dim": embedding_dim,
            "dropout": dropout,
            "bidirectional": bidirectional,
            "unroll": unroll,
        }
        self.units, self.bidirectional = units, bidirectional
        self.embedding = keras.layers.Embedding(vocabulary_size, embedding_dim, name="embedding")
        self.drop = keras.layers.SpatialDropout1D(dropout, name="drop")
        self.recurrent = recurrent_layer(
            cell,
            units,
            bidirectional=bidirectional,
            unroll=unroll,
            return_sequences=True,
            return_state=True,
            name="recurrent",
        )
        count = (2 if cell == "lstm" else 1) if bidirectional else 0
        self.bridges = [
            keras.layers.Dense(units, activation="tanh", name=f"bridge{index}")
            for index in range(count)
        ]

    @override
    def build(self, tokens_shape: Any) -> None:
        self.embedding.build(tokens_shape)
        self.recurrent.build((*tokens_shape, self.embedding.output_dim))
        for bridge in self.bridges:
            bridge.build((None, 2 * self.units))

    @override
    def call(self, tokens: Any, training: bool | None = None) -> tuple[Any, ...]:
        x = self.drop(self.embedding(tokens), training=training)
        mask = keras.ops.not_equal(tokens, 0)
        memory, *states = self.recurrent(x, mask=mask, training=training)
        if not self.bidirectional:
            return (memory, *states)
        half = len(states) // 2
        pairs = zip(states[:half], states[half:], self.bridges, strict=True)
        joined = [
            bridge(keras.ops.concatenate([forward, backward], axis=-1))
            for forward, backward, bridge in pairs
        ]
        return (memory, *joined)

    @override
    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), **self.settings}


@keras.saving.register_keras_serializable(package="cookbook")
class RecurrentDecoder(keras.layers.Layer):
    """Writes target tokens, one step after the other, from the encoder's states.

    Without attention the states are all it knows of the source. With attention each new
    state s_t asks the memory for a context c_t, and `tanh(W [s_t, c_t])` goes to the logits
    (Luong et al. 2015; without input feeding, so that teacher forcing runs all steps at once).

    Call arguments: `tokens`, `int[batch, steps]`, the target shifted right by one; `states`,
    a list of `float[batch, units]`; `memory`, `float[batch, sources, features]`, and
    `memory_mask`, `bool[batch, sources]`, where it attends.

    Returns `(logits, *states)`, `float[batch, steps, vocabulary_size]` and the states after
    the last step.

    With scheduled sampling (Bengio et al. 2015) each token after the first is replaced, in
    training and with probability `sampling_rate`, by the model's own best guess of the step
    before. Rate 0 is teacher forcing, rate 1 is free running. The rate is a variable, so a
    callback changes it without a new trace; the guess itself passes no gradient.

    Args:
        vocabulary_size: Number of target tokens.
        cell: `"simple_rnn"`, `"lstm"` or `"gru"`.
        units: Size of the hidden state.
        embedding_dim: Size of a token's vector.
        attention: `"additive"`, `"multiplicative"` or `None`.
        dropout: Drop rate of the token vectors and of the features before the logits, in
            [0, 1); one mask for all steps.
        scheduled_sampling: Whether training uses the sampling rate.
        unroll: Whether to unroll the loop over time.
        **kwargs: Keras' layer arguments, for example `name`.
    """

    def __init__(
        self,
        vocabulary_size: int,
        *,
        cell: str = "gru",
        units: int = 256,
        embedding_dim: int = 256,
        attention: str | None = None,
        dropout: float = 0.0,
        scheduled_sampling: bool = False,
        unroll: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        check_rate("dropout", dropout)
        self.settings = {
            "vocabulary_size": vocabulary_size,
            "cell": cell,
            "units": units,
            "embedding_dim": embedding_dim,
            "attention": attention,
            "dropout": dropout,
            "scheduled_sampling": scheduled_sampling,
            "unroll": unroll,
        }
        self.units, self.scheduled_sampling = units, scheduled_sampling
        self.embedding = keras.layers.Embedding(vocabulary_size, embedding_dim, name="embedding")
        self.drop_tokens = keras.layers.SpatialDropout1D(dropout, name="drop_tokens")
        self.drop_features = keras.layers.SpatialDropout1D(dropout, name="drop_features")
        self.recurrent = recurrent_layer(
            cell, units, unroll=unroll, return_sequences=True, return_state=True, name="recurrent"
        )
        self.attention: CrossAttention | None = None
        if attention is not None:
            self.attention = CrossAttention(attention, units, name="attention")
            self.combine = keras.layers.Dense(
                units, activation="tanh", use_bias=False, name="combine"
            )
        # As the cookbook's logits, see `output_dtype`.
        self.logits = keras.layers.Dense(vocabulary_size, dtype=self.variable_dtype, name="logits")
        self.coins = keras.random.SeedGenerator() if scheduled_sampling else None

    @override
    def build(
        self,
        tokens_shape: Any,
        states_shape: Any,
        memory_shape: Any = None,
        memory_mask_shape: Any = None,
    ) -> None:
        hidden_shape = (*tokens_shape, self.units)
        self.embedding.build(tokens_shape)
        self.recurrent.build((*tokens_shape, self.embedding.output_dim))
        if self.attention is not None:
            self.attention.build(hidden_shape, memory_shape, memory_mask_shape)
            self.combine.build((*tokens_shape, self.units + memory_shape[-1]))
        self.logits.build(hidden_shape)
        if self.scheduled_sampling:
            self.sampling_rate = self.add_weight(
                name="sampling_rate", shape=(), initializer="zeros", trainable=False
            )

    @override
    def call(
        self,
        tokens: Any,
        states: list[Any],
        memory: Any = None,
        memory_mask: Any = None,
        training: bool | None = None,
    ) -> tuple[Any, ...]:
        if training and self.scheduled_sampling:
            return self._run_scheduled(tokens, list(states), memory, memory_mask)
        x = self.drop_tokens(self.embedding(tokens), training=training)
        x, *states = self.recurrent(x, initial_state=list(states), training=training)
        x = self._attend(x, memory, memory_mask)
        return (self.logits(self.drop_features(x, training=training)), *states)

    def attention_weights(
        self, tokens: Any, states: list[Any], memory: Any, memory_mask: Any
    ) -> Any:
        """Gives the attention weights of a teacher-forced pass.

        Args:
            tokens: `int[batch, steps]`, the target shifted right by one.
            states: The encoder's final states, each `float[batch, units]`.
            memory: The encoder's outputs, `float[batch, sources, features]`.
            memory_mask: `bool[batch, sources]`, true on real tokens.

        Returns:
            `float[batch, steps, sources]`; each row sums to 1 and is 0 on padding.

        Raises:
            ValueError: If the decoder has no attention.
        """
        if self.attention is None:
            raise ValueError("Only a decoder with attention has weights. Got attention=None.")
        x, *_ = self.recurrent(self.embedding(tokens), initial_state=list(states))
        return self.attention(x, memory, memory_mask)[1]

    def _attend(self, x: Any, memory: Any, memory_mask: Any) -> Any:
        if self.attention is None:
            return x
        context, _ = self.attention(x, memory, memory_mask)
        return self.combine(keras.ops.concatenate([x, context], axis=-1))

    def _run_scheduled(
        self, tokens: Any, states: list[Any], memory: Any, mask: Any
    ) -> tuple[Any, ...]:
        ops = keras.ops
        batch, steps = ops.shape(tokens)[0], ops.shape(tokens)[1]
        # Masks and coins are drawn before the loop: a loop body must not change random state,
        # and one mask for all steps is what variational dropout asks for.
        ones = ops.ones((batch, 1, self.embedding.output_dim), self.compute_dtype)
        drop_token = self.drop_tokens(ones, training=True)[:, 0]
        drop_features = self.drop_features(ops.ones_like(states[0])[:, None], training=True)
        chance = keras.random.uniform((steps, batch), seed=self.coins)
        is_free = ops.expand_dims(ops.arange(steps) > 0, 1)  # the start token is always given
        use_guess = ops.logical_and(chance < ops.cast(self.sampling_rate, chance.dtype), is_free)

        def step(carry: tuple[Any, ...], given: tuple[Any, Any]) -> tuple[Any, Any]:
            guess, _, *old_states = carry
            token = ops.where(given[1], guess, given[0])
            x, new_states = self.recurrent.cell(self.embedding(token) * drop_token, old_states)
            features = self._attend(x[:, None], memory, mask)
            best = ops.argmax(self.logits(features * drop_features)[:, 0], axis=-1)
            carry = (ops.cast(best, guess.dtype), features[:, 0], *new_states)
            return carry, carry

        # Keras' TensorFlow scan stacks only what has the carry's shapes: features, not logits.
        start = (ops.zeros_like(tokens[:, 0]), ops.zeros_like(states[0]), *states)
        last, (_, features, *_) = ops.scan(step, start, (ops.transpose(tokens), use_guess))
        return (self.logits(ops.transpose(features, (1, 0, 2)) * drop_features), *last[2:])

    @override
    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), **self.settings}
