"""Single images: decoding, channels, size."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

# Weights of red, green and blue in the luminance, ITU-R BT.601, as Pillow uses them.
LUMINANCE = (0.299, 0.587, 0.114)


def read_image(path: Path | str) -> np.ndarray:
    """Decodes an image file of any format that Pillow knows.

    Args:
        path: The file.

    Returns:
        `uint8[height, width, 1]` for grey files, else `uint8[height, width, 3]`.

    Raises:
        ValueError: If the file is missing, truncated or no image; the message names it.
    """
    from PIL import Image

    try:
        with Image.open(path) as image:
            image.load()
            return _eight_bit(image)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ValueError(f"{path}: this file does not decode as an image ({error}).") from error


def _eight_bit(image: Any) -> np.ndarray:
    if image.mode in ("1", "L"):
        return np.asarray(image.convert("L"))[..., np.newaxis]
    if image.mode.startswith("I") or image.mode == "F":
        raise ValueError(
            f"8 bits a channel are expected, not mode {image.mode!r}; read it into an array and "
            "pass the array with its `scale`"
        )
    return np.asarray(image.convert("RGB"))


def image_list(x: Any) -> list[np.ndarray]:
    """Images as a list of arrays `[height, width, channels]`.

    Args:
        x: An array of images, a list of arrays, or a list of image files
            (`ImageFiles` too).

    Returns:
        One array per image, in its own type.

    Raises:
        ValueError: If something is no image.
    """
    if isinstance(x, (str, Path)):
        raise ValueError(f"A list of images is expected. Got the single path {x!r}: wrap it.")
    # `ImageFiles` of the datasets: a list of paths that knows the size of the images.
    return [_one(item, index) for index, item in enumerate(getattr(x, "paths", x))]


def _one(item: Any, index: int) -> np.ndarray:
    if isinstance(item, (str, Path)):
        return read_image(item)
    image = np.asarray(item)
    if image.ndim == 2:
        image = image[..., np.newaxis]
    if image.ndim != 3 or 0 in image.shape or image.dtype.kind not in "buif":
        raise ValueError(
            "An image is an array of numbers [height, width] or [height, width, channels]. "
            f"Got shape {image.shape} of {image.dtype} at position {index}."
        )
    return image


def to_channels(image: np.ndarray, channels: int) -> np.ndarray:
    """An image with 1 or 3 channels: grey is repeated, colours become luminance, alpha goes.

    Args:
        image: `[height, width, 1 to 4]`: grey, grey + alpha, colour, colour + alpha.
        channels: 1 or 3.

    Returns:
        `[height, width, channels]` of the same type; whole numbers are rounded.

    Raises:
        ValueError: If the image has more than 4 channels.

    Example:
        >>> to_channels(np.array([[[255, 0, 0]]], np.uint8), 1).tolist()
        [[[76]]]
    """
    if image.shape[-1] > 4:
        raise ValueError(f"An image has 1 to 4 channels. Got shape {image.shape}.")
    colours = image[..., : 1 if image.shape[-1] in (1, 2) else 3]
    if colours.shape[-1] == channels:
        return colours
    if channels == 3:
        return np.repeat(colours, 3, axis=-1)
    return _like(colours @ np.asarray(LUMINANCE), image)[..., np.newaxis]


def to_size(image: np.ndarray, size: Sequence[int]) -> np.ndarray:
    """An image resized bilinearly, with antialiasing when it shrinks.

    Args:
        image: `[height, width, channels]`.
        size: `(height, width)` in pixels.

    Returns:
        `[*size, channels]` of the same type.

    Example:
        >>> to_size(np.array([[[0], [100]]], np.uint8), (1, 1)).tolist()
        [[[50]]]
    """
    from PIL import Image

    if image.shape[:2] == tuple(size):
        return image
    # One channel at a time as 32-bit floats: any range of values, no rounding in between.
    planes = [
        np.asarray(
            Image.fromarray(np.ascontiguousarray(image[..., channel], np.float32)).resize(
                (size[1], size[0]), Image.Resampling.BILINEAR
            )
        )
        for channel in range(image.shape[-1])
    ]
    return _like(np.stack(planes, axis=-1), image)


def _like(values: np.ndarray, image: np.ndarray) -> np.ndarray:
    if image.dtype.kind in "ui":
        limits = np.iinfo(image.dtype)
        return np.clip(np.rint(values), limits.min, limits.max).astype(image.dtype)
    return values.astype(image.dtype)
