"""The loop of an LSTM over time, and its gradient."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import tensorflow as tf

from pipelines.training.tensorflow.recurrent_pass import (
    RecurrentPass,
    Tensors,
    before,
    outer,
    product,
)


def lstm_loop(
    x: tf.Tensor,
    state: Sequence[tf.Tensor],
    weights: Sequence[tf.Tensor],
    *,
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
        unroll: Whether to write the loop out; the number of steps must be fixed.

    Returns:
        h_1 ... h_T as `float[batch, steps, units]`, h_T and c_T, of the dtype of `x`.
    """

    @tf.custom_gradient
    def run(*tensors: tf.Tensor) -> tuple[Tensors, Callable[..., Tensors]]:
        x, h, c, kernel, recurrent, bias = tensors
        found = _LSTMPass(x, recurrent, unroll=unroll)
        return found.forwards((h, c), kernel, bias), found.backwards

    found: Tensors = run(x, *state, *weights)
    return found


class _LSTMPass(RecurrentPass):
    def forwards(self, state: Tensors, kernel: tf.Tensor, bias: tf.Tensor) -> Tensors:
        self._kernel = kernel
        self._first = tuple(map(self.widen, state))
        last, (*gates, self._h, self._c) = self.scan(
            self._step, (product(self.x, kernel) + bias,), self._first, dtypes=[self.wide] * 5
        )
        self._gates = tuple(gates)
        return self.outputs(self._h, *last)

    def _step(self, state: Tensors, inputs: Tensors) -> tuple[Tensors, Tensors]:
        h, c = state
        units = h.shape[-1]
        z = self.widen(inputs[0]) + self.times_recurrent(h)
        opened, g, o = tf.split(z, [2 * units, units, units], axis=1)
        opened, g, o = tf.sigmoid(opened), tf.tanh(g), tf.sigmoid(o)
        i, f = tf.split(opened, 2, axis=1)
        c = f * c + i * g
        h = o * tf.tanh(c)
        return (h, c), (opened, g, o, h, c)

    def backwards(self, outputs: tf.Tensor, h: tf.Tensor, c: tf.Tensor) -> Tensors:
        h_before, c_before = map(before, self._first, (self._h, self._c))
        outputs = self.widen(tf.transpose(outputs, [1, 0, 2]))
        state, (z,) = self.scan(
            self._step_back,
            (tf.ensure_shape(outputs, self._h.shape), *self._gates, self._c, c_before),
            (self.widen(h), self.widen(c)),
            dtypes=[self.dtype],
            reverse=True,
        )
        x = tf.transpose(product(z, self._kernel, transpose_b=True), [1, 0, 2])
        weights = (outer(self.x, z), outer(self.narrow(h_before), z))
        bias = self.narrow(tf.reduce_sum(self.widen(z), axis=[0, 1]))
        return (x, *map(self.narrow, state), *weights, bias)

    def _step_back(self, state: Tensors, along: Tensors) -> tuple[Tensors, Tensors]:
        (h, c), (output, opened, g, o, carry, carry_before) = state, along
        i, f = tf.split(opened, 2, axis=1)
        h += output
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
