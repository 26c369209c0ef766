"""Images in the units of the data that a model was trained on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from pipelines.preprocessing.images import ImagePreprocessor

_FILE_WHITE = 255.0


def as_pixels(raw: Any, preprocessing: ImagePreprocessor) -> np.ndarray:
    """Images as arrays in raw units.

    A dataset may count otherwise than files do: the digits of scikit-learn have 17 levels. So
    pixels of files are brought from [0, 255] to the range of the training images.

    Args:
        raw: Arrays in the units of the training images, or image files.
        preprocessing: Fitted on the training images.

    Returns:
        `[n, height, width, channels]` in [0, 1 / scale].

    Raises:
        ValueError: If an array has values outside of that range.

    Example:
        >>> digits = ImagePreprocessor(scale=1 / 16).fit(np.zeros((1, 2, 2, 1)))
        >>> as_pixels(np.full((1, 2, 2, 1), 200), digits)
        Traceback (most recent call last):
        ...
        ValueError: Pixels lie in [0, 16], as in training. Got values from 200 to 200.
    """
    white = 1 / preprocessing.scale
    images = preprocessing.arrange(raw)
    if len(raw) and isinstance(raw[0], (str, Path)):
        return images if np.isclose(white, _FILE_WHITE) else images * (white / _FILE_WHITE)
    low, high = images.min(initial=0), images.max(initial=0)
    # Resizing may overshoot by rounding.
    if low < -1e-3 * white or high > 1.001 * white:
        raise ValueError(
            f"Pixels lie in [0, {white:g}], as in training. Got values from {images.min():g} to "
            f"{images.max():g}."
        )
    return images
