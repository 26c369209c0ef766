"""Reads raw inputs from files, as the dataset loaders would have given them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.datasets.errors import DataError


def read_raw(kind: str, source: str) -> Any:
    """Reads inputs for a model.

    Args:
        kind: Name of the model's preprocessing: `"image"`, `"tabular"`, `"text"`, ...
        source: A file, a folder of images, or, for texts, the text itself.

    Returns:
        Images, a `DataFrame`, or a list of texts.

    Raises:
        DataError: If the file is missing or of a kind that does not fit.
    """
    return _READERS.get(kind, _texts)(source)


def _existing(source: str) -> Path:
    path = Path(source)
    if not path.exists():
        raise DataError("there is no such file or folder", path=path)
    return path


def _images(source: str) -> Any:
    path = _existing(source)
    if path.suffix == ".npy":
        images = np.load(path, allow_pickle=False)
        return images if images.ndim == 4 else images[None]
    files = sorted(p for p in path.iterdir() if p.is_file()) if path.is_dir() else [path]
    return [str(file) for file in files]


def _rows(source: str) -> Any:
    import pandas as pd

    path = _existing(source)
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    # The separator is sniffed, as the loader of tables does.
    return pd.read_csv(path, sep=None, engine="python")


def _texts(source: str) -> list[str]:
    path = Path(source)
    if len(source) < 4096 and path.is_file():
        return path.read_text(encoding="utf-8").splitlines()
    return [source]


_READERS: Mapping[str, Callable[[str], Any]] = {"image": _images, "tabular": _rows}
