"""The user's own images with masks: `images/NAME.jpg` beside `masks/NAME.png`."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.datasets.cache import cached
from pipelines.datasets.containers import Dataset, SealedSplit, Split
from pipelines.datasets.errors import DataError
from pipelines.datasets.fingerprint import content_digest, fingerprint
from pipelines.datasets.formats.archives import is_archive, read_members
from pipelines.datasets.formats.class_folders import bare_folders
from pipelines.datasets.formats.folder_arrays import source_key
from pipelines.datasets.formats.images import (
    decode_all,
    depth_notes,
    depth_of_all,
    is_image,
    read_size,
)
from pipelines.datasets.formats.text_files import check_exists
from pipelines.datasets.splits.given_splits import split_folder, without_leaks
from pipelines.datasets.splits.splitting import Indices, limit_rows, row_groups, three_way

_IMAGES, _MASKS = ("images", "image", "imgs"), ("masks", "mask", "labels", "annotations")
# Classes are numbered in 8 bits; a photograph that was taken for a mask has more values.
_MOST_CLASSES = 255


def load_masks(
    path: Path | str,
    *,
    seed: int = 0,
    rows: int | None = None,
    cache_dir: Path | str | None = None,
    image_size: tuple[int, int] | int | str | None = None,
    channels: int = 3,
    classes: Sequence[str] | None = None,
    validation: float = 0.15,
    test: float = 0.15,
) -> Dataset:
    """Loads images and their masks from `images/*` and `masks/*`, or `train/images/*` and so on.

    An image and its mask have the same name but for the ending. Each distinct value of a mask,
    grey, palette index or colour, is a class, in ascending order: 0 is the background. Splits
    given by folders (`train`, `val`, `test`) are kept. Equal images never lie in two splits.

    Args:
        path: A folder, a tar or a zip.
        seed: Decides the splits that are carved out.
        rows: Training rows to keep at most, or `None`.
        cache_dir: Folder for decoded arrays, or `None` for the user's cache folder.
        image_size: What to resize to, see `read_size`, masks to the nearest pixel; `None` if all
            share one size.
        channels: 3 for colour, 1 for grey.
        classes: Names of the classes in the order of their values; by default the values.
        validation: Share of the validation split where none is given, in (0, 1).
        test: Share of the test split where none is given, in (0, 1).

    Returns:
        Images `uint8[n, height, width, channels]` in [0, 255], masks `uint8[n, height, width]`.

    Raises:
        DataError: If an image has no mask or a mask no image, if sizes differ, if one does not
            decode, or if the masks hold fewer than two classes or more than 255.
    """
    source = Path(path)
    check_exists(source)
    if not (source.is_dir() or (source.is_file() and is_archive(source))):
        raise DataError("a folder, tar or zip with images/ and masks/ is expected.", path=source)
    size = None if image_size is None else read_size(image_size)

    def make() -> tuple[Mapping[str, np.ndarray], tuple[str, ...]]:
        return _decoded(source, size, channels)

    # What earlier versions kept as "masks" may hold 16 of the 256 greys of deep images.
    decoded = cached(source_key("deep masks", [source], size, channels), make, cache_dir)
    arrays = decoded.arrays
    depth = int(arrays.get("depth", [16])[0])
    values = [int(value) for value in arrays["values"]]
    names = _class_names(values, classes, source)
    given = np.array([_SPLITS[number] for number in arrays["given"]])
    parts, notes = _parts(given, arrays["groups"], seed, validation, test)
    parts = limit_rows(parts, rows, seed=seed)
    train, held_out, tested = (Split(arrays["x"][part], arrays["y"][part]) for part in parts)
    return Dataset(
        name=source.name.partition(".")[0],
        modality="image",
        task="segmentation",
        train=train,
        validation=held_out,
        test=SealedSplit(tested),
        classes=names,
        fingerprint=fingerprint(content_digest(decoded.digest, list(names)), parts),
        notes=(_class_table(names, arrays["y"]), *decoded.notes, *depth_notes(depth), *notes),
        scale=1 / 255,
        options={} if depth == 16 else {"depth": depth},
    )


_SPLITS = ("", "train", "validation", "test")


def _decoded(
    source: Path, size: tuple[int, int] | None, channels: int
) -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
    """Images, masks of class numbers, the values of the classes, splits and groups; a note."""
    pairs = _pairs(source)
    bare = bare_folders(source, [name for _, (name, _), _ in pairs], is_image)
    named = [(image, data) for _, (image, data), _ in pairs]
    depth, coloured = depth_of_all(named)
    pixels, _, _ = decode_all(named, root=source, size=size, channels=channels, depth=depth)
    sides = (pixels.shape[1], pixels.shape[2])
    masks = np.stack(
        [
            decode_mask(data, path=source / name, size=sides, resize=size is not None)
            for _, _, (name, data) in pairs
        ]
    )
    values, numbers = np.unique(masks, return_inverse=True)
    if not 2 <= len(values) <= _MOST_CLASSES:
        raise DataError(
            f"masks hold 2 to {_MOST_CLASSES} distinct values, one a class. Got {len(values)}: "
            "is it a JPEG file, whose values blur, or no mask?",
            path=source,
        )
    splits = [_SPLITS.index(split) for split, _, _ in pairs]
    arrays = {
        "x": pixels,
        "y": numbers.reshape(masks.shape).astype(np.uint8),
        "values": values,
        "given": np.array(splits),
        "groups": row_groups(pixels),
    }
    # Only where it matters: the digest of other images stays what it was.
    arrays |= {} if depth == 16 else {"depth": np.array([depth])}
    return arrays, (*([f"folders without images: {bare}"] if bare else []), *coloured)


Member = tuple[str, bytes]


def _pairs(source: Path) -> list[tuple[str, Member, Member]]:
    """Split, image and mask of every picture, sorted by name."""
    images: dict[tuple[str, str], Member] = {}
    masks: dict[tuple[str, str], Member] = {}
    for name, data in read_members(source, is_image):
        folders = name.split("/")[:-1]
        kind = next((part for part in folders if part in (*_IMAGES, *_MASKS)), None)
        if kind is None:
            raise DataError(
                f"{name!r} lies in neither a folder of images ({', '.join(_IMAGES)}) nor of masks "
                f"({', '.join(_MASKS)}).",
                path=source,
            )
        below = folders[folders.index(kind) + 1 :]
        key = split_folder(tuple(folders)), "/".join([*below, Path(name).stem])
        found = images if kind in _IMAGES else masks
        if key in found:
            raise DataError(
                f"images and masks belong together by their names. {found[key][0]!r} and {name!r} "
                "have one name: rename one of them.",
                path=source,
            )
        found[key] = (name, data)
    if not images or not masks:
        bare = bare_folders(source, [], is_image)
        raise DataError(
            "images/*.jpg and masks/*.png of the same names are expected. Got "
            f"{len(images)} images and {len(masks)} masks."
            + (f" Folders without images: {bare}." if bare else ""),
            path=source,
        )
    for here, there, what in ((images, masks, "mask"), (masks, images, "image")):
        lonely = sorted(name for key, (name, _) in here.items() if key not in there)
        if lonely:
            raise DataError(f"{lonely[0]!r} has no {what} of the same name.", path=source)
    return [(key[0], images[key], masks[key]) for key in sorted(images)]


def decode_mask(
    data: bytes, *, path: Path | str, size: tuple[int, int], resize: bool = False
) -> np.ndarray:
    """Decodes a mask: what stands for a class is never mixed with its neighbours.

    Args:
        data: The encoded image: grey values, palette indices, or colours.
        path: Named in errors.
        size: `(height, width)` of the image that it belongs to.
        resize: Whether a mask of another size is resized, by the nearest pixel.

    Returns:
        `int64[height, width]`: values, or colours as `0xRRGGBB`.

    Raises:
        DataError: If it does not decode, or has another size.
    """
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as opened:
            image: Any = opened
            image.load()
            if resize and (image.height, image.width) != size:
                image = image.resize((size[1], size[0]), Image.Resampling.NEAREST)
            grey = image.mode in ("1", "L", "P", "I") or image.mode.startswith("I;16")
            values = np.asarray(image if grey else image.convert("RGB")).astype(np.int64)
    except (OSError, SyntaxError, ValueError) as error:
        raise DataError(f"the mask does not decode ({error}).", path=path) from error
    if values.shape[:2] != size:
        raise DataError(
            f"a mask has the size of its image. Got {values.shape[0]}x{values.shape[1]} pixels for "
            f"an image of {size[0]}x{size[1]}: pass `image_size` to resize both.",
            path=path,
        )
    return values if values.ndim == 2 else values @ np.array([0x10000, 0x100, 1])


def _class_names(values: list[int], classes: Sequence[str] | None, source: Path) -> tuple[str, ...]:
    if classes is None:
        # Colours are known by their notation; up to 16 bits it is a value.
        return tuple(f"#{value:06x}" if max(values) > 0xFFFF else str(value) for value in values)
    if len(classes) != len(values):
        raise DataError(
            f"`classes` names every value of the masks. Got {len(classes)} names for the values "
            f"{', '.join(map(str, values))}.",
            path=source,
        )
    return tuple(map(str, classes))


def _parts(
    given: np.ndarray, groups: np.ndarray, seed: int, validation: float, test: float
) -> tuple[Indices, tuple[str, ...]]:
    """The given splits, the missing ones carved out of the training rows."""
    names = set(given.tolist())
    if names == {""}:
        return three_way(len(given), seed=seed, groups=groups, validation=validation, test=test), ()
    if names != {"train", "validation", "test"}:
        raise DataError(
            "splits are given by the folders train, val and test, or not at all. Got "
            f"{sorted(name or 'none' for name in names)}."
        )
    stay, notes = without_leaks(given, groups)
    rows = (np.flatnonzero((given == name) & stay) for name in _SPLITS[1:])
    return Indices(*rows), notes


def _class_table(classes: tuple[str, ...], masks: np.ndarray) -> str:
    """Classes, images that show them and their share of all pixels, one line a class."""
    width = max(len("class"), *map(len, classes))
    lines = [f"{'class':{width}}  images  pixels"]
    for number, name in enumerate(classes):
        found = masks == number
        lines.append(f"{name:{width}}  {found.any(axis=(1, 2)).sum():6}  {found.mean():6.1%}")
    return "\n".join(lines)
