"""Decodes images, and streams those that are too many for memory."""

from __future__ import annotations

import dataclasses
import io
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from pipelines.datasets.errors import DataError
from pipelines.datasets.formats.archives import is_hidden
from pipelines.preprocessing.pixels import Depth, decode, depth_of, to_channels

# Pillow's formats of single pictures; what it also opens is documents, films and tables.
_ENDINGS = """
apng avif bmp bw dds dib gif icns ico j2c j2k jfif jp2 jpc jpe jpeg jpf jpg jpx pbm pcx pfm pgm png
pnm ppm psd qoi ras rgb rgba sgi tga tif tiff webp xbm xpm
"""
IMAGE_SUFFIXES = tuple(f".{ending}" for ending in _ENDINGS.split())
OnBadImage = Literal["error", "skip"]
_WITHOUT_BAD_IMAGES = "Remove it, or pass `on_bad_image='skip'` to leave out such images."


def is_image(name: str) -> bool:
    """Whether a file name ends like an image's; hidden files and folders hold none.

    Example:
        >>> is_image("cats/1.JPEG"), is_image("cats/.trash/1.jpeg"), is_image("boxes.txt")
        (True, False, False)
    """
    return name.lower().endswith(IMAGE_SUFFIXES) and not is_hidden(name)


def decode_image(
    data: bytes,
    *,
    path: Path | str,
    size: tuple[int, int] | None = None,
    channels: int = 3,
    depth: int = 16,
) -> np.ndarray:
    """Decodes one image to 8-bit pixels, as serving decodes its file.

    Args:
        data: The encoded image; a palette, 16-bit, grey or transparent one is converted.
        path: Named in errors.
        size: `(height, width)` in pixels to resize to (bilinear with antialiasing), or
            `None` to keep the stored size.
        channels: 3 for colour, 1 for grey.
        depth: Bits of grey 16-bit images, see `pipelines.preprocessing.pixels.decode`.

    Returns:
        `uint8[height, width, channels]`.

    Raises:
        DataError: If the bytes are no complete image.
        ValueError: If `channels` is neither 1 nor 3.
    """
    if channels not in (1, 3):
        raise ValueError(f"`channels` is 1 (grey) or 3 (colour). Got {channels}.")
    try:
        return to_channels(decode(io.BytesIO(data), size=size, depth=depth), channels)
    except ValueError as error:
        raise DataError(f"the image does not decode ({error}).", path=path) from error


def decode_all(
    named: Sequence[tuple[str, bytes]],
    *,
    root: Path,
    size: tuple[int, int] | None = None,
    channels: int = 3,
    on_bad_image: OnBadImage = "error",
    depth: int = 16,
) -> tuple[np.ndarray, list[int], tuple[str, ...]]:
    """Decodes many images of one size into one array, in parallel threads.

    Args:
        named: Names and encoded images, at least one.
        root: Folder or archive that the names belong to, for messages.
        size: `(height, width)` to resize to, or `None` if all images share one size.
        channels: 3 for colour, 1 for grey.
        on_bad_image: `"error"`, or `"skip"` to leave out what does not decode.
        depth: Bits of grey 16-bit images, see `depth_of_all`.

    Returns:
        `uint8[n, height, width, channels]`, the numbers of the images that are in it, and
        a note that counts and names what was skipped.

    Raises:
        DataError: If an image does not decode and that is not allowed, if none decodes, or
            if sizes differ and `size` is `None`.
    """
    if on_bad_image not in ("error", "skip"):
        raise ValueError(f"`on_bad_image` is 'error' or 'skip'. Got {on_bad_image!r}.")
    skipped: list[str] = []

    def one(item: tuple[str, bytes]) -> np.ndarray | None:
        try:
            return decode_image(
                item[1], path=root / item[0], size=size, channels=channels, depth=depth
            )
        except DataError as error:
            if on_bad_image == "error":
                fault = str(error).removeprefix(f"{error.path}: ")
                raise DataError(f"{fault} {_WITHOUT_BAD_IMAGES}", path=error.path) from error
            skipped.append(item[0])
            return None

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        decoded = list(pool.map(one, named))
    kept = [number for number, image in enumerate(decoded) if image is not None]
    if not kept:
        raise DataError(f"none of the {len(named)} images decodes.", path=root)
    return _stack(decoded, kept, named, root), kept, skip_notes(sorted(skipped))


def depth_of_all(named: Sequence[tuple[str, bytes]]) -> tuple[int, tuple[str, ...]]:
    """How many bits the grey 16-bit images among some need; and a note on coloured ones.

    Args:
        named: Names and encoded images.
    """
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        return common_depth(list(pool.map(lambda item: depth_of(io.BytesIO(item[1])), named)))


def common_depth(depths: Sequence[Depth]) -> tuple[int, tuple[str, ...]]:
    """The one depth by which the images of a data set are read, so that equal values stay equal.

    Args:
        depths: Of each image.

    Returns:
        The depth of the deepest grey 16-bit image, 16 without any; and a note that counts the
        coloured ones.
    """
    coloured = sum(one.colour for one in depths)
    note = (
        f"{coloured} images have colours of 16 bits, of which the upper 8 are read: if they look "
        "too dark, their values need fewer bits; save them with 8"
    )
    deepest = max((one.bits for one in depths), default=0)
    return deepest or 16, (note,) if coloured else ()


def depth_notes(depth: int) -> tuple[str, ...]:
    """What is to be said of grey images that use less than their 16 bits."""
    if depth == 16:
        return ()
    return (
        f"16-bit images whose values need {depth} bits: they are read as {depth}-bit ones, "
        f"{2**depth - 1} is white",
    )


def _stack(
    decoded: list[np.ndarray | None],
    kept: list[int],
    named: Sequence[tuple[str, bytes]],
    root: Path,
) -> np.ndarray:
    """Copies the images that decoded into one array, freeing each."""
    shape: tuple[int, ...] = ()
    pixels = np.empty(0, dtype=np.uint8)
    for position, number in enumerate(kept):
        image = decoded[number]
        if image is None:
            continue
        if not position:
            shape = image.shape
            pixels = np.empty((len(kept), *shape), dtype=np.uint8)
        if image.shape != shape:
            raise DataError(
                f"images of one size are expected: {named[kept[0]][0]!r} has shape {shape}, "
                f"{named[number][0]!r} has {image.shape}. Resize them: pass "
                f"`image_size='{shape[0]}x{shape[1]}'`, for example.",
                path=root,
            )
        pixels[position] = image
        decoded[number] = None
    return pixels


def read_size(given: Sequence[int] | int | str) -> tuple[int, int]:
    """Reads the height and width of images.

    Args:
        given: `(height, width)` in pixels, `"HEIGHTxWIDTH"`, or one number for both.

    Raises:
        ValueError: If it is none of these, or a side has no pixel.

    Example:
        >>> read_size(24), read_size("24x32"), read_size([24, 32])
        ((24, 24), (24, 32), (24, 32))
    """
    parts = given.lower().split("x") if isinstance(given, str) else given
    sides = [str(side).strip() for side in ([parts] if isinstance(parts, int) else parts)]
    if len(sides) not in (1, 2) or not all(side.isdecimal() and int(side) for side in sides):
        raise ValueError(
            "`image_size` is HEIGHTxWIDTH in pixels, such as 24x32, or one number for both. Got "
            f"image_size={given!r}."
        )
    return int(sides[0]), int(sides[-1])


def skip_notes(skipped: list[str]) -> tuple[str, ...]:
    """A note that counts the images that were skipped and names the first ones."""
    if not skipped:
        return ()
    shown = ", ".join(skipped[:3]) + (", ..." if len(skipped) > 3 else "")
    return (f"skipped {len(skipped)} images that do not decode: {shown}",)


@dataclass(frozen=True, eq=False)
class ImageFiles:
    """Images that stay on disk until a batch needs them.

    Attributes:
        paths: One file per image.
        size: `(height, width)` in pixels that each is resized to.
        channels: 3 for colour, 1 for grey.
        depth: Bits of grey 16-bit files.
    """

    paths: tuple[str, ...]
    size: tuple[int, int]
    channels: int = 3
    depth: int = 16

    def __len__(self) -> int:
        return len(self.paths)

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """`(n, height, width, channels)`, as if the images were an array."""
        return (len(self.paths), *self.size, self.channels)

    def __getitem__(self, rows: Any) -> ImageFiles:
        """Selects images by a slice or an array of row numbers."""
        numbers = np.atleast_1d(np.arange(len(self.paths))[rows])
        paths = tuple(self.paths[n] for n in numbers)
        return dataclasses.replace(self, paths=paths)

    def read(self, row: int) -> np.ndarray:
        """Decodes one image to `uint8[height, width, channels]`."""
        path = Path(self.paths[row])
        return decode_image(
            path.read_bytes(),
            path=path,
            size=self.size,
            channels=self.channels,
            depth=self.depth,
        )

    def join_with(self, other: ImageFiles) -> ImageFiles:
        """Returns these images followed by others of the same size."""
        return dataclasses.replace(self, paths=self.paths + other.paths)
