"""The loop of a GRU over time, and its gradient."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import tensorflow as tf

from pipelines.training.tensorflow.recurrent_pass import (
    RecurrentPass,
    Tensors,
    outer,
    product,
)


def gru_loop(
    x: tf.Tensor,
    state: tf.Tensor,
    weights: Sequence[tf.Tensor],
    *,
    mask: tf.Tensor | None = None,
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
        mask: `bool[batch, steps]`, False where h stays as it is; None for True.
        unroll: Whether to write the loop out; the number of steps must be fixed.

    Returns:
        h_1 ... h_T as `float[batch, steps, units]`, and h_T, of the dtype of `x`.
    """

    @tf.custom_gradient
    def run(*tensors: tf.Tensor) -> tuple[Tensors, Callable[..., Tensors]]:
        x, h, kernel, recurrent, bias = tensors
        found = _GRUPass(x, recurrent, mask, unroll=unroll)
        return found.run(h, kernel, bias), found.gradient

    found: Tensors = run(x, state, *weights)
    return found


class _GRUPass(RecurrentPass):
    def run(self, state: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor) -> Tensors:
        of_inputs, of_state = tf.unstack(bias)
        self._kernel, self._bias = kernel, self.widen(of_state)
        return self.forwards(self._step, product(self.x, kernel) + of_inputs, (state,), gates=3)

    def _step(self, state: Tensors, inputs: Tensors) -> tuple[Tensors, Tensors]:
        (h,) = state
        parts = [2 * h.shape[-1], h.shape[-1]]
        from_x, x_g = tf.split(self.widen(inputs[0]), parts, axis=1)
        from_h, u_g = tf.split(self.times_recurrent(h) + self._bias, parts, axis=1)
        opened = tf.sigmoid(from_x + from_h)
        z, r = tf.split(opened, 2, axis=1)
        g = tf.tanh(x_g + r * u_g)
        return (g + z * (h - g),), (opened, g, u_g)

    def gradient(self, hidden: tf.Tensor, *last: tf.Tensor) -> Tensors:
        h_before = self.before(0)
        state, (of_x, of_u) = self.backwards(
            self._step_back, (*self.gates, h_before), hidden, last, products=2
        )
        x = tf.transpose(product(of_x, self._kernel, transpose_b=True), [1, 0, 2])
        weights = (outer(self.x, of_x), outer(self.narrow(h_before), of_u))
        bias = [tf.reduce_sum(self.widen(one), axis=[0, 1]) for one in (of_x, of_u)]
        return (x, *state, *weights, self.narrow(tf.stack(bias)))

    def _step_back(self, state: Tensors, along: Tensors) -> tuple[Tensors, Tensors]:
        (h,), (opened, g, u_g, h_before) = state, along
        z, r = tf.split(opened, 2, axis=1)
        of_z = h * (h_before - g) * z * (1 - z)
        of_g = h * (1 - z) * (1 - g * g)
        of_r = of_g * u_g * r * (1 - r)
        of_x = self.narrow(tf.concat([of_z, of_r, of_g], 1))
        of_u = self.narrow(tf.concat([of_z, of_r, of_g * r], 1))
        return (h * z + self.back_through_recurrent(of_u),), (of_x, of_u)
