"""The loop of an LSTM over time, and its gradient."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import tensorflow as tf

from pipelines.training.tensorflow.recurrent_pass import (
    RecurrentPass,
    Tensors,
    outer,
    product,
)


def lstm_loop(
    x: tf.Tensor,
    state: Sequence[tf.Tensor],
    weights: Sequence[tf.Tensor],
    *,
    mask: tf.Tensor | None = None,
    unroll: bool = False,
) -> Tensors:
    """Runs an LSTM over a batch of sequences.

    With z_t = x_t W + h_(t-1) U + b, cut into i, f, g, o:
    c_t = sigmoid(f) * c_(t-1) + sigmoid(i) * tanh(g), h_t = sigmoid(o) * tanh(c_t).

    Args:
        x: Inputs, `float[batch, steps, features]`, at least one step.
        state: h_0 and c_0, `float[batch, units]`.
        weights: W `float[features, 4 * units]`, U `float[units, 4 * units]`,
            b `float[4 * units]`, all of the dtype of `x`.
        mask: `bool[batch, steps]`, False where h and c stay as they are; None for True.
        unroll: Whether to write the loop out; the number of steps must be fixed.

    Returns:
        h_1 ... h_T as `float[batch, steps, units]`, h_T and c_T, of the dtype of `x`.
    """

    @tf.custom_gradient
    def run(*tensors: tf.Tensor) -> tuple[Tensors, Callable[..., Tensors]]:
        x, h, c, kernel, recurrent, bias = tensors
        found = _LSTMPass(x, recurrent, mask, unroll=unroll)
        return found.run((h, c), kernel, bias), found.gradient

    found: Tensors = run(x, *state, *weights)
    return found


class _LSTMPass(RecurrentPass):
    def run(self, state: Tensors, kernel: tf.Tensor, bias: tf.Tensor) -> Tensors:
        self._kernel = kernel
        return self.forwards(self._step, product(self.x, kernel) + bias, state, gates=3)

    def _step(self, state: Tensors, inputs: Tensors) -> tuple[Tensors, Tensors]:
        h, c = state
        units = h.shape[-1]
        z = self.widen(inputs[0]) + self.times_recurrent(h)
        opened, g, o = tf.split(z, [2 * units, units, units], axis=1)
        opened, g, o = tf.sigmoid(opened), tf.tanh(g), tf.sigmoid(o)
        i, f = tf.split(opened, 2, axis=1)
        c = f * c + i * g
        return (o * tf.tanh(c), c), (opened, g, o)

    def gradient(self, hidden: tf.Tensor, *last: tf.Tensor) -> Tensors:
        along = (*self.gates, self.states[1], self.before(1))
        state, (z,) = self.backwards(self._step_back, along, hidden, last, products=1)
        x = tf.transpose(product(z, self._kernel, transpose_b=True), [1, 0, 2])
        weights = (outer(self.x, z), outer(self.narrow(self.before(0)), z))
        bias = self.narrow(tf.reduce_sum(self.widen(z), axis=[0, 1]))
        return (x, *state, *weights, bias)

    def _step_back(self, state: Tensors, along: Tensors) -> tuple[Tensors, Tensors]:
        (h, c), (opened, g, o, carry, carry_before) = state, along
        i, f = tf.split(opened, 2, axis=1)
        bent = tf.tanh(carry)
        c += h * o * (1 - bent * bent)
        parts = (
            c * g * i * (1 - i),
            c * carry_before * f * (1 - f),
            c * i * (1 - g * g),
            h * bent * o * (1 - o),
        )
        z = self.narrow(tf.concat(parts, 1))
        return (self.back_through_recurrent(z), c * f), (z,)
