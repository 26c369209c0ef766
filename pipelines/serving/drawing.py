"""Draws images by a trained generator, one per seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import keras
    import pandas as pd

BATCH = 256


@dataclass(frozen=True)
class DrawingOutput:
    """Pixels of one image per seed, in the units of the dataset."""

    def write(self, model: keras.Model, preprocessing: Any, raw: Any) -> pd.DataFrame:
        """Columns `seed` and `pixel0`, `pixel1`, ... row by row, channels last.

        Args:
            model: A `cookbook.models.gan.GAN`.
            preprocessing: The images' `ImagePreprocessor`.
            raw: Seeds: whole numbers of at least 0, as a sequence or a frame whose first
                column holds them.
        """
        import pandas as pd

        values = raw.iloc[:, 0] if hasattr(raw, "iloc") else raw
        seeds = np.asarray(values).astype(int).ravel()
        pixels = draw_images(model, seeds).reshape(len(seeds), -1) / preprocessing.scale
        columns = [f"pixel{number}" for number in range(pixels.shape[1])]
        frame = pd.DataFrame(pixels, columns=columns)
        frame.insert(0, "seed", seeds)
        return frame


def draw_images(model: keras.Model, seeds: Sequence[int] | np.ndarray) -> np.ndarray:
    """Draws one image per seed.

    Args:
        model: A `cookbook.models.gan.GAN`.
        seeds: `int[n]`, at least 0; equal seeds give equal images.

    Returns:
        `float32[n, height, width, channels]` in [0, 1].

    Raises:
        ValueError: If a seed is negative.
    """
    if len(seeds) and min(seeds) < 0:
        raise ValueError(f"A seed is a whole number of at least 0. Got {min(seeds)}.")
    size = model.generator.input_shape[-1]
    noise = np.stack([np.random.default_rng(seed).normal(size=size) for seed in seeds])
    images = model.generator.predict(noise.astype(np.float32), batch_size=BATCH, verbose=0)
    return np.asarray((images + 1.0) / 2.0, np.float32)
