"""Datasets that scikit-learn brings along: they need no download."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipelines.datasets.containers import Dataset, SealedSplit, Split
from pipelines.datasets.fingerprint import content_digest, fingerprint
from pipelines.datasets.formats.frames import frame_dataset
from pipelines.datasets.schema import Column, Schema
from pipelines.datasets.splits.splitting import Indices, limit_rows, row_groups, three_way


def _parts(x: np.ndarray, y: np.ndarray, seed: int, rows: int | None, **shares: float) -> Indices:
    """Splits 70/15/15 with equal rows on one side (iris holds one pair of them)."""
    parts = three_way(len(y), seed=seed, labels=y, groups=row_groups(x), **shares)
    return limit_rows(parts, rows, seed=seed, labels=y)


def digits(*, seed: int, rows: int | None, validation: float = 0.15) -> Dataset:
    """Loads 1,797 handwritten digits of 8x8 pixels with values 0 to 16.

    Args:
        seed: Decides the split.
        rows: Training rows to keep at most, or `None`.
        validation: Share of validation rows, in (0, 0.85): more tell finer differences apart.

    Returns:
        Images `uint8[n, 8, 8, 1]`; splits of 1,257, 270 and 270, stratified.
    """
    from sklearn.datasets import load_digits

    bunch = load_digits()
    x = bunch.images.astype(np.uint8)[..., np.newaxis]
    y = bunch.target.astype(np.int64)
    parts = _parts(x, y, seed, rows, validation=validation)
    train, held_out, test = (Split(x[part], y[part]) for part in parts)
    return Dataset(
        name="digits",
        modality="image",
        task="classification",
        train=train,
        validation=held_out,
        test=SealedSplit(test),
        classes=tuple(str(name) for name in bunch.target_names),
        fingerprint=fingerprint(content_digest(x, y), parts),
        scale=1 / 16,
    )


def _table(
    name: str,
    x: np.ndarray,
    y: np.ndarray,
    columns: list[str],
    *,
    classes: tuple[str, ...] | None,
    seed: int,
    rows: int | None,
    **shares: float,
) -> Dataset:
    import pandas as pd

    y = y.astype(np.float32 if classes is None else np.int64)
    frame = pd.DataFrame(x, columns=columns)
    parts = _parts(x, y, seed, rows, **shares)
    return frame_dataset(
        frame,
        y,
        parts,
        name=name,
        classes=classes,
        fingerprint=fingerprint(content_digest(x, y), parts),
        schema=Schema(
            columns=tuple(Column(name=column, kind="numeric") for column in columns),
            target="target",
        ),
    )


def _from_bunch(name: str, bunch: Any, seed: int, rows: int | None) -> Dataset:
    classes = tuple(str(item) for item in bunch.get("target_names", ())) or None
    columns = [str(column) for column in bunch.feature_names]
    return _table(name, bunch.data, bunch.target, columns, classes=classes, seed=seed, rows=rows)


def breast_cancer(*, seed: int, rows: int | None) -> Dataset:
    """Loads 569 tumours with 30 measurements each, malignant or benign."""
    from sklearn.datasets import load_breast_cancer

    return _from_bunch("breast-cancer", load_breast_cancer(), seed, rows)


def wine(*, seed: int, rows: int | None) -> Dataset:
    """Loads 178 wines of 3 growers with 13 chemical measurements each."""
    from sklearn.datasets import load_wine

    return _from_bunch("wine", load_wine(), seed, rows)


def iris(*, seed: int, rows: int | None) -> Dataset:
    """Loads 150 irises of 3 species with 4 measurements each; two of them are equal."""
    from sklearn.datasets import load_iris

    return _from_bunch("iris", load_iris(), seed, rows)


def diabetes(*, seed: int, rows: int | None) -> Dataset:
    """Loads 442 patients with 10 raw measurements; the target is the progress in a year."""
    from sklearn.datasets import load_diabetes

    return _from_bunch("diabetes", load_diabetes(scaled=False), seed, rows)


def make_classification(
    *, seed: int, rows: int | None, validation: float = 0.15, test: float = 0.15
) -> Dataset:
    """Generates 1,000 rows with 20 features in 2 classes.

    They are those of the neural network assignments (source 001). The data is always the source's
    (`random_state=42`); `seed` decides the split only, so that runs with different seeds are about
    the same data.

    Args:
        seed: Decides the split.
        rows: Training rows to keep at most, or `None`.
        validation: Share of validation rows, in (0, 1).
        test: Share of test rows, in (0, 1); the assignments hold 0.2 out and choose nothing on
            other rows.
    """
    from sklearn.datasets import make_classification as generate

    x, y = generate(n_samples=1000, n_features=20, n_classes=2, random_state=42)
    columns = [f"feature_{number}" for number in range(x.shape[1])]
    return _table(
        "make-classification", x, y, columns,
        classes=("0", "1"), seed=seed, rows=rows, validation=validation, test=test,
    )  # fmt: skip
