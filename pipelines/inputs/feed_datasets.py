"""Any source of batches as a `tf.data` pipeline, with the same numbers."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from pipelines.inputs.feeds import DatasetFeed, Feed
from pipelines.inputs.indexed import PARALLEL_BATCHES, READY_BATCHES, epoch_numbers
from pipelines.inputs.python_calls import python_call


def feed_batches(feed: Feed, *, epoch: int = 0, epochs: int | None = 1) -> tf.data.Dataset:
    """The batches of a feed as a dataset, for a `fit` of one's own.

    They are those that the compiled epoch draws: the same rows in the same order with the same
    augmentation, epoch by epoch. Some are made while others are trained on.

    Args:
        feed: For example `experiment.task.training_feed(seed=0, with_validation=False)`.
        epoch: The first epoch, from 0.
        epochs: How many; `None` is endless.

    Returns:
        A dataset of `(x, y)` or `(x, y, sample_weight)`; `feed.steps` batches make an epoch.

    Raises:
        ValueError: If a number of epochs is out of range, or the feed is a dataset already.

    Example:
        >>> import numpy as np
        >>> from pipelines.inputs.feeds import ArrayFeed
        >>> feed = ArrayFeed(np.arange(3.0), np.arange(3), batch_size=2, shuffle=False)
        >>> [x.tolist() for x, _ in feed_batches(feed).as_numpy_iterator()]
        [[0.0, 1.0], [2.0]]
    """
    if isinstance(feed, DatasetFeed):
        raise ValueError(
            "This feed draws from a dataset already: images or pairs that are read while the model "
            "trains. Use image_file_batches or pair_batches of pipelines.inputs."
        )
    example = [tf.convert_to_tensor(part) for part in tf.nest.flatten(feed.start(epoch))]
    structure = feed.start(epoch)

    def part(number: int) -> Any:
        return lambda index: tf.nest.flatten(feed.start(int(index)))[number].numpy()

    def one(index: Any) -> tf.data.Dataset:
        parts = [
            tf.ensure_shape(python_call(part(number), [index], tensor.dtype), tensor.shape)
            for number, tensor in enumerate(example)
        ]
        state = tf.nest.pack_sequence_as(structure, parts)
        return tf.data.Dataset.range(feed.steps).map(
            lambda step: feed.batch(state, tf.cast(step, tf.int32)),
            num_parallel_calls=PARALLEL_BATCHES,
        )

    batches = epoch_numbers(epoch, epochs).flat_map(one)
    # Of a flat map nobody knows the length, and a feed reads on only where it is endless.
    count = tf.data.INFINITE_CARDINALITY if epochs is None else feed.steps * epochs
    return batches.apply(tf.data.experimental.assert_cardinality(count)).prefetch(READY_BATCHES)


def as_dataset_feed(feed: Feed, *, repeats: bool = False) -> Feed:
    """A feed that draws its batches through `tf.data`; one that does already stays as it is.

    Args:
        feed: Any feed.
        repeats: Whether every epoch is the same, as in validation.
    """
    if isinstance(feed, DatasetFeed):
        return feed

    def make(epoch: int) -> tf.data.Dataset:
        return feed_batches(feed, epoch=0 if repeats else epoch, epochs=1 if repeats else None)

    return DatasetFeed(make, steps=feed.steps, samples=feed.samples, repeats=repeats)
