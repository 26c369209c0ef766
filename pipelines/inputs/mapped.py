"""Image files decoded once into one file that is mapped into memory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.inputs.decoding import make_decoder
from pipelines.preprocessing.images import ImagePreprocessor
from tuning.files import whole_file

_CHUNK = 256


def map_image_files(
    paths: Sequence[Path | str] | Any, target: Path | str, *, preprocessor: ImagePreprocessor
) -> np.memmap:
    """Decodes image files into one `.npy` file and maps it.

    The file holds the raw pixels of all images; the operating system keeps in memory what is
    used and drops it when memory is short. `image_batches` reads it batch by batch. It is
    written under another name first: a killed process leaves no half-filled target.

    Args:
        paths: Image files (or the `ImageFiles` of a dataset).
        target: The file to write, 1 byte a value; it is replaced if it exists.
        preprocessor: Fitted; decides size and channels.

    Returns:
        `uint8[n, height, width, channels]`, read-only.

    Raises:
        ValueError: If there is no file, or one does not decode; the message names it.
    """
    names = [str(path) for path in getattr(paths, "paths", paths)]
    if not names:
        raise ValueError("At least one image file is needed. Got none.")
    target = Path(target)
    read = make_decoder(preprocessor)
    with whole_file(target) as partial:
        array = np.lib.format.open_memmap(
            partial, mode="w+", dtype=np.uint8, shape=(len(names), *preprocessor.input_shape)
        )
        for start in range(0, len(names), _CHUNK):
            array[start : start + _CHUNK] = read(names[start : start + _CHUNK])
        array.flush()
        del array
    mapped = np.load(target, mmap_mode="r")
    if not isinstance(mapped, np.memmap):
        raise ValueError(f"{target}: this file cannot be mapped into memory.")
    return mapped
