"""Windows of a long token stream, for language models."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

from pipelines.inputs.indexed import count_steps, loaded, row_batches
from pipelines.inputs.randomness import epoch_order


def window_starts(tokens: int, *, batch_size: int, window: int, stateful: bool) -> np.ndarray:
    """Where the windows of a stream begin.

    Each window needs one token more than its width, because the targets are one ahead.

    Stateful: the stream is cut into `batch_size` equal parts that are read side by side. Row
    `r` of batch `s + 1` goes on where row `r` of batch `s` ended, so a recurrent state can be
    carried; tokens that do not fill a whole batch are left out at the end of each part.

    Not stateful: windows follow each other without a gap.

    Args:
        tokens: Length of the stream.
        batch_size: Rows of a batch.
        window: Tokens of a row.
        stateful: Whether the model carries its state from batch to batch.

    Returns:
        `int64[windows]`; for stateful ones in the order batch 0 row 0, batch 0 row 1, ...

    Raises:
        ValueError: If the stream does not fill one batch (stateful) or one window.

    Example:
        >>> window_starts(13, batch_size=2, window=3, stateful=True).tolist()
        [0, 6, 3, 9]
        >>> window_starts(13, batch_size=2, window=3, stateful=False).tolist()
        [0, 3, 6, 9]
    """
    if batch_size < 1 or window < 1:
        raise ValueError(
            "`batch_size >= 1` and `window >= 1` must hold. Got "
            f"batch_size={batch_size}, window={window}."
        )
    rows = batch_size if stateful else 1
    part = (tokens - 1) // rows
    steps = part // window
    if steps < 1:
        raise ValueError(
            f"{rows} rows of {window} tokens need a stream of {rows * window + 1}. Got {tokens} "
            "tokens: use a smaller batch or a shorter window."
        )
    # The parts follow each other closely: what does not fill a window is lost once, at the end.
    first = np.arange(rows, dtype=np.int64) * (steps * window)
    return (np.arange(steps, dtype=np.int64)[:, np.newaxis] * window + first).reshape(-1)


def language_model_arrays(
    tokens: Any, *, batch_size: int, window: int, stateful: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """All windows as arrays, for an `ArrayFeed`.

    Args:
        tokens: `int[n]`, `LanguagePreprocessor.transform`.
        batch_size: Rows of a batch.
        window: Tokens of a row.
        stateful: Rows in the order of carried state: use the same batch size, do not shuffle,
            and reset the state where an epoch begins.

    Returns:
        `(x, y)`, each `int32[windows, window]`; `y` is one token ahead of `x`.

    Raises:
        ValueError: If the stream is too short.

    Example:
        >>> x, y = language_model_arrays(np.arange(9), batch_size=2, window=2, stateful=True)
        >>> x.tolist()
        [[0, 1], [4, 5], [2, 3], [6, 7]]
        >>> (y - x).min(), (y - x).max()
        (np.int32(1), np.int32(1))
    """
    stream = _stream(tokens)
    starts = window_starts(len(stream), batch_size=batch_size, window=window, stateful=stateful)
    places = starts[:, np.newaxis] + np.arange(window)
    return stream[places], stream[places + 1]


def language_model_windows(
    tokens: Any,
    *,
    batch_size: int,
    window: int,
    stateful: bool = False,
    shuffle: bool = False,
    seed: int = 0,
    epoch: int = 0,
    epochs: int | None = 1,
) -> tf.data.Dataset:
    """Batches of windows, gathered from the stream: no window is stored.

    Order of the operations, and why: the stream of token numbers is the cache, and stays one
    row in memory; an epoch orders the beginnings of the windows; one gather makes a batch of
    `window + 1` tokens, of which inputs and targets are two views. Shuffled windows begin at
    another offset in each epoch, so that the cuts fall on other places.

    Args:
        tokens: `int[n]`, `LanguagePreprocessor.transform`.
        batch_size: Rows of a batch; stateful batches are all full.
        window: Tokens of a row.
        stateful: Batches in the order of carried state, see `window_starts`.
        shuffle: Draw a new order in each epoch; not with `stateful`.
        seed: Of order and offsets.
        epoch: Number of the first epoch.
        epochs: How many epochs; `None`: endless.

    Returns:
        A dataset of `(x int32[batch, window], y int32[batch, window])`.

    Raises:
        ValueError: If the stream is too short, or stateful windows shall be shuffled.

    Example:
        >>> batches = language_model_windows(np.arange(9), batch_size=2, window=2, stateful=True)
        >>> [x.numpy().tolist() for x, y in batches]
        [[[0, 1], [4, 5]], [[2, 3], [6, 7]]]
    """
    if stateful and shuffle:
        raise ValueError("A carried state needs the windows in order: stateful or shuffle.")
    stream = _stream(tokens)
    # A shuffled epoch starts up to one window later and must not run over the end.
    usable = max(len(stream) - window + 1, 0) if shuffle else len(stream)
    starts = window_starts(usable, batch_size=batch_size, window=window, stateful=stateful)
    flat = tf.constant(stream)

    def order(number: int) -> np.ndarray:
        rows = epoch_order(len(starts), seed=seed, epoch=number, shuffle=shuffle)
        generator = np.random.default_rng((seed, number, window))
        offset = int(generator.integers(window)) if shuffle else 0
        return (starts[rows] + offset).astype(np.int32)

    def load(chosen: Any, _: Any) -> tuple[Any, Any]:
        batch = tf.gather(flat, chosen[:, tf.newaxis] + tf.range(window + 1)[tf.newaxis])
        return batch[:, :-1], batch[:, 1:]

    beginnings = row_batches(
        len(starts), order, batch_size=batch_size, seed=seed, epoch=epoch, epochs=epochs
    )
    return loaded(beginnings, load, count_steps(len(starts), batch_size), epochs)


def _stream(tokens: Any) -> np.ndarray:
    stream = np.asarray(tokens)
    if stream.ndim != 1 or stream.dtype.kind not in "iu":
        raise ValueError(
            f"A stream is one row of token numbers. Got shape {stream.shape} of {stream.dtype}."
        )
    return stream.astype(np.int32, copy=False)
