"""Batches of images that are in memory, or mapped into it from one file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from pipelines.inputs.augmentation import Augmentation, Moves, Rest, Spec, make_augmentation
from pipelines.inputs.indexed import indexed_batches


@dataclass(frozen=True, kw_only=True)
class ImageTransform:
    """The work on one batch of raw images: move, scale, augment, in that order.

    Moves of whole pixels come first, on the raw type: 8-bit pixels are a quarter of the bytes.
    Then the batch is scaled, and everything that computes with colours runs on the scaled
    values.

    Attributes:
        moves: Flips, crops and shifts.
        scale: Raw pixels to `float32`.
        rest: What the augmentation does after its moves.
        classes: One-hot labels with so many classes, or None.
    """

    moves: Moves
    scale: Callable[[Any], Any]
    rest: Rest
    classes: int | None

    def __call__(self, images: Any, labels: Any, seed: Any) -> tuple[Any, Any]:
        """Transforms a batch: images `[batch, height, width, channels]`, seed `int32[2]`."""
        images, _ = self.moves(images, labels, seed)
        return self.after_moves(images, labels, seed)

    def after_moves(self, images: Any, labels: Any, seed: Any) -> tuple[Any, Any]:
        """The same for images whose pixels were moved already."""
        if self.classes is not None:
            labels = tf.one_hot(tf.cast(labels, tf.int32), self.classes)
        return self.rest(self.scale(images), labels, seed)


def image_transform(
    preprocessor: Any = None, augment: Spec | Augmentation = None, *, classes: int | None = None
) -> ImageTransform:
    """The work on one batch of raw images, for the `transform` of an `ArrayFeed` or a dataset.

    Args:
        preprocessor: A fitted `ImagePreprocessor`; `None` for images that are scaled to [0, 1].
        augment: As for `make_augmentation`.
        classes: Turn class numbers into one-hot weights `float32[batch, classes]`; needed when
            the augmentation mixes labels.

    Returns:
        `(images, labels, seed) -> (images, labels)` for TensorFlow, `float32` images.

    Raises:
        ValueError: If the augmentation mixes labels and `classes` is missing.
    """
    value_range = (0.0, 1.0) if preprocessor is None else preprocessor.value_range
    augmentation = make_augmentation(augment, value_range=value_range)
    if augmentation.mixes_labels and classes is None:
        raise ValueError(
            "Mixing images mixes their labels, so labels must be class weights. Pass "
            "classes=<number of classes> and train with categorical_crossentropy."
        )
    moves, rest = augmentation.split()
    scale = _as_float if preprocessor is None else preprocessor.graph_transform()
    return ImageTransform(moves=moves, scale=scale, rest=rest, classes=classes)


def _as_float(images: Any) -> tf.Tensor:
    return tf.cast(images, tf.float32)


def image_batches(
    x: np.ndarray,
    y: Any,
    *,
    batch_size: int,
    shuffle: bool = False,
    seed: int = 0,
    augment: Spec | Augmentation = None,
    preprocessor: Any = None,
    classes: int | None = None,
    epoch: int = 0,
    epochs: int | None = 1,
) -> tf.data.Dataset:
    """Batches of images from an array, in memory or memory-mapped.

    Order of the operations, and why:
        1. The array itself is the cache, decoded once and in its raw type.
        2. The order of all samples is drawn at once for each epoch: a perfect shuffle of
           numbers instead of a buffer of images.
        3. One gather makes a batch: no element ever exists on its own, so the cost per element
           of `shuffle`, `map` and `batch` vanishes.
        4. Scaling and augmentation work on the whole batch (`image_transform`), seeded by
           (seed, epoch, batch), two batches at a time; the order of batches never depends on
           which is finished first.
        5. `prefetch` keeps the next batches ready while the model trains.

    The batches are those of an `ArrayFeed` with the same arguments, number by number.

    Args:
        x: Images `[n, height, width, channels]`. A `numpy.memmap` is read batch by batch and
            never held in memory.
        y: Labels `[n, ...]`.
        batch_size: Images a batch, at least 1; the last one of an epoch may be smaller.
        shuffle: Draw a new order in each epoch.
        seed: Of order and augmentation.
        augment: As for `make_augmentation`.
        preprocessor: A fitted `ImagePreprocessor` that scales the raw images.
        classes: One-hot labels with so many classes.
        epoch: Number of the first epoch; a resumed training goes on with its own number.
        epochs: How many epochs the dataset holds; `None`: endless, for `steps_per_epoch`.

    Returns:
        A dataset of `(float32[batch, height, width, channels], labels[batch, ...])`.

    Raises:
        ValueError: If lengths differ, are 0, or the batch size is.

    Example:
        >>> images = np.zeros((5, 8, 8, 3), np.float32)
        >>> dataset = image_batches(images, np.arange(5), batch_size=2, augment="flip-crop")
        >>> [tuple(batch.shape) for batch, _ in dataset]
        [(2, 8, 8, 3), (2, 8, 8, 3), (1, 8, 8, 3)]
    """
    transform = image_transform(preprocessor, augment, classes=classes)
    return indexed_batches(
        (x, y),
        batch_size=batch_size,
        shuffle=shuffle,
        seed=seed,
        transform=lambda batch, batch_seed: transform(batch[0], batch[1], batch_seed),
        epoch=epoch,
        epochs=epochs,
    )
