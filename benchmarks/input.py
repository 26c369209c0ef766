"""A folder of JPEG files to augmented batches: ours and `image_dataset_from_directory`.

Nothing is trained. Every file is read, decoded, resized where needed, flipped and cropped.
"""

from __future__ import annotations

import itertools
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._contestant import Contestant, Measured, resident_mb
from benchmarks._epochs import speed
from benchmarks._harness import CONSOLE, Benchmark, Goal, Quantity, alternate, finish, parser

BATCH, CLASSES = 64, 10
PEER = "image_dataset_from_directory"
CASES = {"32x32": (32, 32), "64x64": (64, 64), "128x128 to 64x64": (128, 64)}
QUANTITIES = (
    Quantity(key="images_per_second", unit="images/s"),
    Quantity(key="peak_mb", unit="MB resident, peak", larger_is_better=False),
)
UNEQUAL = (
    "ours decodes with the accurate transform that serving has and crops by whole pixels; Keras "
    "decodes with TensorFlow's default and augments with RandomFlip and RandomCrop",
    "both shuffle every epoch: ours all paths, Keras a buffer of eight batches, its default",
    "ours is one dataset for all epochs, as the trainer uses it: the first batches of an epoch "
    "are ready when the epoch before ends",
    "the first epoch, which also fills the file cache, is not counted",
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
    """`image_file_batches`.

    Args:
        folder: The files.
        side: Height and width of the batches.
        epochs: Measured epochs; one more is read first.
        seed: Of order and augmentation.
    """
    from pipelines.inputs.files import image_file_batches
    from pipelines.preprocessing.images import ImagePreprocessor

    paths = sorted(Path(folder).glob("*/*.jpg"))
    labels = np.array([int(path.parent.name.removeprefix("class")) for path in paths])
    preprocessor = ImagePreprocessor(size=(side, side), channels=3).fit(paths, labels)

    batches = image_file_batches(
        paths,
        labels,
        preprocessor=preprocessor,
        batch_size=BATCH,
        shuffle=True,
        seed=seed,
        augment="flip-crop",
        epochs=None,
    )
    steps = -(-len(paths) // BATCH)
    iterator = iter(batches)
    return _read(lambda epoch: itertools.islice(iterator, steps), epochs)


def keras_directory(*, folder: str, side: int, epochs: int, seed: int) -> Measured:
    """`keras.utils.image_dataset_from_directory` with augmentation layers, as Keras documents."""
    import keras
    import tensorflow as tf

    files = keras.utils.image_dataset_from_directory(
        folder, image_size=(side, side), batch_size=BATCH, seed=seed, verbose=False
    )
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

    mapped = files.map(transform, num_parallel_calls=tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)
    return _read(lambda epoch: mapped, epochs)


def _read(make: Callable[[int], Iterable[Any]], epochs: int) -> Measured:
    peak = _Peak()
    seconds: list[float] = []
    images = 0
    with peak:
        for epoch in range(epochs + 1):
            began = time.perf_counter()
            images = sum(int(batch.shape[0]) for batch, _ in make(epoch))
            seconds.append(time.perf_counter() - began)
    found = speed("images", images, seconds[1:])
    return {**found, "images": images, "before_mb": peak.before, "peak_mb": peak.most}


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


def main() -> None:
    """Writes the folders and measures both."""
    command = parser(__doc__ or "")
    command.add_argument("--files", type=int, default=0, help="files of each folder")
    options = command.parse_args()
    quick = options.quick
    files = options.files or (192 if quick else 10_000)
    epochs, rounds = 1 if quick else 3, options.rounds or (1 if quick else 5)
    goals = [Goal(case=case, key="images_per_second", peer=PEER, must=1.5) for case in CASES]
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
    for case, (stored, side) in list(CASES.items())[: 1 if quick else None]:
        with tempfile.TemporaryDirectory() as folder:
            CONSOLE.log(f"{case}: writing {files:,} files")
            write_folder(Path(folder), files=files, side=stored)
            sizes = {"folder": folder, "side": side, "epochs": epochs}
            contestants = [
                Contestant(name=name, run=f"benchmarks.input:{run}", arguments=sizes)
                for name, run in (("ours", "ours"), (PEER, "keras_directory"))
            ]
            rows += alternate(case, contestants, seeds=range(1, rounds + 1))
    finish(benchmark, rows)


if __name__ == "__main__":
    main()
