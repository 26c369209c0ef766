"""Which options of a loader name a file of the user, and where a relative one lies."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines.datasets.formats.text_table import is_table
from pipelines.datasets.registry import entry
from pipelines.datasets.sample_weights import NAME as SAMPLE_WEIGHT

FILE_OPTIONS = ("path", SAMPLE_WEIGHT)


def file_options(dataset: str, options: Mapping[str, Any]) -> list[str]:
    """The given options that name a file: the weights of a table are a column of it.

    Args:
        dataset: Name in the registry.
        options: Of its loader.

    Example:
        >>> file_options("image-folder", {"path": "photos", "sample_weight": "weights.csv"})
        ['path', 'sample_weight']
        >>> file_options("tabular-file", {"path": "wine.csv", "sample_weight": "bottles"})
        ['path']
    """
    known = inspect.signature(entry(dataset).function()).parameters
    named = [
        name
        for name in FILE_OPTIONS
        if options.get(name) is not None and name in known and "Path" in str(known[name].annotation)
    ]
    if "path" in named and is_table(Path(str(options["path"]))):
        named = ["path"]
    return named


def in_folder(dataset: str, options: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Options of a loader whose relative files are those of a folder.

    Args:
        dataset: Name in the registry.
        options: Of its loader.
        folder: Where relative files lie.
    """
    placed = dict(options)
    # The data first: whether they are a table decides what their weights are.
    for name in FILE_OPTIONS:
        if name in file_options(dataset, placed):
            placed[name] = str(folder / str(placed[name]))
    return placed
