"""The user's own images: a folder per class, in a folder or an archive."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.datasets.alike_classes import alike_note
from pipelines.datasets.cache import cached
from pipelines.datasets.catalog_public import IDX_FILES
from pipelines.datasets.containers import Dataset, SealedSplit, Split
from pipelines.datasets.errors import DataError
from pipelines.datasets.fingerprint import content_digest, fingerprint, tell_apart
from pipelines.datasets.formats.archives import is_archive, is_hidden, list_files, read_members
from pipelines.datasets.formats.class_folders import folders_without_files
from pipelines.datasets.formats.folder_arrays import source_key
from pipelines.datasets.formats.idx import load_idx
from pipelines.datasets.formats.images import (
    ImageFiles,
    OnBadImage,
    common_depth,
    decode_all,
    decode_image,
    depth_notes,
    depth_of_all,
    is_image,
    read_size,
    skip_notes,
)
from pipelines.datasets.formats.text_files import check_exists
from pipelines.datasets.sample_weights import read_file_weights, weights_at, weights_note
from pipelines.datasets.splits.given_splits import common_root, split_folder, split_rows
from pipelines.datasets.splits.splitting import limit_rows, row_groups
from pipelines.preprocessing.pixels import ORIENTATION, QUARTER_TURNS, Depth, depth_of

# Above this size the images of a folder stay on disk.
_MEMORY_BYTES = 1 << 30
_HEAD_BYTES = 4096


def load_images(  # noqa: PLR0913 - the words of a person, by keyword
    path: Path | str,
    *,
    seed: int = 0,
    rows: int | None = None,
    cache_dir: Path | str | None = None,
    image_size: tuple[int, int] | int | str | None = None,
    channels: int = 3,
    validation: float = 0.15,
    test: float = 0.15,
    on_bad_image: OnBadImage = "error",
    in_memory: bool | None = None,
    sample_weight: Path | str | None = None,
) -> Dataset:
    """Loads images from `CLASS/*`, `train/CLASS/*` and so on, or from idx files.

    Splits given by folders (`train`, `val` or `validation`, `test`) are kept; what is not
    given is carved out. Equal images never lie in two splits.

    Args:
        path: A folder, a tar or a zip; or a folder with four idx files.
        seed: Decides the splits that are carved out.
        rows: Training rows to keep at most, or `None`.
        cache_dir: Folder for decoded arrays, or `None` for the user's cache folder.
        image_size: What to resize to, see `read_size`; `None` if all share one size.
        channels: 3 for colour, 1 for grey.
        validation: Share of the validation split where none is given, in (0, 1).
        test: Share of the test split where none is given, in (0, 1).
        on_bad_image: `"error"`, or `"skip"` to count and leave out what does not decode.
        in_memory: `False` leaves a folder's images on disk (`ImageFiles`); `None` does so
            above 1 GiB of pixels. Archives are always decoded.
        sample_weight: A table of what each image counts in a training: a CSV file with a header,
            the names of the files below `path`, and weights of at least 0.

    Returns:
        Images `uint8[n, height, width, channels]` in [0, 255], or `ImageFiles`. Grey 16-bit images
        are read by the bits that their values need (`options["depth"]`).

    Raises:
        DataError: If there are no images, fewer than two classes, an image without a class
            folder or one that does not decode, or a class without rows in a split, or a file
            without a weight.
    """
    source = Path(path)
    if source.is_dir() and any((source / f"{IDX_FILES[0]}{end}").is_file() for end in ("", ".gz")):
        if sample_weight is not None:
            raise DataError("idx files name no images, so none has a weight.", path=source)
        return load_idx(source, seed=seed, rows=rows, name=source.name)
    names, sizes = _list_images(source)
    labels, given, classes = _classes_of(names, source)
    bare = folders_without_files(source, names, is_image)
    weights = None if sample_weight is None else read_file_weights(sample_weight, names)
    size = None if image_size is None else read_size(image_size)
    if in_memory is None:
        in_memory = _fits(source, names, size, channels)
    if source.is_dir() and not in_memory:
        found = _streamed(source, names, sizes, size, channels, on_bad_image)
    else:
        found = _decoded(source, names, cache_dir, size, channels, on_bad_image)
    x, kept, groups, digest, notes, depth = found
    notes = (*_class_notes(classes, labels, kept), *bare, *notes, *_other_files(source))
    labels, given = labels[kept], given[kept]
    weights = weights_at(weights, kept)
    parts, split_notes = split_rows(
        given, labels, groups, classes, seed=seed, validation=validation, test=test
    )
    parts = limit_rows(parts, rows, seed=seed, labels=labels)
    train, validation_split, test_split = (
        Split(x[part], labels[part], weights=weights_at(weights, part)) for part in parts
    )
    weighing = () if weights is None else (weights,)
    return Dataset(
        name=source.name.partition(".")[0],
        modality="image",
        task="classification",
        train=train,
        validation=validation_split,
        test=SealedSplit(test_split),
        classes=classes,
        fingerprint=fingerprint(content_digest(digest, labels, list(classes), *weighing), parts),
        notes=(*notes, *depth_notes(depth), *split_notes, *weights_note(weights)),
        options={} if depth == 16 else {"depth": depth},
        scale=1 / 255,
    )


def _list_images(source: Path) -> tuple[list[str], list[int]]:
    if source.is_dir():
        files = list_files(source)
        images = [item for item in files if is_image(item.relative_to(source).as_posix())]
        listed = [(item.relative_to(source).as_posix(), item.stat().st_size) for item in images]
    elif source.is_file() and is_archive(source):
        listed = sorted((name, len(data)) for name, data in read_members(source, is_image))
    else:
        check_exists(source)
        raise DataError("a folder, tar or zip of images is expected.", path=source)
    if not listed:
        found = "; ".join(_other_files(source))
        raise DataError(
            f"no images in it (CLASS/*.jpg, *.png and so on){found and f'; {found}'}.", path=source
        )
    return [name for name, _ in listed], [size for _, size in listed]


def _classes_of(names: list[str], source: Path) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """Class numbers and given splits, from the folders in the names."""
    folders = [tuple(name.split("/")[:-1]) for name in names]
    for name, parts in zip(names, folders, strict=True):
        if not parts or (len(parts) == 1 and split_folder(parts)):
            raise DataError(
                f"{name!r} lies in no class folder. Expected CLASS/{Path(name).name} or "
                f"train/CLASS/{Path(name).name}.",
                path=source,
            )
    root = common_root(folders)
    # As in Keras the first level is the class, whatever lies below it.
    inner = [[part for part in parts[root:] if not split_folder((part,))] for parts in folders]
    bare = next((name for name, parts in zip(names, inner, strict=True) if not parts), None)
    if bare is not None:
        raise DataError(f"{bare!r} lies in no class folder: expected CLASS/IMAGE.", path=source)
    classes = tuple(sorted({parts[0] for parts in inner}))
    if len(classes) < 2:
        raise DataError(f"two class folders at least are expected. Got {classes}.", path=source)
    numbers = {name: number for number, name in enumerate(classes)}
    labels = np.array([numbers[parts[0]] for parts in inner], dtype=np.int64)
    given = np.array([split_folder(parts) for parts in folders])
    return labels, given, classes


def _class_notes(classes: tuple[str, ...], labels: np.ndarray, kept: np.ndarray) -> tuple[str, ...]:
    """Images of each class that are used and that do not decode, a line a class; names alike."""
    images = np.bincount(labels[kept], minlength=len(classes))
    skipped = np.bincount(labels, minlength=len(classes)) - images
    empty = [name for name, count in zip(classes, images, strict=True) if not count]
    if empty:
        raise DataError(f"no image of these classes decodes: {', '.join(empty)}.")
    width = max(len("class"), *map(len, classes))
    rows = zip(classes, images, skipped, strict=True)
    lines = [f"{'class':{width}}  images  skipped"]
    lines += [f"{name:{width}}  {count:6}  {lost or '':>7}".rstrip() for name, count, lost in rows]
    return "\n".join(lines), *alike_note(classes)


def _other_files(source: Path) -> tuple[str, ...]:
    """Counts the files of a folder that are no images, by their endings, and the hidden ones."""
    if not source.is_dir():
        return ()
    kinds: Counter[str] = Counter()
    for file in list_files(source):
        name = file.relative_to(source).as_posix()
        if not is_image(name):
            kinds["hidden" if is_hidden(name) else file.suffix.lower() or "no ending"] += 1
    shown = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    return (f"skipped files that are no images: {shown}",) if kinds else ()


def _fits(
    source: Path,
    names: list[str],
    size: tuple[int, int] | None,
    channels: int,
) -> bool:
    if not source.is_dir():
        return True
    height, width = size or _stored_size(source / names[0])
    return len(names) * height * width * channels <= _MEMORY_BYTES


def _stored_size(path: Path) -> tuple[int, int]:
    """Reads `(height, width)` from an image's header, as it is shown."""
    from PIL import Image

    try:
        with Image.open(path) as image:
            turned = image.getexif().get(ORIENTATION, 1) in QUARTER_TURNS
            return (image.width, image.height) if turned else (image.height, image.width)
    except (OSError, ValueError, SyntaxError) as error:
        raise DataError(f"the image does not decode ({error}).", path=path) from error


def _decoded(
    source: Path,
    names: list[str],
    cache_dir: Path | str | None,
    size: tuple[int, int] | None,
    channels: int,
    on_bad_image: OnBadImage,
) -> tuple[Any, np.ndarray, np.ndarray, str, tuple[str, ...], int]:
    def make() -> tuple[Mapping[str, np.ndarray], tuple[str, ...]]:
        named = sorted(read_members(source, is_image), key=lambda item: item[0])
        depth, coloured = depth_of_all(named)
        pixels, kept, notes = decode_all(
            named, root=source, size=size, channels=channels, on_bad_image=on_bad_image, depth=depth
        )
        arrays = {"x": pixels, "kept": np.array(kept), "groups": row_groups(pixels)}
        # Only where it matters: the digest of other images stays what it was.
        return arrays | ({} if depth == 16 else {"depth": np.array([depth])}), (*notes, *coloured)

    key = source_key("images", [source], size, channels, on_bad_image)
    decoded = cached(key, make, cache_dir)
    arrays = decoded.arrays
    kept, depth = np.asarray(arrays["kept"]), int(arrays.get("depth", [16])[0])
    return arrays["x"], kept, arrays["groups"], decoded.digest, decoded.notes, depth


def _streamed(
    source: Path,
    names: list[str],
    sizes: list[int],
    size: tuple[int, int] | None,
    channels: int,
    on_bad_image: OnBadImage,
) -> tuple[Any, np.ndarray, np.ndarray, str, tuple[str, ...], int]:
    """Looks at the head of each file; pixels are decoded when a batch needs them.

    Where damaged images are to be skipped, each is decoded once beforehand.
    """

    def head(name: str) -> tuple[bytes, tuple[int, int] | None, Depth]:
        path = source / name
        try:
            stored: tuple[int, int] | None = _stored_size(path)
            if on_bad_image == "skip":
                # A sound header may stand before damaged pixels: only decoding tells.
                decode_image(path.read_bytes(), path=path)
        except DataError:
            if on_bad_image == "error":
                raise
            stored = None
        with path.open("rb") as stream:
            return hashlib.sha256(stream.read(_HEAD_BYTES)).digest(), stored, depth_of(path)

    with ThreadPoolExecutor() as pool:
        heads = list(pool.map(head, names))
    kept = np.array([n for n, (_, stored, _) in enumerate(heads) if stored is not None], dtype=int)
    shapes = {stored for _, stored, _ in heads if stored is not None}
    depth, coloured = common_depth([depth for _, _, depth in heads])
    if size is None and len(shapes) != 1:
        raise DataError(
            f"images of one size are expected, got {len(shapes)} sizes. Resize them: "
            "pass `image_size='64x64'`, for example.",
            path=source,
        )
    notes: tuple[str, ...] = ("images stay on disk and are decoded batch by batch", *coloured)
    if len(kept) < len(names):
        notes += skip_notes([names[n] for n in sorted({*range(len(names))} - {*kept.tolist()})])
    files = ImageFiles(
        tuple(str(source / names[n]) for n in kept), size or next(iter(shapes)), channels, depth
    )
    marks = tell_apart([source / names[n] for n in kept], [(sizes[n], heads[n][0]) for n in kept])
    found = ((names[n], *mark) for n, mark in zip(kept, marks, strict=True))
    digest = content_digest(*found, files.size, channels, depth)
    return files, kept, row_groups(marks), digest, notes, depth
