"""A beam search inside of a TensorFlow function; `cookbook.decoding` has it for NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

# Exponent of the length penalty of Wu et al. (2016), who found 0.6 to 0.7 best.
ALPHA = 0.6
StepFunction = Callable[[tf.Tensor, Any], tuple[tf.Tensor, Any]]


def write_beams(
    step: StepFunction, states: Any, first: tf.Tensor, *, end: int, length: int, width: int
) -> tf.Tensor:
    """Writes the best of the sequences that `width` candidates a row lead to.

    The rules are those of `cookbook.decoding.beam_search` with `alpha=ALPHA`.

    Args:
        step: From tokens `int32[rows * width]` and states to the logits of the next tokens and the
            states after them.
        states: Before the first token; their first axis is `rows * width`, row by row.
        first: The token that every row begins with, `int32[rows]`.
        end: Token that ends a sequence; padding, 0, stands behind it.
        length: Largest number of written tokens.
        width: Candidates a row, at least 1.

    Returns:
        `int32[rows, length]`.
    """
    rows = tf.shape(first)[0]
    places = tf.range(rows)[:, tf.newaxis] * width
    # All candidates are equal at first, so only one may grow.
    alone = tf.fill([rows, width - 1], float("-inf"))
    found = tf.concat([tf.zeros([rows, 1]), alone], 1)
    begin = (
        tf.constant(0),
        tf.repeat(first, width),
        found,
        tf.math.is_finite(found),
        tf.zeros([rows, width], tf.int32),
        tf.zeros([rows, width, length], tf.int32),
        states,
    )

    def unfinished(count: Any, token: Any, total: Any, is_open: Any, *_: Any) -> Any:
        return tf.logical_and(count < length, tf.reduce_any(is_open))

    def extend(
        count: Any, token: Any, total: Any, is_open: Any, sizes: Any, written: Any, states: Any
    ) -> Any:
        logits, states = step(token, states)
        size = logits.shape[-1]
        next_log = tf.nn.log_softmax(tf.reshape(logits, [rows, width, size]))
        # A closed candidate has one continuation, the padding, which costs nothing.
        closed = tf.where(tf.range(size) == 0, total[..., tf.newaxis], float("-inf"))
        totals = tf.where(is_open[..., tf.newaxis], total[..., tf.newaxis] + next_log, closed)
        sizes += tf.cast(is_open, tf.int32)
        scores = totals / _penalty(sizes)[..., tf.newaxis]
        _, picks = tf.math.top_k(tf.reshape(scores, [rows, width * size]), k=width)
        origin, chosen = picks // size, picks % size
        total = tf.gather(tf.reshape(totals, [rows, width * size]), picks, batch_dims=1)
        is_open = tf.gather(is_open, origin, batch_dims=1)
        is_open &= (chosen != end) & tf.math.is_finite(total)
        column = tf.one_hot(count, length, dtype=tf.int32)
        written = tf.gather(written, origin, batch_dims=1) + chosen[..., tf.newaxis] * column
        parents = tf.reshape(places + origin, [-1])
        states = tf.nest.map_structure(lambda state: tf.gather(state, parents), states)
        sizes = tf.gather(sizes, origin, batch_dims=1)
        return count + 1, tf.reshape(chosen, [-1]), total, is_open, sizes, written, states

    _, _, total, _, sizes, written, _ = tf.while_loop(unfinished, extend, begin)
    best = tf.argmax(total / _penalty(sizes), axis=1)
    return tf.gather(written, best, batch_dims=1)


def _penalty(sizes: tf.Tensor) -> tf.Tensor:
    return ((5.0 + tf.cast(sizes, tf.float32)) / 6.0) ** ALPHA
