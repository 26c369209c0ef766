"""Makes an image dataset of decoded arrays with an official test split."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pipelines.datasets.cache import DecodedArrays
from pipelines.datasets.containers import Dataset, SealedSplit, Split
from pipelines.datasets.fingerprint import fingerprint
from pipelines.datasets.splits.given_splits import split_rows
from pipelines.datasets.splits.splitting import limit_rows, row_digests, row_groups


def image_groups(arrays: Mapping[str, np.ndarray]) -> np.ndarray:
    """Numbers the distinct images of both official splits.

    Tiny ImageNet and Fashion-MNIST hold some images twice, also across train and test.

    Args:
        arrays: `train_x` and `test_x`.

    Returns:
        `int64[train + test]`; equal images share a number.
    """
    train, test = row_digests(arrays["train_x"]), row_digests(arrays["test_x"])
    return row_groups([*train, *test])


def image_dataset(
    name: str,
    decoded: DecodedArrays,
    classes: tuple[str, ...],
    *,
    validation: float,
    seed: int,
    rows: int | None,
) -> Dataset:
    """Carves the validation split and seals the test split.

    Args:
        name: Name of the dataset.
        decoded: Arrays `train_x`, `train_y`, `test_x`, `test_y`, and `groups` from
            `image_groups`.
        classes: Names of the classes.
        validation: Share of the official training rows, in (0, 1).
        seed: Decides which rows are carved out.
        rows: Training rows to keep at most, or `None`.

    Returns:
        The dataset; the test images stay memory-mapped where the cache holds them.
    """
    arrays = decoded.arrays
    labels = np.concatenate([arrays["train_y"], arrays["test_y"]]).astype(np.int64)
    length = len(arrays["train_y"])
    given = np.repeat(["train", "test"], [length, len(labels) - length])
    parts, notes = split_rows(
        given, labels, arrays["groups"], classes, seed=seed, validation=validation, test=0.5
    )
    kept = limit_rows(parts, rows, seed=seed, labels=labels)
    test_x = arrays["test_x"]
    if len(kept.test) < len(test_x):
        test_x = test_x[kept.test - length]
    return Dataset(
        name=name,
        modality="image",
        task="classification",
        train=Split(arrays["train_x"][kept.train], labels[kept.train]),
        validation=Split(arrays["train_x"][kept.validation], labels[kept.validation]),
        test=SealedSplit(Split(test_x, labels[kept.test])),
        classes=classes,
        fingerprint=fingerprint(decoded.digest, kept),
        notes=decoded.notes + notes,
        scale=1 / 255,
    )
