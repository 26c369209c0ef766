"""Image files to augmented batches: ours and Keras', to be measured by `benchmarks.input`."""

from __future__ import annotations

import itertools
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._contestant import Measured, resident_mb
from benchmarks._epochs import speed

BATCH = 64


def ours(*, folder: str, side: int, epochs: int, seed: int) -> Measured:
    """`image_file_batches`, as trainings on folders that do not fit into memory use it.

    Args:
        folder: The files.
        side: Height and width of the batches.
        epochs: Measured epochs; one more is read first.
        seed: Of order and augmentation.
    """
    from pipelines.inputs.files import image_file_batches

    def make(**options: Any) -> Any:
        paths, labels, preprocessor = _prepared(folder, side)
        return image_file_batches(paths, labels, preprocessor=preprocessor, **options)

    return _read_one_dataset(make, folder=folder, epochs=epochs, seed=seed)


def ours_decoded_once(*, folder: str, side: int, epochs: int, seed: int) -> Measured:
    """`map_image_files` and `image_batches`: the first epoch's time includes decoding all files."""
    from pipelines.inputs.images import image_batches
    from pipelines.inputs.mapped import map_image_files

    def make(**options: Any) -> Any:
        paths, labels, preprocessor = _prepared(folder, side)
        target = Path(pixels) / "pixels.npy"
        mapped = map_image_files(paths, target, preprocessor=preprocessor)
        return image_batches(mapped, labels, preprocessor=preprocessor, **options)

    with tempfile.TemporaryDirectory() as pixels:
        return _read_one_dataset(make, folder=folder, epochs=epochs, seed=seed)


def _files(folder: str) -> list[Path]:
    return sorted(Path(folder).glob("*/*.jpg"))


def _prepared(folder: str, side: int) -> tuple[list[Path], np.ndarray, Any]:
    from pipelines.preprocessing.images import ImagePreprocessor

    paths = _files(folder)
    labels = np.array([int(path.parent.name.removeprefix("class")) for path in paths])
    return paths, labels, ImagePreprocessor(size=(side, side), channels=3).fit(paths, labels)


def _read_one_dataset(make: Callable[..., Any], *, folder: str, epochs: int, seed: int) -> Measured:
    steps = -(-len(_files(folder)) // BATCH)

    @cache
    def batches() -> Iterator[Any]:
        options = {"batch_size": BATCH, "shuffle": True, "seed": seed, "augment": "flip-crop"}
        return iter(make(**options, epochs=None))

    return _read(lambda: itertools.islice(batches(), steps), epochs)


def keras_directory(
    *, folder: str, side: int, epochs: int, seed: int, cached: bool = False
) -> Measured:
    """`keras.utils.image_dataset_from_directory` with augmentation layers, as Keras documents.

    Args:
        folder: The files.
        side: Height and width of the batches.
        epochs: Measured epochs; one more is read first.
        seed: Of order and augmentation.
        cached: Keep decoded batches in memory.
    """
    import keras
    import tensorflow as tf

    augment = keras.Sequential(
        [
            keras.layers.Rescaling(1 / 255),
            keras.layers.RandomFlip("horizontal", seed=seed),
            keras.layers.ZeroPadding2D(4),
            keras.layers.RandomCrop(side, side, seed=seed),
        ]
    )

    def transform(images: Any, labels: Any) -> tuple[Any, Any]:
        return augment(images, training=True), labels

    @cache
    def batches() -> Any:
        files = keras.utils.image_dataset_from_directory(
            folder, image_size=(side, side), batch_size=BATCH, seed=seed, verbose=False
        )
        if cached:
            files = files.cache().shuffle(len(files), seed=seed)
        mapped = files.map(transform, num_parallel_calls=tf.data.AUTOTUNE)
        return mapped.prefetch(tf.data.AUTOTUNE)

    return _read(batches, epochs)


def _read(epoch: Callable[[], Iterable[Any]], epochs: int) -> Measured:
    """Reads all epochs; what the first one has to prepare counts in its time."""
    peak = _Peak()
    seconds: list[float] = []
    images = 0
    with peak:
        for _ in range(epochs + 1):
            began = time.perf_counter()
            images = sum(int(batch.shape[0]) for batch, _ in epoch())
            seconds.append(time.perf_counter() - began)
    found = speed("images", images, seconds[1:])
    return {
        **found,
        "first_seconds": seconds[0],
        "images": images,
        "before_mb": peak.before,
        "peak_mb": peak.most,
    }


class _Peak:
    """The most resident memory while it is open, looked at ten times a second."""

    def __init__(self) -> None:
        self.before = self.most = resident_mb()
        self._done = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> _Peak:
        self._watcher.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._done.set()
        self._watcher.join()

    def _watch(self) -> None:
        while not self._done.wait(0.1):
            self.most = max(self.most, resident_mb())
