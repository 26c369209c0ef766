"""Rows that are given as batches: datasets, generators and Keras' sequences of batches."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np


def is_batches(data: Any) -> bool:
    """Whether something gives batches; neither TensorFlow nor Keras is imported to find out.

    Example:
        >>> is_batches(iter([])), is_batches(([1.0], [0]))
        (True, False)
    """
    return isinstance(data, Iterator) or _is_a(data, "DatasetV2", "PyDataset")


def read_batches(name: str, data: Any, *, steps: int | None = None) -> Any:
    """The rows of batches as arrays, so that every trial and worker sees the same ones.

    Args:
        name: What the rows are called in messages.
        data: A `tf.data.Dataset`, a `keras.utils.PyDataset`, or a generator of `(x, y)` or
            `(x, y, sample_weight)`.
        steps: How many batches are read. A generator and a dataset that repeats need it.

    Returns:
        What one batch is, with the rows of all of them.

    Raises:
        ValueError: If there are no batches, no end, or batches that do not fit together.

    Example:
        >>> endless = ((np.full((2, 1), n), np.array([n, n])) for n in itertools.count())
        >>> x, y = read_batches("data", endless, steps=2)
        >>> y.tolist()
        [0, 0, 1, 1]
    """
    import tensorflow as tf

    if steps is not None and steps < 1:
        raise ValueError(f"At least one batch of `{name}` is read. Got {steps} steps.")
    batches = list(itertools.islice(_batches(name, data, steps), steps))
    if not batches:
        raise ValueError(f"`{name}` needs rows. Got no batch.")
    if steps is not None and len(batches) < steps:
        raise ValueError(
            f"`{name}` has {len(batches)} batches. Got {steps} steps: ask for as many at most."
        )
    try:
        return tf.nest.map_structure(lambda *parts: np.concatenate(parts), *batches)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"`{name}` needs batches of rows with one form, dataset.batch(32) for example. They do "
            f"not fit together ({error})."
        ) from None


def _batches(name: str, data: Any, steps: int | None) -> Iterator[Any]:
    if _is_a(data, "PyDataset"):
        return (data[number] for number in range(steps or len(data)))
    if _is_a(data, "DatasetV2"):
        import tensorflow as tf

        if steps is None and int(data.cardinality()) == tf.data.INFINITE_CARDINALITY:
            raise ValueError(
                f"`{name}` needs an end. Got a dataset that repeats for ever: say how many batches "
                "are read by steps_per_epoch (or validation_steps), or use take()."
            )
        found: Iterator[Any] = data.as_numpy_iterator()
        return found
    if steps is None:
        raise ValueError(
            f"Nobody knows how many batches `{name}` has. Got a generator: say how many are read "
            "by steps_per_epoch (or validation_steps)."
        )
    return iter(data)


def _is_a(data: Any, *names: str) -> bool:
    return any(kind.__name__ in names for kind in type(data).__mro__)
