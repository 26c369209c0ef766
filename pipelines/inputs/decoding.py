"""Image files to batches of arrays, decoded by TensorFlow and named by Pillow."""

from __future__ import annotations

import os
import struct
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from pipelines.preprocessing.images import ImagePreprocessor
from pipelines.preprocessing.pixels import LUMINANCE, jpeg_reduction

_JPEG, _PNG = b"\xff\xd8\xff", b"\x89PNG"
_EXIF, _ORIENTATION = b"Exif\0\0", 0x0112
_ALPHA = (4, 6)  # colour types of PNG with transparency
_GREY, _DEEP = 0, 16  # colour type and bits of PNG whose depth only Pillow's way knows
# Start-of-frame markers, ITU-T T.81 table B.1: 0xC4, 0xC8 and 0xCC mean something else.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_FRAME = struct.Struct(">HHB")
_CMYK = 4
_READ = 2**16  # bytes of one read; most files of small images are shorter
_MOST_UNROLLED = 512  # files of one graph without a loop, which takes about 0.1 s to trace


class _Plan(NamedTuple):
    """How a file is decoded: reduced by how much, and whether its size then is the right one."""

    reduction: int
    exact: bool


def make_decoder(
    preprocessor: ImagePreprocessor, *, batch_size: int | None = None
) -> Callable[[Sequence[Any]], np.ndarray]:
    """A function that reads a batch of image files.

    The whole batch is decoded inside one compiled function, several files at a time: a dataset
    of single files spends more time between its operations than in them (measured on 32x32
    JPEGs: 9,000 files a second one by one, 30,000 as batches). JPEG files that are at least
    twice as large as needed are decoded at a reduced size (`jpeg_reduction`). Full batches of
    files that then have the right size are decoded by a graph without a loop, which takes a
    quarter less time on 32x32 JPEGs.

    Pixels are those that `ImagePreprocessor.arrange` gives for the same files (for JPEG within
    one level), so training and serving see the same images. Files that TensorFlow cannot decode
    go through Pillow, which knows more formats and names the file that is damaged.

    Args:
        preprocessor: Fitted; decides size and channels.
        batch_size: Files of a full batch, if there are such.

    Returns:
        Paths (`str` or `bytes`) to `uint8[batch, height, width, channels]`. It raises
        `ValueError` with the name of a file that does not decode.
    """
    shape = preprocessor.input_shape
    unrolled = min(batch_size or 0, _MOST_UNROLLED)

    @cache
    def compiled(plan: _Plan, count: int | None) -> Callable[[Any], Any]:
        return _compiled(plan, shape, resizes=preprocessor.resizes, count=count)

    def decode(plan: _Plan | None, names: list[str], contents: list[bytes]) -> np.ndarray:
        if plan is None:
            return preprocessor.arrange(names)
        full = plan.exact and len(contents) == unrolled
        try:
            return compiled(plan, unrolled if full else None)(tf.constant(contents)).numpy()
        except tf.errors.OpError:
            return preprocessor.arrange(names)

    def read(paths: Sequence[Any]) -> np.ndarray:
        names = [os.fsdecode(path) for path in paths]
        contents = [_content(name) for name in names]
        if preprocessor.read_size != shape[:2]:
            return preprocessor.arrange(names)
        groups: dict[_Plan | None, list[int]] = defaultdict(list)
        for row, content in enumerate(contents):
            groups[_plan(content, shape, resizes=preprocessor.resizes)].append(row)
        if len(groups) == 1:
            return decode(next(iter(groups)), names, contents)
        images = np.empty((len(names), *shape), np.uint8)
        for plan, rows in groups.items():
            images[rows] = decode(plan, [names[r] for r in rows], [contents[r] for r in rows])
        return images

    return read


def _content(name: str) -> bytes:
    """All of a file; nothing if it cannot be read, so that Pillow says what is wrong with it."""
    # System calls alone take half the time of a file object's reading.
    try:
        descriptor = os.open(name, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    except OSError:
        return b""
    try:
        parts = [os.read(descriptor, _READ)]
        while parts[-1]:
            parts.append(os.read(descriptor, _READ))
        return b"".join(parts)
    except OSError:
        return b""
    finally:
        os.close(descriptor)


def _plan(content: bytes, shape: Sequence[int], *, resizes: bool) -> _Plan | None:
    """How TensorFlow decodes a file, or `None` where Pillow does."""
    if not content.startswith(_JPEG):
        return _Plan(1, exact=False) if content.startswith(_PNG) and _plain_png(content) else None
    if _turned(content):
        return None
    frame = _jpeg_frame(content)
    if frame is None or frame[2] == _CMYK:
        return None
    reduction = jpeg_reduction(frame, shape) if resizes else 1
    exact = frame[:2] == (shape[0] * reduction, shape[1] * reduction)
    return _Plan(reduction, exact=exact)


def _plain_png(content: bytes) -> bool:
    """Whether a PNG file needs nothing of Pillow: transparency, orientation, depth."""
    head = content[: content.find(b"IDAT")]
    return (
        len(content) > 25
        and content[25] not in _ALPHA
        and content[24:26] != bytes((_DEEP, _GREY))
        and not (b"tRNS" in head or b"eXIf" in content)
    )


def _turned(content: bytes) -> bool:
    """Whether the EXIF data of a JPEG file ask for the image to be turned."""
    place = content.find(_EXIF, 0, 4096)
    if place < 0:
        return False
    from PIL import Image

    exif = Image.Exif()
    try:
        exif.load(content[place : place + _READ])
        return bool(exif.get(_ORIENTATION, 1) != 1)
    except Exception:  # what Pillow cannot read it shall judge itself
        return True


def _jpeg_frame(content: bytes) -> tuple[int, int, int] | None:
    """Height, width and number of components from the header of a JPEG file.

    In Python this takes 2 microseconds, the operation of TensorFlow about ten.
    """
    place = 2
    while place + 10 <= len(content) and content[place] == 0xFF:
        if content[place + 1] in _FRAMES:
            return _FRAME.unpack_from(content, place + 5)
        place += 2 + int.from_bytes(content[place + 2 : place + 4])
    return None


def _compiled(
    plan: _Plan, shape: tuple[int, int, int], *, resizes: bool, count: int | None
) -> Callable[[Any], Any]:
    height, width, channels = shape

    def resized(image: Any, content: Any) -> Any:
        if plan.reduction > 1:
            # A last block may lie partly outside of the image, see `read_image`.
            stored = tf.cast(tf.image.extract_jpeg_shape(content)[:2], tf.float32)
            return _scaled(image, (height, width), stored / plan.reduction)
        size = tf.shape(image)
        if not resizes:
            tf.debugging.assert_equal(size[:2], (height, width))
        return tf.cond(
            (size[0] == height) & (size[1] == width),
            lambda: image,
            lambda: _scaled(image, (height, width), tf.cast(size[:2], tf.float32)),
        )

    def one(content: Any) -> Any:
        # Accurate instead of fast transforms: the pixels that Pillow decodes when serving.
        # In spite of its name the operation reads PNG as well.
        image = tf.io.decode_jpeg(
            content, channels=3, ratio=plan.reduction, dct_method="INTEGER_ACCURATE"
        )
        return tf.ensure_shape(image if plan.exact else resized(image, content), (height, width, 3))

    def each(contents: Any) -> Any:
        if count is not None:
            return tf.stack([one(content) for content in tf.unstack(contents)])
        return tf.map_fn(
            one,
            contents,
            fn_output_signature=tf.TensorSpec((height, width, 3), tf.uint8),
            parallel_iterations=32,
        )

    @tf.function(input_signature=[tf.TensorSpec((count,), tf.string)], autograph=False)
    def decode(contents: Any) -> Any:
        images = each(contents)
        if channels == 3:
            return images
        grey = tf.tensordot(tf.cast(images, tf.float32), tf.constant(LUMINANCE), 1)
        return _levels(grey)[..., tf.newaxis]

    return decode


def _scaled(image: Any, size: tuple[int, int], extent: Any) -> Any:
    """Resizes as `to_size` does; `tf.image.resize` knows no parts of pixels."""
    scaled = tf.raw_ops.ScaleAndTranslate(
        images=image[tf.newaxis],
        size=size,
        scale=tf.constant(size, tf.float32) / extent,
        translation=(0.0, 0.0),
        kernel_type="triangle",
        antialias=True,
    )
    return _levels(scaled[0])


def _levels(values: Any) -> Any:
    return tf.cast(tf.clip_by_value(tf.round(values), 0.0, 255.0), tf.uint8)
