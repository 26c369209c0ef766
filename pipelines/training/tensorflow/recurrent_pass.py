"""What the fused loops of LSTM and GRU share: one pass over time, and products over all of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

Tensors = tuple[tf.Tensor, ...]
Step = Callable[[Tensors, Tensors], tuple[Tensors, Tensors]]


class RecurrentPass:
    """One pass of a recurrent layer over a batch, with what its gradient needs.

    Everything is time-major inside, `[steps, batch, ...]`. Products are of the dtype of the inputs,
    all else is at least float32: sums over many steps need more digits than bfloat16 has.

    Args:
        x: Inputs, `float[batch, steps, features]`, at least one step.
        recurrent: U, the matrix that the hidden state is multiplied by.
        unroll: Whether the loop over time is written out.
    """

    def __init__(self, x: tf.Tensor, recurrent: tf.Tensor, *, unroll: bool) -> None:
        self.dtype = x.dtype
        self.wide = max(x.dtype, tf.float32, key=lambda dtype: dtype.size)
        self.x = tf.transpose(x, [1, 0, 2])
        self._recurrent, self._unroll = recurrent, unroll

    def widen(self, tensor: tf.Tensor) -> tf.Tensor:
        """In the dtype of gates and states."""
        return tf.cast(tensor, self.wide)

    def narrow(self, tensor: tf.Tensor) -> tf.Tensor:
        """In the dtype of inputs and products."""
        return tf.cast(tensor, self.dtype)

    def times_recurrent(self, h: tf.Tensor) -> tf.Tensor:
        """The hidden state times U."""
        return self.widen(tf.matmul(self.narrow(h), self._recurrent))

    def back_through_recurrent(self, z: tf.Tensor) -> tf.Tensor:
        """The gradient of the state, from that of its product with U."""
        return self.widen(tf.matmul(z, self._recurrent, transpose_b=True))

    def outputs(self, h: tf.Tensor, *last: tf.Tensor) -> Tensors:
        """All states `[batch, steps, units]` and the last ones, as the layer gives them."""
        return (self.narrow(tf.transpose(h, [1, 0, 2])), *map(self.narrow, last))

    def scan(
        self,
        step: Step,
        sequences: Tensors,
        carry: Tensors,
        *,
        dtypes: Sequence[tf.DType],
        reverse: bool = False,
    ) -> tuple[Tensors, Tensors]:
        """Carries a state along `[steps, ...]`, and stacks what each step gives, of `dtypes`."""
        if self._unroll:
            return _unrolled(step, sequences, carry, reverse=reverse)
        steps = tf.shape(sequences[0])[0]
        arrays = tuple(tf.TensorArray(dtype, size=steps) for dtype in dtypes)

        def body(count: tf.Tensor, carry: Tensors, arrays: Any) -> Any:
            at = steps - 1 - count if reverse else count
            carry, given = step(carry, tuple(sequence[at] for sequence in sequences))
            written = zip(arrays, given, strict=True)
            return count + 1, carry, tuple(array.write(at, one) for array, one in written)

        _, carry, arrays = tf.while_loop(
            lambda count, *_: count < steps,
            body,
            (tf.constant(0), carry, arrays),
            maximum_iterations=steps,
        )
        return carry, tuple(array.stack() for array in arrays)


def _unrolled(
    step: Step, sequences: Tensors, carry: Tensors, *, reverse: bool
) -> tuple[Tensors, Tensors]:
    rows = list(zip(*map(tf.unstack, sequences), strict=True))
    found = []
    for row in reversed(rows) if reverse else rows:
        carry, given = step(carry, row)
        found.append(given)
    columns = zip(*(reversed(found) if reverse else found), strict=True)
    return carry, tuple(map(tf.stack, columns))


def before(first: tf.Tensor, states: tf.Tensor) -> tf.Tensor:
    """The state that each step began with, `[steps, batch, units]`."""
    return tf.concat([first[tf.newaxis], states[:-1]], 0)


def product(x: tf.Tensor, matrix: tf.Tensor, **options: bool) -> tf.Tensor:
    """`x[steps, batch, :] @ matrix` as one product of two matrices."""
    steps, batch = tf.unstack(tf.shape(x)[:2])
    flat = tf.matmul(tf.reshape(x, [steps * batch, x.shape[-1]]), matrix, **options)
    found = tf.reshape(flat, [steps, batch, flat.shape[-1]])
    found.set_shape([*x.shape[:2], flat.shape[-1]])
    return found


def outer(x: tf.Tensor, z: tf.Tensor) -> tf.Tensor:
    """The sum of `x_t^T z_t` over all steps."""
    flat = [tf.reshape(tensor, [-1, tensor.shape[-1]]) for tensor in (x, z)]
    return tf.matmul(*flat, transpose_a=True)
