"""LSTM and GRU on a CPU whose loop over time holds only what depends on the step before.

Keras multiplies inputs and state at every step, and sums the gradients of the weights step by step.
Here the inputs of all steps are multiplied at once before the loop, and the gradients of the
weights after it, as cuDNN does on a GPU (Appleyard et al. 2016, "Optimizing Performance of
Recurrent Neural Networks on GPUs").
"""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from pipelines.training.tensorflow.gru_loop import gru_loop
from pipelines.training.tensorflow.internals import layers_of
from pipelines.training.tensorflow.lstm_loop import lstm_loop


def fuse_recurrence(model: keras.Model) -> int:
    """Lets the LSTMs and GRUs of a model run in fewer and larger operations.

    Weights and what is saved do not change. Layers that drop parts of their state or have other
    activations work as Keras wrote them, and where there is a GPU all do. In mixed precision the
    products are bfloat16, but gates and state are float32 within the loop.

    Args:
        model: A built model; its layers are changed in place.

    Returns:
        How many layers were changed.

    Example:
        >>> layers = [keras.Input((4, 3)), keras.layers.LSTM(2)]
        >>> fuse_recurrence(keras.Sequential(layers))
        1
    """
    if tf.config.list_logical_devices("GPU"):
        return 0
    layers = [layer for layer in layers_of(model) if _is_usual(layer)]
    for layer in layers:
        layer.inner_loop = _fused(layer)
    return len(layers)


def _is_usual(layer: Any) -> bool:
    return (
        type(layer) in (keras.layers.LSTM, keras.layers.GRU)
        and layer.activation is keras.activations.tanh
        and layer.recurrent_activation is keras.activations.sigmoid
        and layer.use_bias
        and getattr(layer, "reset_after", True)
        and not layer.recurrent_dropout
        and "inner_loop" not in vars(layer)
    )


def _fused(layer: Any) -> Any:
    plain, cell = layer.inner_loop, layer.cell
    is_lstm = type(layer) is keras.layers.LSTM

    def inner_loop(
        sequences: Any,
        initial_state: Any,
        mask: Any = None,
        training: bool = False,  # noqa: FBT001, as Keras has it
    ) -> Any:
        mask = next((one for one in tf.nest.flatten(mask) if one is not None), None)
        if mask is not None and layer.unroll:
            return plain(sequences, initial_state, mask, training=training)
        if training and layer.dropout:
            sequences *= cell.get_dropout_mask(sequences[:, 0, :])[:, tf.newaxis]
        if layer.go_backwards:
            sequences = tf.reverse(sequences, [1])
            mask = None if mask is None else tf.reverse(mask, [1])
        states = tf.nest.flatten(initial_state)
        variables = (cell.kernel, cell.recurrent_kernel, cell.bias)
        weights = [tf.convert_to_tensor(variable.value) for variable in variables]
        options = {"mask": mask, "unroll": layer.unroll}
        if is_lstm:
            outputs, *last = lstm_loop(sequences, states, weights, **options)
        else:
            outputs, *last = gru_loop(sequences, states[0], weights, **options)
        if mask is None:
            return last[0], outputs, last
        outputs *= tf.cast(_shown(layer, mask), outputs.dtype)[..., tf.newaxis]
        return outputs[:, -1], outputs, last

    return inner_loop


def _shown(layer: Any, mask: tf.Tensor) -> tf.Tensor:
    """At which steps Keras shows the hidden state, and no zeros."""
    if layer.zero_output_for_mask:
        return mask
    return tf.cumsum(tf.cast(mask, tf.int32), axis=1) > 0
