"""Options of a loader about a file of the user: its name and place, and how it is read."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines.datasets.formats.text_table import file_kind, is_table
from pipelines.datasets.registry import entry
from pipelines.datasets.sample_weights import NAME as SAMPLE_WEIGHT

FILE_OPTIONS = ("path", SAMPLE_WEIGHT)
_READ_BY = ("encoding", "delimiter", "header")


def is_own(options: Mapping[str, Any] | None) -> bool:
    """Whether options of a loader are those of a person's own data.

    Args:
        options: Of the loader, or `None` for none.

    Example:
        >>> is_own({"path": "wine.csv"}), is_own({"split_seed": 1}), is_own(None)
        (True, False, False)
    """
    return options is not None and "path" in options


def read_by(options: Mapping[str, Any]) -> dict[str, Any]:
    """How a person's own file is read; other files of its kind are probably written like it.

    Args:
        options: Of the loader.

    Returns:
        The given ones of encoding, delimiter and header, with the `kind` of the file, see
        `file_kind`; empty where none is given.

    Example:
        >>> read_by({"path": "wine.csv", "target": "price", "encoding": "latin-1"})
        {'kind': '.csv', 'encoding': 'latin-1'}
        >>> read_by({"path": "wine.csv", "target": "price"})
        {}
    """
    given = {name: options[name] for name in _READ_BY if options.get(name) is not None}
    return {"kind": file_kind(Path(str(options["path"]))), **given} if given else {}


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
