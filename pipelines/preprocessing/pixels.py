"""Single images: decoding, channels, size."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np

# Weights of red, green and blue in the luminance, ITU-R BT.601, as Pillow uses them.
LUMINANCE = (0.299, 0.587, 0.114)
# The tag of the orientation in EXIF data, and its values that exchange height and width.
ORIENTATION = 0x0112
QUARTER_TURNS = (5, 6, 7, 8)
# Formats whose mode "I" holds values from 0 to 65535.
_SIXTEEN_BITS = ("PNG", "PPM")
# Depths that cameras and scanners store in 16 bits.
DEPTHS = (8, 10, 12, 14, 16)


def jpeg_reduction(stored: Sequence[int], size: Sequence[int]) -> int:
    """By how much a JPEG image is reduced while it is decoded, before it is resized.

    JPEG stores blocks of 8x8 frequencies. Without the high ones a smaller image is decoded, in
    less time and without aliasing. The rule is that of Pillow's `Image.draft`: the largest
    reduction whose result is not smaller than what is needed.

    Args:
        stored: `(height, width)` in the file, in pixels.
        size: `(height, width)` that the image is brought to.

    Returns:
        1, 2, 4 or 8; the decoded image has `ceil(stored / reduction)` pixels each way.

    Example:
        >>> [jpeg_reduction((600, width), (64, 64)) for width in (127, 128, 511, 512)]
        [1, 2, 4, 8]
    """
    fits = min(stored[0] // size[0], stored[1] // size[1])
    return next((reduction for reduction in (8, 4, 2) if fits >= reduction), 1)


class Depth(NamedTuple):
    """What an image stores in 16 bits a channel.

    Attributes:
        bits: How many bits the values of a grey 16-bit image need, one of `DEPTHS`; 0 for others.
        colour: Whether it is a coloured one, of which Pillow reads the upper 8 bits.
    """

    bits: int = 0
    colour: bool = False


def depth_of(file: Path | str | IO[bytes]) -> Depth:
    """What an image stores in 16 bits; nothing if it does not decode.

    Args:
        file: Its name, or its content as an open file.
    """
    from PIL import Image

    try:
        with Image.open(file) as image:
            if not _is_deep(image.mode, image.format):
                return Depth(colour=_is_deep_colour(image))
            needed = int(np.asarray(image).max()).bit_length()
            return Depth(next(depth for depth in DEPTHS if needed <= depth))
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError):
        return Depth()


def decode(
    file: Path | str | IO[bytes], *, size: Sequence[int] | None = None, depth: int = 16
) -> np.ndarray:
    """Decodes an image of any format that Pillow knows: the one way for training and serving.

    The image is what a viewer shows: turned by the orientation in its EXIF data, and what is
    transparent laid over white. Of grey 16-bit images the upper 8 of `depth` bits are kept, of
    coloured ones the upper byte.

    Args:
        file: Its name, or its content as an open file.
        size: `(height, width)` that the image is resized to, as by `to_size`; JPEG images that
            are much larger are reduced while they are decoded (`jpeg_reduction`). `None`: the
            size in the file.
        depth: How many bits the values of grey 16-bit images have (`depth_of`): 12 of many cameras
            and scanners, whose images would be nearly black otherwise. Brighter values are white.

    Returns:
        `uint8[height, width, 1]` for grey files, else `uint8[height, width, 3]`.

    Raises:
        ValueError: If the file is missing, truncated or no image; the message says why.
    """
    from PIL import Image, ImageOps

    try:
        with Image.open(file) as image:
            turn = image.getexif().get(ORIENTATION, 1)
            # A turned image is decoded whole: the reduction is for its size as it lies.
            drafted = None if size is None or turn > 1 else image.draft(None, (size[1], size[0]))
            image.load()
            turned = ImageOps.exif_transpose(image)
            pixels = _eight_bit(turned, image.format, depth)
            if size is None:
                return pixels
            # A last block may lie partly outside: 129 pixels reduced by 2 are 65, but 64.5 wide.
            extent = pixels.shape[:2] if drafted is None else (drafted[1][3], drafted[1][2])
            return to_size(pixels, size, extent=extent)
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        raise ValueError(_reason(error)) from error


def _reason(error: Exception) -> str:
    """Why an image does not decode; Pillow names the object that it read from."""
    from PIL import UnidentifiedImageError

    known = isinstance(error, UnidentifiedImageError)
    return "no image format that Pillow knows" if known else str(error)


def read_image(
    path: Path | str, *, size: Sequence[int] | None = None, depth: int = 16
) -> np.ndarray:
    """Decodes an image file, as `decode` does.

    Args:
        path: The file.
        size: As for `decode`.
        depth: As for `decode`.

    Returns:
        `uint8[height, width, 1]` for grey files, else `uint8[height, width, 3]`.

    Raises:
        ValueError: If the file is missing, truncated or no image; the message names it.
    """
    try:
        return decode(path, size=size, depth=depth)
    except ValueError as error:
        raise ValueError(f"{path}: this file does not decode as an image ({error}).") from error


def _is_deep(mode: str, stored_as: str | None) -> bool:
    return mode.startswith("I;16") or (mode == "I" and stored_as in _SIXTEEN_BITS)


def _is_deep_colour(image: Any) -> bool:
    """Whether colours have 16 bits in the file, which Pillow tells by its decoder's arguments."""
    coloured = image.mode in ("RGB", "RGBA")
    return coloured and any(
        mark in f"{tile[3]}" for tile in image.tile for mark in (";16", "65535")
    )


def _eight_bit(image: Any, stored_as: str | None, depth: int) -> np.ndarray:
    if image.mode in ("1", "L") and "transparency" not in image.info:
        return np.asarray(image.convert("L"))[..., np.newaxis]
    if _is_deep(image.mode, stored_as):
        values = np.asarray(image) >> (depth - 8)
        return np.minimum(values, 255).astype(np.uint8)[..., np.newaxis]
    if image.mode in ("I", "F"):
        raise ValueError(
            f"8 or 16 bits a channel are expected, not mode {image.mode!r}; read it into an array "
            "and pass the array with its `scale`"
        )
    if image.has_transparency_data:
        return _over_white(image)
    return np.asarray(image.convert("RGB"))


def _over_white(image: Any) -> np.ndarray:
    """What is transparent is white, as on a page; grey images stay grey."""
    from PIL import Image

    full = image.convert("RGBA")
    page = Image.new("RGBA", full.size, "white")
    flat = Image.alpha_composite(page, full)
    if image.mode in ("L", "LA", "La", "1"):
        return np.asarray(flat.convert("L"))[..., np.newaxis]
    return np.asarray(flat.convert("RGB"))


def image_list(x: Any, *, size: Sequence[int] | None = None, depth: int = 16) -> list[np.ndarray]:
    """Images as a list of arrays `[height, width, channels]`.

    Args:
        x: An array of images, a list of arrays, or a list of image files
            (`ImageFiles` too).
        size: `(height, width)` that files are resized to while they are read; arrays stay.
        depth: Bits of grey 16-bit files, as for `decode`.

    Returns:
        One array per image, in its own type.

    Raises:
        ValueError: If something is no image.
    """
    if isinstance(x, (str, Path)):
        raise ValueError(f"A list of images is expected. Got the single path {x!r}: wrap it.")
    # `ImageFiles` of the datasets: a list of paths that knows the size of the images.
    return [_one(item, index, size, depth) for index, item in enumerate(getattr(x, "paths", x))]


def _one(item: Any, index: int, size: Sequence[int] | None, depth: int) -> np.ndarray:
    if isinstance(item, (str, Path)):
        return read_image(item, size=size, depth=depth)
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


def to_size(
    image: np.ndarray, size: Sequence[int], *, extent: Sequence[float] | None = None
) -> np.ndarray:
    """An image resized bilinearly, with antialiasing when it shrinks.

    Args:
        image: `[height, width, channels]`.
        size: `(height, width)` in pixels.
        extent: `(height, width)` of the part from the upper left corner that becomes the whole
            image, in pixels and parts of them. `None`: all of it.

    Returns:
        `[*size, channels]` of the same type.

    Example:
        >>> to_size(np.array([[[0], [100]]], np.uint8), (1, 1)).tolist()
        [[[50]]]
    """
    from PIL import Image

    rows, columns = image.shape[:2] if extent is None else extent
    if image.shape[:2] == tuple(size) == (rows, columns):
        return image
    # One channel at a time as 32-bit floats: any range of values, no rounding in between.
    planes = [
        np.asarray(
            Image.fromarray(np.ascontiguousarray(image[..., channel], np.float32)).resize(
                (size[1], size[0]), Image.Resampling.BILINEAR, box=(0, 0, columns, rows)
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
