"""A folder of JPEG files to augmented batches: ours and `image_dataset_from_directory`.

Nothing is trained. Every file is read, decoded, resized where needed, flipped and cropped.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._contestant import Contestant
from benchmarks._harness import CONSOLE, Benchmark, Goal, Quantity, alternate, finish, parser
from benchmarks._image_readers import BATCH

CLASSES = 10
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


def _contestants(case: str, sizes: dict[str, Any]) -> list[Contestant]:
    def contestant(name: str, reader: str, **more: Any) -> Contestant:
        run = f"benchmarks._image_readers:{reader}"
        return Contestant(name=name, run=run, arguments={**sizes, **more})

    peer = contestant(PEER, "keras_directory")
    if case in STREAMED:
        return [contestant("ours", "ours"), peer]
    cached = contestant(CACHED, "keras_directory", cached=True)
    return [contestant("ours", "ours_decoded_once"), cached, peer]


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
