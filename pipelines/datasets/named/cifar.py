"""CIFAR-10 in each of the forms it is passed around in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from pipelines.datasets.cache import cached
from pipelines.datasets.containers import Dataset
from pipelines.datasets.errors import DataError
from pipelines.datasets.formats.archives import read_members
from pipelines.datasets.formats.folder_arrays import folder_arrays, source_key
from pipelines.datasets.formats.image_arrays import image_dataset, image_groups
from pipelines.datasets.formats.images import OnBadImage
from pipelines.datasets.formats.unpickling import unpickle_plain
from pipelines.datasets.labels import check_labels
from pipelines.datasets.locate import locate

CLASSES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)
_SIDE = 32
_PIXELS = 3 * _SIDE * _SIDE
Arrays = Mapping[str, np.ndarray]
Batch = tuple[np.ndarray, np.ndarray]


def _images(flat: np.ndarray) -> np.ndarray:
    """`uint8[n, 3072]`, channel planes, to `uint8[n, 32, 32, 3]`."""
    return np.ascontiguousarray(flat.reshape(-1, 3, _SIDE, _SIDE).transpose(0, 2, 3, 1))


def read_python_batch(data: bytes, path: Path | str) -> Batch:
    """Reads one batch of the python release without running its pickle.

    Args:
        data: The pickle.
        path: Named in errors.

    Returns:
        Images `uint8[n, 32, 32, 3]` and labels `int64[n]`.

    Raises:
        DataError: If the pickle holds anything but plain values, or has another shape.
    """
    batch = unpickle_plain(data, path=path)
    if isinstance(batch, dict):
        batch = {key.decode() if isinstance(key, bytes) else key: batch[key] for key in batch}
    if not isinstance(batch, dict) or not {"data", "labels"} <= set(batch):
        raise DataError("a dictionary with 'data' and 'labels' is expected.", path=path)
    flat, labels = np.asarray(batch["data"]), np.asarray(batch["labels"])
    if flat.dtype != np.uint8 or flat.shape != (len(labels), _PIXELS):
        raise DataError(
            f"'data' must be uint8[{len(labels)}, {_PIXELS}], one row a label. "
            f"Got {flat.dtype}{list(flat.shape)}.",
            path=path,
        )
    return _images(flat), labels.astype(np.int64)


def read_binary_batch(data: bytes, path: Path | str) -> Batch:
    """Reads one batch of the binary release: rows of one label byte and 3,072 pixels.

    Args:
        data: The file.
        path: Named in errors.

    Returns:
        Images `uint8[n, 32, 32, 3]` and labels `int64[n]`.

    Raises:
        DataError: If the size is no multiple of 3,073 bytes.
    """
    if not data or len(data) % (_PIXELS + 1):
        raise DataError(
            f"a multiple of {_PIXELS + 1} bytes is expected, got {len(data)}: the file is "
            "truncated. Fetch it again.",
            path=path,
        )
    table = np.frombuffer(data, dtype=np.uint8).reshape(-1, _PIXELS + 1)
    return _images(table[:, 1:]), table[:, 0].astype(np.int64)


def _batches(path: Path, read: Callable[[bytes, Path], Batch], suffix: str) -> Arrays:
    """Reads five training batches and the test batch from a folder or archive."""
    names = [f"data_batch_{number}{suffix}" for number in range(1, 6)] + [f"test_batch{suffix}"]
    found: dict[str, Batch] = {}
    for member, data in read_members(path, lambda name: name.rpartition("/")[2] in names):
        images, labels = read(data, path / member)
        check_labels(labels, len(CLASSES), path=path / member)
        found[member.rpartition("/")[2]] = images, labels
    missing = [name for name in names if name not in found]
    if missing:
        raise DataError(f"missing: {', '.join(missing)}. Fetch it again.", path=path)
    train = [found[name] for name in names[:-1]]
    return {
        "train_x": np.concatenate([images for images, _ in train]),
        "train_y": np.concatenate([labels for _, labels in train]),
        "test_x": found[names[-1]][0],
        "test_y": found[names[-1]][1],
    }


def read_npz(path: Path) -> Arrays:
    """Reads an npz archive with `x_train`, `y_train`, `x_test`, `y_test`.

    Args:
        path: The file.

    Returns:
        The arrays under the names that the cache uses.

    Raises:
        DataError: If an array is missing, pickled, damaged or of another shape.
    """
    names = {"train_x": "x_train", "train_y": "y_train", "test_x": "x_test", "test_y": "y_test"}
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {ours: archive[theirs] for ours, theirs in names.items()}
    except Exception as error:  # zipfile, zlib and NumPy each raise their own
        raise DataError(
            f"an npz with {', '.join(names.values())} is expected ({error}).", path=path
        ) from error
    for part in ("train", "test"):
        images, labels = arrays[f"{part}_x"], arrays[f"{part}_y"].reshape(-1)
        if images.dtype != np.uint8 or images.shape != (len(labels), _SIDE, _SIDE, 3):
            raise DataError(
                f"'x_{part}' must be uint8[{len(labels)}, 32, 32, 3], one image a label. "
                f"Got {images.dtype}{list(images.shape)}.",
                path=path,
            )
        check_labels(labels, len(CLASSES), path=path)
        arrays[f"{part}_y"] = labels.astype(np.int64)
    return arrays


def _decode(
    layout: int, found: list[Path], folder: Path, on_bad_image: OnBadImage
) -> tuple[Arrays, tuple[str, ...]]:
    """Decodes by the number of the layout in the registry."""
    if layout in (0, 1):
        source = found[0].parent if layout == 0 else found[0]
        return _batches(source, read_python_batch, ""), ()
    if layout in (2, 3):
        source = found[0].parent if layout == 2 else found[0]
        return _batches(source, read_binary_batch, ".bin"), ()
    if layout == 4:
        return read_npz(found[0]), ()
    return folder_arrays(
        found[0] if layout == 5 else folder,
        CLASSES,
        size=(_SIDE, _SIDE),
        on_bad_image=on_bad_image,
    )


def cifar10(
    path: Path | str,
    *,
    seed: int = 0,
    rows: int | None = None,
    cache_dir: Path | str | None = None,
    validation: float = 0.1,
    on_bad_image: OnBadImage = "error",
) -> Dataset:
    """Loads CIFAR-10: 45,000 training, 5,000 validation and 10,000 test images.

    The python release, the binary release (folders or archives), an npz, a folder
    `train/CLASS/*`, `test/CLASS/*` and a tar of such a folder are read.

    Args:
        path: The dataset's folder.
        seed: Decides which training images become the validation split.
        rows: Training rows to keep at most, or `None`.
        cache_dir: Folder for decoded arrays, or `None` for the user's cache folder.
        validation: Share of the official training images, in (0, 1).
        on_bad_image: `"error"`, or `"skip"` to count and leave out what does not decode.

    Returns:
        Images `uint8[n, 32, 32, 3]` in [0, 255]; labels `int64[n]` in [0, 10).

    Raises:
        DataError: If the data is missing or damaged.
    """
    folder = Path(path)
    layout, found = locate("cifar10", folder)
    sources = [folder / "train", folder / "test"] if layout == 6 else [found[0]]
    if layout in (0, 2):
        sources = [found[0].parent]

    def make() -> tuple[Arrays, tuple[str, ...]]:
        arrays, notes = _decode(layout, found, folder, on_bad_image)
        return {**arrays, "groups": image_groups(arrays)}, notes

    decoded = cached(source_key("cifar10", sources, on_bad_image), make, cache_dir)
    return image_dataset("cifar10", decoded, CLASSES, validation=validation, seed=seed, rows=rows)
