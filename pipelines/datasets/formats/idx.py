"""MNIST, Fashion-MNIST and the user's own files in the idx format."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import numpy as np

from pipelines.datasets.cache import DecodedArrays
from pipelines.datasets.catalog_public import IDX_FILES
from pipelines.datasets.containers import Dataset
from pipelines.datasets.errors import DataError
from pipelines.datasets.fingerprint import content_digest
from pipelines.datasets.formats.image_arrays import image_dataset, image_groups
from pipelines.datasets.labels import check_labels
from pipelines.datasets.locate import locate

_DIGITS = tuple(str(digit) for digit in range(10))
_CLOTHES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
_UNSIGNED_BYTE = 8
# 55,000 / 5,000 / 10,000 for the 60,000 training images of MNIST.
_VALIDATION = 1 / 12


def read_idx(path: Path) -> np.ndarray:
    """Reads an idx file of unsigned bytes, plain or compressed by gzip.

    The format: two zero bytes, the type (8), the number of dimensions, one big-endian
    32-bit size for each, then the values.

    Args:
        path: The file.

    Returns:
        `uint8` array of the stored shape.

    Raises:
        DataError: If the file is missing, truncated, too long or of another format.
    """
    if not path.is_file():
        raise DataError("no such file.", path=path)
    data = path.read_bytes()
    if data[:2] == b"\x1f\x8b":
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error) as error:
            raise DataError(
                f"the file is truncated or damaged ({error}). Fetch it again.", path=path
            ) from error
    if len(data) < 4 or data[:2] != b"\0\0" or data[2] != _UNSIGNED_BYTE or not data[3]:
        raise DataError(
            f"an idx file of unsigned bytes begins with 00 00 08. Got {data[:4].hex(' ')!r}.",
            path=path,
        )
    head = 4 + 4 * data[3]
    shape = tuple(np.frombuffer(data[4:head], dtype=">u4").tolist()) if len(data) >= head else ()
    size = int(np.prod(shape, dtype=object)) if shape else -1
    if len(data) != head + size:
        raise DataError(
            f"{head + size} bytes are expected for the shape {list(shape)}, got {len(data)}. "
            "Fetch it again.",
            path=path,
        )
    return np.frombuffer(data, dtype=np.uint8, offset=head).reshape(shape)


def load_idx(
    path: Path | str,
    *,
    seed: int = 0,
    rows: int | None = None,
    classes: tuple[str, ...] | None = None,
    validation: float = _VALIDATION,
    name: str = "idx",
) -> Dataset:
    """Loads images from four idx files under MNIST's names, plain or with `.gz`.

    Args:
        path: The folder.
        seed: Decides which training images become the validation split.
        rows: Training rows to keep at most, or `None`.
        classes: Names of the classes; `None` numbers them up to the largest label.
        validation: Share of the training images, in (0, 1).
        name: Name of the dataset.

    Returns:
        Images `uint8[n, height, width, channels]` in [0, 255], one channel for grey.

    Raises:
        DataError: If a file is missing or damaged, images and labels differ in number, a
            label is outside the classes or a class has no rows.
    """
    folder = Path(path)
    files = [_existing(folder, stem) for stem in IDX_FILES]
    train_x, train_y, test_x, test_y = (read_idx(file) for file in files)
    if classes is None:
        largest = int(max(train_y.max(initial=0), test_y.max(initial=0)))
        classes = tuple(str(number) for number in range(largest + 1))
    for images, labels, at in ((train_x, train_y, 0), (test_x, test_y, 2)):
        if images.ndim not in (3, 4) or labels.ndim != 1 or len(images) != len(labels):
            raise DataError(
                "images [n, height, width] and labels [n] are expected. "
                f"Got {list(images.shape)} and {list(labels.shape)} in {files[at + 1].name}.",
                path=files[at],
            )
        check_labels(labels, len(classes), path=files[at + 1])
    arrays = {
        "train_x": train_x if train_x.ndim == 4 else train_x[..., np.newaxis],
        "train_y": train_y,
        "test_x": test_x if test_x.ndim == 4 else test_x[..., np.newaxis],
        "test_y": test_y,
    }
    digest = content_digest(*arrays.values())
    decoded = DecodedArrays({**arrays, "groups": image_groups(arrays)}, digest)
    return image_dataset(name, decoded, classes, validation=validation, seed=seed, rows=rows)


def _existing(folder: Path, stem: str) -> Path:
    for name in (stem, f"{stem}.gz"):
        if (folder / name).is_file():
            return folder / name
    raise DataError(f"no such file: {stem} or {stem}.gz.", path=folder)


def mnist(path: Path | str, *, seed: int = 0, rows: int | None = None) -> Dataset:
    """Loads MNIST: 55,000 training, 5,000 validation and 10,000 test images.

    Args:
        path: The dataset's folder.
        seed: Decides which training images become the validation split.
        rows: Training rows to keep at most, or `None`.

    Returns:
        Images `uint8[n, 28, 28, 1]` in [0, 255]; labels `int64[n]`.

    Raises:
        DataError: As `load_idx`.
    """
    locate("mnist", Path(path))
    return load_idx(path, seed=seed, rows=rows, classes=_DIGITS, name="mnist")


def fashion_mnist(path: Path | str, *, seed: int = 0, rows: int | None = None) -> Dataset:
    """Loads Fashion-MNIST: 55,000 training, 5,000 validation and 10,000 test images.

    Args:
        path: The dataset's folder.
        seed: Decides which training images become the validation split.
        rows: Training rows to keep at most, or `None`.

    Returns:
        Images `uint8[n, 28, 28, 1]` in [0, 255]; labels `int64[n]`.

    Raises:
        DataError: As `load_idx`.
    """
    locate("fashion-mnist", Path(path))
    return load_idx(path, seed=seed, rows=rows, classes=_CLOTHES, name="fashion-mnist")
