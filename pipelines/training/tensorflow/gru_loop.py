"""The loop of a GRU over time, and its gradient."""

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


def gru_loop(
    x: tf.Tensor,
    state: tf.Tensor,
    weights: Sequence[tf.Tensor],
    *,
    unroll: bool = False,
) -> Tensors:
    """Runs a GRU, the form with the reset gate after the product, over a batch of sequences.

    With x_t W + b_1 cut into x_z, x_r, x_g and h_(t-1) U + b_2 into u_z, u_r, u_g:
    z = sigmoid(x_z + u_z), r = sigmoid(x_r + u_r), g = tanh(x_g + r * u_g),
    h_t = z * h_(t-1) + (1 - z) * g.

    Args:
        x: Inputs, `float[batch, steps, features]`, at least one step.
        state: h_0, `float[batch, units]`.
        weights: W `float[features, 3 * units]`, U `float[units, 3 * units]`,
            b `float[2, 3 * units]`, all of the dtype of `x`.
        unroll: Whether to write the loop out; the number of steps must be fixed.

    Returns:
        h_1 ... h_T as `float[batch, steps, units]`, and h_T, of the dtype of `x`.
    """

    @tf.custom_gradient
    def run(*tensors: tf.Tensor) -> tuple[Tensors, Callable[..., Tensors]]:
        x, h, kernel, recurrent, bias = tensors
        found = _GRUPass(x, recurrent, unroll=unroll)
        return found.forwards(h, kernel, bias), found.backwards

    found: Tensors = run(x, state, *weights)
    return found


class _GRUPass(RecurrentPass):
    def forwards(self, state: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor) -> Tensors:
        self._kernel, self._first = kernel, self.widen(state)
        of_inputs, of_state = tf.unstack(bias)
        self._bias = self.widen(of_state)
        last, (*gates, self._h) = self.scan(
            self._step,
            (product(self.x, kernel) + of_inputs,),
            (self._first,),
            dtypes=[self.wide] * 4,
        )
        self._gates = tuple(gates)
        return self.outputs(self._h, *last)

    def _step(self, state: Tensors, inputs: Tensors) -> tuple[Tensors, Tensors]:
        (h,) = state
        parts = [2 * h.shape[-1], h.shape[-1]]
        from_x, x_g = tf.split(self.widen(inputs[0]), parts, axis=1)
        from_h, u_g = tf.split(self.times_recurrent(h) + self._bias, parts, axis=1)
        opened = tf.sigmoid(from_x + from_h)
        z, r = tf.split(opened, 2, axis=1)
        g = tf.tanh(x_g + r * u_g)
        h = g + z * (h - g)
        return (h,), (opened, g, u_g, h)

    def backwards(self, outputs: tf.Tensor, h: tf.Tensor) -> Tensors:
        h_before = before(self._first, self._h)
        outputs = self.widen(tf.transpose(outputs, [1, 0, 2]))
        (h,), (of_x, of_u) = self.scan(
            self._step_back,
            (tf.ensure_shape(outputs, self._h.shape), *self._gates, h_before),
            (self.widen(h),),
            dtypes=[self.dtype] * 2,
            reverse=True,
        )
        x = tf.transpose(product(of_x, self._kernel, transpose_b=True), [1, 0, 2])
        weights = (outer(self.x, of_x), outer(self.narrow(h_before), of_u))
        bias = [tf.reduce_sum(self.widen(one), axis=[0, 1]) for one in (of_x, of_u)]
        return (x, self.narrow(h), *weights, self.narrow(tf.stack(bias)))

    def _step_back(self, state: Tensors, along: Tensors) -> tuple[Tensors, Tensors]:
        (h,), (output, opened, g, u_g, h_before) = state, along
        z, r = tf.split(opened, 2, axis=1)
        h += output
        of_z = h * (h_before - g) * z * (1 - z)
        of_g = h * (1 - z) * (1 - g * g)
        of_r = of_g * u_g * r * (1 - r)
        of_x = self.narrow(tf.concat([of_z, of_r, of_g], 1))
        of_u = self.narrow(tf.concat([of_z, of_r, of_g * r], 1))
        return (h * z + self.back_through_recurrent(of_u),), (of_x, of_u)
