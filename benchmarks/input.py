"""A folder of JPEG files to augmented batches: ours and `image_dataset_from_directory`.

Nothing is trained. Every file is read, decoded, resized where needed, flipped and cropped.
"""

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

from benchmarks._contestant import Contestant, Measured, resident_mb
from benchmarks._epochs import speed
from benchmarks._harness import CONSOLE, Benchmark, Goal, Quantity, alternate, finish, parser

BATCH, CLASSES = 64, 10
PEER = "image_dataset_from_directory"
CACHED = "image_dataset_from_directory, cached"
# Height and width of the files and of the batches.
STREAMED = {"32x32": (32, 32), "64x64": (64, 64), "128x128 to 64x64": (128, 64)}
DECODED_ONCE = {"32x32, decoded once": (32, 32), "128x128 to 64x64, decoded once": (128, 64)}
QUANTITIES = (
    Quantity(key="images_per_second", unit="images/s"),
    Quantity(key="first_seconds", unit="s of the first epoch", larger_is_better=False),
    Quantity(key="peak_mb", unit="MB resident, peak", larger_is_better=False),
)
UNEQUAL = (
    "ours decodes with the accurate transform that serving has and crops by whole pixels; Keras "
    "decodes with TensorFlow's default and augments with RandomFlip and RandomCrop",
    "both shuffle every epoch: ours all paths, Keras a buffer of eight batches, its default",
    "ours is one dataset for all epochs, as the trainer uses it: the first batches of an epoch "
    "are ready when the epoch before ends",
    "the first epoch, which also fills the file cache, is not counted in images/s",
    "decoded once: ours keeps the pixels in a file that is mapped into memory and draws a new "
    "order of all images every epoch; Keras' cache keeps them in memory and shuffles whole batches",
    "peak memory counts the pages of the mapped file, which the system may take back at any time",
)


def write_folder(folder: Path, *, files: int, side: int, seed: int = 0) -> None:
    """Writes JPEG files of smooth random images, a folder for each class.

    Args:
        folder: Where to.
        files: How many, over all classes.
        side: Height and width in pixels.
        seed: Decides the images.
    """
    from PIL import Image

    generator = np.random.default_rng(seed)
    for number in range(files):
        # Coarse noise made larger compresses as photographs do; fine noise does not.
        coarse = generator.integers(0, 256, (8, 8, 3), dtype=np.uint8)
        image = Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC)
        place = folder / f"class{number % CLASSES}"
        place.mkdir(parents=True, exist_ok=True)
        image.save(place / f"{number:06d}.jpg", quality=85)


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


def _contestants(case: str, sizes: dict[str, Any]) -> list[Contestant]:
    peer = Contestant(name=PEER, run="benchmarks.input:keras_directory", arguments=sizes)
    if case in STREAMED:
        return [Contestant(name="ours", run="benchmarks.input:ours", arguments=sizes), peer]
    arguments = {**sizes, "cached": True}
    return [
        Contestant(name="ours", run="benchmarks.input:ours_decoded_once", arguments=sizes),
        Contestant(name=CACHED, run="benchmarks.input:keras_directory", arguments=arguments),
        peer,
    ]


def main() -> None:
    """Writes the folders and measures both."""
    command = parser(__doc__ or "")
    command.add_argument("--files", type=int, default=0, help="files of each folder")
    options = command.parse_args()
    quick = options.quick
    files = options.files or (192 if quick else 10_000)
    epochs, rounds = 1 if quick else 3, options.rounds or (1 if quick else 5)
    cases = {**STREAMED, **DECODED_ONCE}
    chosen = [next(iter(STREAMED)), next(iter(DECODED_ONCE))] if quick else list(cases)
    goals = [Goal(case=case, key="images_per_second", peer=PEER, must=1.5) for case in cases]
    benchmark = Benchmark(
        name="input",
        title=f"{files:,} JPEG files to augmented batches of {BATCH}",
        quantities=QUANTITIES,
        goals=() if quick else goals,
        unequal=UNEQUAL,
        quick=quick,
        settings={"files": files, "epochs": epochs, "rounds": rounds},
    )
    rows = []
    for case in chosen:
        stored, side = cases[case]
        with tempfile.TemporaryDirectory() as folder:
            CONSOLE.log(f"{case}: writing {files:,} files")
            write_folder(Path(folder), files=files, side=stored)
            sizes = {"folder": folder, "side": side, "epochs": epochs}
            rows += alternate(case, _contestants(case, sizes), seeds=range(1, rounds + 1))
    finish(benchmark, rows)


if __name__ == "__main__":
    main()
