"""Where the batches of a compiled epoch come from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import tensorflow as tf

Batch = tuple[Any, ...]
Transform = Callable[[Any, Any, Any], tuple[Any, Any]]


class Feed(Protocol):
    """A source of batches that a compiled loop can draw from.

    Rules:
        1. `steps` batches make one epoch; every sample is in exactly one of them.
        2. The order depends on the feed's seed and the epoch only, so that a resumed
           training sees the data as the uninterrupted one did.
        3. `batch` runs inside a `tf.function`.
    """

    steps: int
    samples: int

    def start(self, epoch: int) -> Any:
        """Prepares an epoch: tensors or an iterator, handed to every `batch` call."""

    def batch(self, state: Any, step: Any) -> Batch:
        """The batch of one step: `(x, y)` or `(x, y, sample_weight)`."""

    def sample(self) -> Batch:
        """A batch to build metrics and variables with; it is not trained on."""


class ArrayFeed:
    """Batches gathered from arrays that live in memory as tensors.

    Args:
        x: Inputs: an array, or a dict or tuple of arrays with one first axis.
        y: Targets, `[samples, ...]`.
        batch_size: Samples a batch, at least 1; the last batch may be smaller.
        seed: Order of the data and random augmentation.
        shuffle: Draw a new order every epoch.
        transform: `(x, y, seed) -> (x, y)` on a whole batch inside the compiled loop:
            scaling and augmentation. `seed` is an `int32[2]` tensor, new in every step.
        sample_weight: Weight of each sample, `[samples]`.
    """

    def __init__(
        self,
        x: Any,
        y: Any,
        *,
        batch_size: int,
        seed: int = 0,
        shuffle: bool = True,
        transform: Transform | None = None,
        sample_weight: Any = None,
    ) -> None:
        self._arrays = (x, y) if sample_weight is None else (x, y, sample_weight)
        lengths = {len(array) for array in tf.nest.flatten(self._arrays)}
        if len(lengths) != 1 or 0 in lengths or batch_size < 1:
            raise ValueError(
                "Inputs and targets must have one length of at least 1, and batch_size must be "
                f"at least 1. Got lengths {sorted(lengths)}, batch_size={batch_size}."
            )
        self.samples = lengths.pop()
        self.steps = -(-self.samples // batch_size)
        self._batch_size = batch_size
        self._seed = seed
        self._shuffle = shuffle
        self._transform = transform
        # On the CPU a tensor shares the array's memory: nothing is copied here.
        self._tensors = tf.nest.map_structure(tf.convert_to_tensor, self._arrays)

    def start(self, epoch: int) -> tuple[tf.Tensor, tf.Tensor]:
        """The order of the epoch's samples; the feed's seed and the epoch's number."""
        order = np.arange(self.samples, dtype=np.int32)
        if self._shuffle:
            np.random.default_rng((self._seed, epoch)).shuffle(order)
        # The seed is no constant of the compiled function, which another training may reuse.
        return tf.constant(order), tf.constant([self._seed, epoch], tf.int32)

    def batch(self, state: tuple[tf.Tensor, tf.Tensor], step: tf.Tensor) -> Batch:
        """Gathers the samples of one step and transforms them."""
        order, seed_and_epoch = state
        rows = order[step * self._batch_size : (step + 1) * self._batch_size]
        batch = tf.nest.map_structure(lambda tensor: tf.gather(tensor, rows), self._tensors)
        if self._transform is None:
            return batch
        seed = tf.stack([seed_and_epoch[0], seed_and_epoch[1] * self.steps + step])
        x, y = self._transform(batch[0], batch[1], seed)
        return (x, y, *batch[2:])

    def sample(self) -> Batch:
        """The first samples, transformed as in training so that shapes agree."""
        state = (tf.range(self.samples, dtype=tf.int32), tf.constant([self._seed, 0], tf.int32))
        return self.batch(state, tf.constant(0, tf.int32))


class DatasetFeed:
    """Batches of a `tf.data.Dataset`, for data that does not fit in memory.

    Making a dataset costs its tracing, and its first batches are waited for. So an endless
    dataset is made once and read on from epoch to epoch: while the last batches of an epoch are
    trained on, the first ones of the next are prepared. A feed that starts anywhere else (a
    resumed training, an epoch that was broken off) makes a dataset that begins there.

    Args:
        make_dataset: `epoch -> tf.data.Dataset` of batches that begin with this epoch: endless,
            or of one epoch. It may depend on nothing but the epoch.
        steps: Batches of one epoch.
        samples: Samples of one epoch.
        repeats: Every epoch is the same, as in validation; then each begins where any ended.
    """

    def __init__(
        self,
        make_dataset: Callable[[int], tf.data.Dataset],
        *,
        steps: int,
        samples: int,
        repeats: bool = False,
    ) -> None:
        self._make_dataset = make_dataset
        self.steps = steps
        self.samples = samples
        self._repeats = repeats
        self._iterator: Any = None
        self._next_epoch = 0
        # Counted where the batches are drawn: an interrupted epoch is one with fewer.
        self._drawn = tf.Variable(0, trainable=False, dtype=tf.int64)

    def start(self, epoch: int) -> Any:
        """An iterator that stands at the beginning of the epoch."""
        follows = self._repeats or epoch == self._next_epoch
        if self._iterator is None or not follows or int(self._drawn) != self.steps:
            dataset = self._make_dataset(epoch)
            iterator = iter(dataset)
            endless = int(dataset.cardinality()) == tf.data.INFINITE_CARDINALITY
            self._iterator = iterator if endless else None
        else:
            iterator = self._iterator
        self._next_epoch = epoch + 1
        self._drawn.assign(0)
        return iterator

    def batch(self, state: Any, step: tf.Tensor) -> Batch:
        """The iterator's next batch."""
        self._drawn.assign_add(1)
        return next(state)

    def sample(self) -> Batch:
        """The first batch of the first epoch."""
        return next(iter(self._make_dataset(0)))
