"""A model whose training step scores the words of the batch instead of the whole vocabulary."""

from __future__ import annotations

import functools
from typing import Any

import keras
from typing_extensions import override

from cookbook._keras_internals import loss_argument
from cookbook.layers.adaptive_embedding import AdaptiveEmbedding
from cookbook.models._inner_models import inner_call
from cookbook.models.recurrent_layers import PaddingMask

_LOSS = "sparse_categorical_crossentropy"
# Where the states are that the embedding scores: behind the last of these layers that there is.
_STATES = ("projection", "output_dropout")


@keras.saving.register_keras_serializable(package="cookbook")
class AdaptiveSoftmaxModel(keras.Model):
    """A language model that scores its states by an `AdaptiveEmbedding`.

    Called for inference, it gives the logarithms of all words' probabilities. Called with
    `training=True`, it gives the states, `float[batch, steps, 1, size]`, and `fit` minimises the
    mean of `AdaptiveEmbedding.nats` over the targets: the same loss without the whole vocabulary.
    The accuracy of the training is a lower bound, as a right guess of a rare word is not counted;
    that of validation is exact. Make it with `language_model(..., tied=True, cutoffs=...)`.
    """

    @override
    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Log-probabilities `float[batch, steps, words]`; the states in training."""
        if not training:
            return super().call(inputs, training=training, mask=mask)
        states = self._states(inputs, training=training, mask=mask)
        return keras.ops.expand_dims(states, -2)  # by the rank they are told from scores

    @override
    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """The mean nats of the targets, padding left out, times the weights as Keras has them.

        Raises:
            ValueError: If the model is compiled with another loss.
        """
        if not training:
            return super().compute_loss(x, y, y_pred, sample_weight, training)
        _check_loss(self.loss)
        ops, real = keras.ops, self._real(x, y)
        weights = real if sample_weight is None else real * _beside_steps(sample_weight)
        states = ops.reshape(y_pred, (-1, self._embedding.output_dim))
        nats = self._embedding.nats(states, ops.reshape(ops.cast(y, "int32"), (-1,)))
        mean = ops.divide_no_nan(ops.sum(nats * ops.reshape(weights, (-1,))), ops.sum(real))
        return mean + sum(self.losses)

    @override
    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Metrics of the log-probabilities; in training of the head's words."""
        if len(y_pred.shape) != 4:
            return super().compute_metrics(x, y, y_pred, sample_weight)
        known = keras.ops.where(y < self._embedding.cutoffs[0], y, -1)
        scores = self._embedding.head(y_pred[:, :, 0])
        for padding in self._padding:
            scores = padding([scores, x])  # metrics see its mask
        return super().compute_metrics(x, known, scores, sample_weight)

    def _real(self, x: Any, y: Any) -> Any:
        """1 for targets that count, 0 where padding is read, `float32[batch, steps]`."""
        real = keras.ops.ones(keras.ops.shape(y), "float32")
        for padding in self._padding:
            real *= keras.ops.cast(keras.ops.not_equal(x, padding.padding_id), "float32")
        return real

    @property
    def _padding(self) -> list[PaddingMask]:
        """The layer that tells padding, if there is any."""
        return [layer for layer in self.layers if isinstance(layer, PaddingMask)]

    @property
    def _embedding(self) -> AdaptiveEmbedding:
        found: AdaptiveEmbedding = self.get_layer("token_embedding")
        return found

    @functools.cached_property
    def _states(self) -> Any:
        """The layers below the scores."""
        names = {layer.name for layer in self.layers}
        last = next(name for name in _STATES if name in names)
        return inner_call(self, self.get_layer(last).output)


def _beside_steps(weights: Any) -> Any:
    """Weights of rows or of steps, so that they multiply `[batch, steps]`."""
    weights = keras.ops.cast(weights, "float32")
    return weights if len(weights.shape) > 1 else weights[:, None]


def _check_loss(loss: Any) -> None:
    name = loss if isinstance(loss, str) else getattr(loss, "name", type(loss).__name__)
    # Validation sees logarithms, which Keras' loss of that name alone takes for probabilities.
    from_logits = bool(loss_argument(loss, "from_logits"))
    if name != _LOSS or not from_logits:
        raise ValueError(
            "Cutoffs need keras.losses.SparseCategoricalCrossentropy(from_logits=True), which they "
            f"compute without the whole vocabulary. Got {name!r} with from_logits={from_logits}: "
            "take that loss, or leave the cutoffs out."
        )
