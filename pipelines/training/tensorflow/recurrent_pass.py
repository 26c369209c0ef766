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
        mask: `bool[batch, steps]`, False where the states stay as they are; None for True.
        unroll: Whether the loop over time is written out.
    """

    def __init__(
        self, x: tf.Tensor, recurrent: tf.Tensor, mask: tf.Tensor | None, *, unroll: bool
    ) -> None:
        self.dtype = x.dtype
        self.wide = max(x.dtype, tf.float32, key=lambda dtype: dtype.size)
        self.x = tf.transpose(x, [1, 0, 2])
        self._recurrent, self._unroll = recurrent, unroll
        self._mask: Tensors = ()
        if mask is not None:
            # Chosen, not cast: TensorFlow's optimizer moves a cast behind the transposition, and
            # prints a warning where it transposes booleans.
            one, zero = tf.ones((), self.wide), tf.zeros((), self.wide)
            self._mask = (tf.transpose(tf.where(mask, one, zero))[..., tf.newaxis],)

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

    def forwards(self, step: Step, inputs: tf.Tensor, first: Tensors, *, gates: int) -> Tensors:
        """Runs the loop and keeps gates and states.

        Args:
            step: From states and an input to the next states and the gates.
            inputs: `[steps, batch, ...]`.
            first: The states before the first step.
            gates: How many gates a step gives.

        Returns:
            The hidden states `[batch, steps, units]` and the last states, as the layer gives them.
        """
        self.first = tuple(map(self.widen, first))

        def masked(states: Tensors, along: Tensors) -> tuple[Tensors, Tensors]:
            given, *mask = along
            after, found = step(states, (given,))
            for m in mask:
                after = tuple(
                    m * new + (1 - m) * old for new, old in zip(after, states, strict=True)
                )
            return after, (*found, *after)

        kept = gates + len(first)
        last, found = self._scan(
            masked, (inputs, *self._mask), self.first, dtypes=[self.wide] * kept
        )
        self.gates, self.states = found[:gates], found[gates:]
        hidden = tf.transpose(self.states[0], [1, 0, 2])
        return tuple(map(self.narrow, (hidden, *last)))

    def backwards(
        self, step: Step, along: Tensors, hidden: tf.Tensor, last: Tensors, *, products: int
    ) -> tuple[Tensors, Tensors]:
        """Runs the loop from its end.

        Args:
            step: From the gradients of the states after a step, and of `along` what belongs to it,
                to those of the states before it and of its products.
            along: `[steps, batch, ...]` each.
            hidden: Gradient of the hidden states, `[batch, steps, units]`.
            last: Gradients of the last states.
            products: How many products a step has.

        Returns:
            Gradients of the first states, and of the products `[steps, batch, ...]`.
        """
        hidden = self.widen(tf.transpose(hidden, [1, 0, 2]))
        hidden = tf.ensure_shape(hidden, self.states[0].shape)

        def masked(states: Tensors, given: Tensors) -> tuple[Tensors, Tensors]:
            output, *rest = given
            states = (states[0] + output, *states[1:])
            if not self._mask:
                return step(states, tuple(rest))
            m, *rest = rest
            before, found = step(tuple(m * state for state in states), tuple(rest))
            passed = zip(before, states, strict=True)
            return tuple(one + (1 - m) * state for one, state in passed), found

        first, found = self._scan(
            masked,
            (hidden, *self._mask, *along),
            tuple(map(self.widen, last)),
            dtypes=[self.dtype] * products,
            reverse=True,
        )
        return tuple(map(self.narrow, first)), found

    def before(self, state: int) -> tf.Tensor:
        """The state that each step began with, `[steps, batch, units]`."""
        return tf.concat([self.first[state][tf.newaxis], self.states[state][:-1]], 0)

    def _scan(
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
