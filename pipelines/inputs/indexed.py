"""The core of the array builders: order numbers, gather batches, work on whole batches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from pipelines.inputs.python_calls import python_call
from pipelines.inputs.randomness import batch_seed, epoch_order

# Transforming two batches at a time keeps two cores busy; more only takes memory.
PARALLEL_BATCHES = 2
READY_BATCHES = 2


def count_steps(samples: int, batch_size: int) -> int:
    """Batches of an epoch; the last may be smaller.

    Raises:
        ValueError: If there is no sample, or the batch size is below 1.

    Example:
        >>> count_steps(5, 2)
        3
    """
    if samples < 1 or batch_size < 1:
        raise ValueError(
            "An epoch needs at least one sample and `batch_size >= 1`. Got "
            f"{samples} samples, batch_size={batch_size}."
        )
    return -(-samples // batch_size)


def common_length(arrays: Any) -> int:
    """The one length of all arrays.

    Raises:
        ValueError: If they differ.

    Example:
        >>> common_length((np.zeros((3, 2)), np.zeros(3)))
        3
    """
    lengths = {len(array) for array in tf.nest.flatten(arrays)}
    if len(lengths) != 1:
        raise ValueError(f"Inputs and targets must have one length. Got {sorted(lengths)}.")
    return lengths.pop()


def epoch_numbers(epoch: int, epochs: int | None) -> tf.data.Dataset:
    """The numbers of the epochs a dataset runs through, `int64`.

    Raises:
        ValueError: If a number is out of range.
    """
    if epoch < 0 or (epochs is not None and epochs < 1):
        raise ValueError(
            f"`epoch >= 0` and `epochs >= 1` (or None) must hold. Got epoch={epoch}, "
            f"epochs={epochs}."
        )
    end = np.iinfo(np.int64).max if epochs is None else epoch + epochs
    return tf.data.Dataset.range(epoch, end)


def loaded(
    rows: tf.data.Dataset, load: Callable[..., Any], steps: int, epochs: int | None
) -> tf.data.Dataset:
    """Turns row numbers into batches, some of them ahead of the training.

    Args:
        rows: From `row_batches`.
        load: `(rows, batch seed) -> batch` of TensorFlow's operations, without Python's `if`
            or `for` over tensors; two run at a time, results keep their order.
        steps: Batches of an epoch.
        epochs: How many; `None` is endless.

    Returns:
        A dataset whose number of batches Keras knows.
    """
    # Nothing to rewrite: AutoGraph's reading of all functions takes longer than tracing them.
    load = tf.autograph.experimental.do_not_convert(load)
    batches = rows.map(load, num_parallel_calls=PARALLEL_BATCHES, deterministic=True)
    count = tf.data.INFINITE_CARDINALITY if epochs is None else steps * epochs
    return batches.apply(tf.data.experimental.assert_cardinality(count)).prefetch(READY_BATCHES)


def row_batches(
    samples: int,
    order: Callable[[int], np.ndarray],
    *,
    batch_size: int,
    seed: int,
    epoch: int,
    epochs: int | None,
) -> tf.data.Dataset:
    """Numbers of the rows of each batch, with the batch's seed.

    Args:
        samples: Rows of an epoch.
        order: Number of an epoch to its order, `int32[samples]`.
        batch_size: Rows a batch.
        seed: Of the training.
        epoch: Number of the first epoch.
        epochs: How many; `None` is endless.

    Returns:
        A dataset of `(int32[batch], int32[2])` over all epochs.
    """
    steps = count_steps(samples, batch_size)

    def rows_of(number: np.ndarray) -> np.ndarray:
        return order(int(number))

    @tf.autograph.experimental.do_not_convert
    def one_epoch(number: Any) -> tf.data.Dataset:
        rows = tf.ensure_shape(python_call(rows_of, [number], tf.int32), (samples,))

        def batch(step: Any) -> tuple[Any, Any]:
            start = tf.cast(step, tf.int32) * batch_size
            return rows[start : start + batch_size], batch_seed(seed, number, steps, step)

        return tf.data.Dataset.range(steps).map(batch)

    return epoch_numbers(epoch, epochs).flat_map(one_epoch)


def indexed_batches(
    arrays: Any,
    *,
    batch_size: int,
    shuffle: bool,
    seed: int,
    transform: Callable[[Any, Any], Any] | None = None,
    epoch: int = 0,
    epochs: int | None = 1,
) -> tf.data.Dataset:
    """Batches gathered from arrays with one first axis.

    Args:
        arrays: A nest of arrays; each `numpy.memmap` among them is read row by row.
        batch_size: Rows a batch.
        shuffle: Draw a new order in each epoch.
        seed: Of the order and of `transform`.
        transform: `(batch, int32[2]) -> batch` in TensorFlow.
        epoch: Number of the first epoch.
        epochs: How many; `None` is endless.

    Returns:
        A dataset of batches with the structure of `arrays`, or what `transform` makes of it.
    """
    samples = common_length(arrays)
    gathers = [_gather(array) for array in tf.nest.flatten(arrays)]

    def load(rows: Any, number: Any) -> Any:
        batch = tf.nest.pack_sequence_as(arrays, [gather(rows) for gather in gathers])
        return batch if transform is None else transform(batch, number)

    def order(number: int) -> np.ndarray:
        return epoch_order(samples, seed=seed, epoch=number, shuffle=shuffle)

    rows = row_batches(samples, order, batch_size=batch_size, seed=seed, epoch=epoch, epochs=epochs)
    return loaded(rows, load, count_steps(samples, batch_size), epochs)


def _gather(array: Any) -> Callable[[Any], Any]:
    if not isinstance(array, np.memmap):
        # On the CPU the tensor shares the array's memory where its alignment allows it.
        tensor = tf.convert_to_tensor(array)
        return lambda rows: tf.gather(tensor, rows)
    shape = (None, *array.shape[1:])

    def read(rows: np.ndarray) -> np.ndarray:
        # Ascending rows are read as the disk holds them, then put into the batch's order.
        ascending = np.argsort(rows, kind="stable")
        batch = np.empty((len(rows), *array.shape[1:]), array.dtype)
        batch[ascending] = array[rows[ascending]]
        return batch

    def gather(rows: Any) -> Any:
        return tf.ensure_shape(python_call(read, [rows], tf.as_dtype(array.dtype)), shape)

    return gather
