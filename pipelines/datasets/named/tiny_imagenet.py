"""Tiny ImageNet from its folder, zip or tar."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from pipelines.datasets.cache import cached
from pipelines.datasets.containers import Dataset
from pipelines.datasets.errors import DataError
from pipelines.datasets.formats.archives import read_members
from pipelines.datasets.formats.folder_arrays import source_key
from pipelines.datasets.formats.image_arrays import image_dataset, image_groups
from pipelines.datasets.formats.images import OnBadImage, decode_all, is_image
from pipelines.datasets.formats.text_files import decode_text
from pipelines.datasets.locate import locate

_SIDE = 64
_CLASSES = "wnids.txt"
_ANNOTATIONS = "val_annotations.txt"
Named = list[tuple[str, bytes]]


def _wanted(name: str) -> bool:
    base = name.rpartition("/")[2]
    folders = name.split("/")[:-1]
    if base in (_CLASSES, _ANNOTATIONS):
        return True
    return is_image(name) and ("train" in folders or "val" in folders)


def _lines(texts: dict[str, bytes], base: str, path: Path) -> list[str]:
    if base not in texts:
        raise DataError(f"no {base} in it. Run `cookbook data get tiny-imagenet`.", path=path)
    lines = decode_text(texts[base], path=path / base).rstrip("\n").split("\n")
    if not lines[0]:
        raise DataError("the file is empty.", path=path / base)
    return lines


def _annotations(lines: list[str], classes: tuple[str, ...], path: Path) -> dict[str, int]:
    """File name to class number, from tab separated lines."""
    numbers = {name: number for number, name in enumerate(classes)}
    labels: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        fields = line.split("\t")
        if len(fields) < 2 or fields[1] not in numbers:
            raise DataError(
                f"a file name, a tab and one of the {len(classes)} classes of {_CLASSES} are "
                f"expected. Got {line[:60]!r}.",
                path=path / _ANNOTATIONS,
                line=number,
            )
        labels[fields[0]] = numbers[fields[1]]
    return labels


def _label(name: str, known: dict[str, int], key: str, path: Path) -> int:
    if key not in known:
        where = _CLASSES if "/train/" in f"/{name}" else _ANNOTATIONS
        raise DataError(f"{name!r} has no class: {where} does not list {key!r}.", path=path)
    return known[key]


def _decode(
    path: Path, on_bad_image: OnBadImage
) -> tuple[dict[str, np.ndarray], tuple[str, ...], tuple[str, ...]]:
    texts: dict[str, bytes] = {}
    images: dict[str, Named] = {"train": [], "test": []}
    for name, data in read_members(path, _wanted):
        base = name.rpartition("/")[2]
        if base in (_CLASSES, _ANNOTATIONS):
            texts[base] = data
        else:
            images["train" if "train" in name.split("/")[:-1] else "test"].append((name, data))
    classes = tuple(_lines(texts, _CLASSES, path))
    annotated = _annotations(_lines(texts, _ANNOTATIONS, path), classes, path)
    known = {
        "train": {name: number for number, name in enumerate(classes)},
        "test": annotated,
    }
    arrays: dict[str, np.ndarray] = {}
    notes: tuple[str, ...] = ()
    for split, named in images.items():
        if not named:
            raise DataError(f"no images of the {split} split.", path=path)
        named.sort(key=lambda item: item[0])
        # train/CLASS/images/FILE and val/images/FILE
        keys = [name.split("/")[-3 if split == "train" else -1] for name, _ in named]
        labels = np.array(
            [_label(named[n][0], known[split], key, path) for n, key in enumerate(keys)]
        )
        pixels, kept, skipped = decode_all(
            named, root=path, size=(_SIDE, _SIDE), on_bad_image=on_bad_image
        )
        arrays[f"{split}_x"], arrays[f"{split}_y"] = pixels, labels[kept].astype(np.int64)
        notes += skipped
    return arrays, notes, classes


def tiny_imagenet(
    path: Path | str,
    *,
    seed: int = 0,
    rows: int | None = None,
    cache_dir: Path | str | None = None,
    validation: float = 0.1,
    on_bad_image: OnBadImage = "error",
) -> Dataset:
    """Loads Tiny ImageNet: 90,000 training, 10,000 validation and 10,000 test images.

    The release gives no labels for its test folder, so its `val` folder is the test split
    here, as in the published results, and the validation split is carved from training
    images. A release cut to fewer images is read as well.

    Args:
        path: The dataset's folder.
        seed: Decides which training images become the validation split.
        rows: Training rows to keep at most, or `None`.
        cache_dir: Folder for decoded arrays, or `None` for the user's cache folder.
        validation: Share of the official training images, in (0, 1).
        on_bad_image: `"error"`, or `"skip"` to count and leave out what does not decode.

    Returns:
        Images `uint8[n, 64, 64, 3]` in [0, 255]; labels `int64[n]`. The classes are
        WordNet identifiers in the order of `wnids.txt`.

    Raises:
        DataError: If the data is missing or damaged, or a label is outside the classes.
    """
    layout, found = locate("tiny-imagenet", Path(path))
    source = found[0].parent if layout in (0, 1) else found[0]

    def make() -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
        arrays, notes, classes = _decode(source, on_bad_image)
        arrays["classes"] = np.array(classes)
        arrays["groups"] = image_groups(arrays)
        return arrays, notes

    decoded = cached(source_key("tiny-imagenet", [source], on_bad_image), make, cache_dir)
    classes = tuple(str(name) for name in decoded.arrays["classes"])
    return image_dataset(
        "tiny-imagenet", decoded, classes, validation=validation, seed=seed, rows=rows
    )
