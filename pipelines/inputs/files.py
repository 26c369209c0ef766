"""Batches of images that stay in their files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from pipelines.datasets.errors import DataError
from pipelines.inputs.augmentation import Augmentation, Spec
from pipelines.inputs.decoding import make_decoder
from pipelines.inputs.geometry import take_pixels
from pipelines.inputs.images import image_transform
from pipelines.inputs.indexed import common_length, count_steps, loaded, row_batches
from pipelines.inputs.python_calls import python_call
from pipelines.inputs.randomness import epoch_order
from pipelines.preprocessing.images import ImagePreprocessor


def image_file_batches(  # noqa: PLR0913 - what `fit` takes, by keyword
    paths: Sequence[Path | str] | Any,
    y: Any,
    *,
    preprocessor: ImagePreprocessor,
    batch_size: int,
    shuffle: bool = False,
    seed: int = 0,
    augment: Spec | Augmentation = None,
    classes: int | None = None,
    sample_weight: Any = None,
    epoch: int = 0,
    epochs: int | None = 1,
) -> tf.data.Dataset:
    """Batches of image files, decoded while the model trains.

    Order of the operations, and why:
        1. Paths are shuffled, not images: a perfect shuffle without a buffer.
        2. A batch of files is read and decoded in one compiled call, two batches at a time.
           JPEG files of at least twice the size are reduced while they are decoded, as
           `ImagePreprocessor` does when serving.
           The flips and crops of the augmentation move its pixels there, too.
        3. Scaling and the rest of the augmentation work on the whole batch (`image_transform`).
        4. `prefetch` keeps two batches ready.
    At most five batches exist at any time, so memory does not grow with the folder. Where a
    training runs many epochs, `map_image_files` decodes once and every epoch is faster.

    Args:
        paths: Image files (or the `ImageFiles` of a dataset).
        y: Labels `[n, ...]`.
        preprocessor: A fitted `ImagePreprocessor`: size, channels and scale.
        batch_size: Images a batch; the last one of an epoch may be smaller.
        shuffle: Draw a new order in each epoch.
        seed: Of order and augmentation.
        augment: As for `make_augmentation`.
        classes: One-hot labels with so many classes.
        sample_weight: Weight of each image, `float32[n]`.
        epoch: Number of the first epoch.
        epochs: How many epochs; `None`: endless.

    Returns:
        A dataset of `(float32[batch, height, width, channels], labels[batch, ...])`, and the
        weights `float32[batch]` if there are any. Reading it raises
        `tf.errors.InvalidArgumentError` with the name of a file that does not decode.

    Raises:
        ValueError: If lengths differ or are 0.
    """
    names = np.array([str(path) for path in getattr(paths, "paths", paths)])
    labels = tf.convert_to_tensor(y)
    weights = () if sample_weight is None else (tf.convert_to_tensor(sample_weight),)
    samples = common_length((names, labels, *weights))
    read = make_decoder(preprocessor, batch_size=batch_size)
    transform = image_transform(preprocessor, augment, classes=classes)
    moves = transform.moves
    height, width, channels = preprocessor.input_shape

    def order(number: int) -> np.ndarray:
        return epoch_order(samples, seed=seed, epoch=number, shuffle=shuffle)

    def decode(rows: np.ndarray) -> np.ndarray:
        return read(names[rows])

    def decode_moved(rows: np.ndarray, places: np.ndarray) -> np.ndarray:
        return take_pixels(read(names[rows]), places, fills=moves.fills)

    def load(rows: Any, batch_seed: Any) -> tuple[Any, ...]:
        if moves.operations:
            places = moves.places((tf.shape(rows)[0], height, width), batch_seed)
            images = python_call(decode_moved, [rows, places], tf.uint8)
        else:
            images = python_call(decode, [rows], tf.uint8)
        images = tf.ensure_shape(images, (None, height, width, channels))
        batch = transform.after_moves(images, tf.gather(labels, rows), batch_seed)
        return (*batch, *(tf.gather(one, rows) for one in weights))

    numbers = row_batches(
        samples, order, batch_size=batch_size, seed=seed, epoch=epoch, epochs=epochs
    )
    return loaded(numbers, load, count_steps(samples, batch_size), epochs)


@contextmanager
def damage_by_name() -> Iterator[None]:
    """Says which file is damaged, when reading a dataset of files fails inside.

    TensorFlow reports what its input pipeline met as a long message of its own, with a
    traceback in it.

    Raises:
        DataError: Names the file.
    """
    try:
        yield
    except tf.errors.InvalidArgumentError as error:
        found = re.search(r"ValueError: (.+)\nTraceback", error.message)
        if found is None:
            raise
        raise DataError(found[1]) from None
