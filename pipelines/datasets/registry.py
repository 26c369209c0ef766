"""Loads datasets by name; importing this file imports no numerical library."""

from __future__ import annotations

import inspect
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cookbook._names import unknown_name
from pipelines.datasets.catalog import CATALOG
from pipelines.datasets.entry import DatasetEntry
from pipelines.datasets.errors import DataError
from pipelines.datasets.option_types import check_option_types

if TYPE_CHECKING:
    from pipelines.datasets.containers import Dataset

DATA_VARIABLE = "COOKBOOK_DATA"
_ELSEWHERE = {
    "data_dir": "the folder of downloaded datasets is given beside it (`--data-dir`)",
    "name": "the recipe names its dataset",
    "rows": "tiny mode takes a few rows, for another number give a smaller file",
    "seed": "the splits of a recipe are the same for every seed, `split_seed` draws other ones",
}
_COMMON = ("path", "seed", "rows", "cache_dir")
# What an option that nothing can replace is called on the command line.
_FLAGS = {"target": " (`--target COLUMN`)"}


def entry(name: str) -> DatasetEntry:
    """Looks a dataset up.

    Args:
        name: Name of a dataset, for example `"digits"`.

    Returns:
        Its row of the registry.

    Raises:
        ValueError: If there is no such dataset.

    Example:
        >>> entry("digits").summary
        '1,797 handwritten digits, 8x8 grey, 10 classes'
    """
    if name not in CATALOG:
        raise ValueError(unknown_name("dataset", name, CATALOG))
    return CATALOG[name]


def dataset_folder(name: str, data_dir: Path | str | None = None) -> Path:
    """Names the folder that a dataset is read from; it need not exist.

    Args:
        name: Name of a dataset that is read from the data folder.
        data_dir: The data folder; `None` takes the variable `COOKBOOK_DATA`.

    Returns:
        `data_dir / folder of the dataset`.

    Raises:
        DataError: If neither is given, or if the dataset needs no folder.
    """
    found = entry(name)
    if found.folder is None:
        raise DataError(f"{name!r} reads nothing from the data folder.")
    given = data_dir if data_dir is not None else os.environ.get(DATA_VARIABLE)
    if not given:
        raise DataError(
            f"{name!r} is read from a data folder, and none is given. Set {DATA_VARIABLE} or "
            f"pass `data_dir`, then fetch it with `cookbook data get {name}`."
        )
    return Path(given).expanduser() / found.folder


def check_option_names(options: Iterable[str]) -> None:
    """Refuses names that every loader takes from elsewhere.

    Args:
        options: Names of the options that a person gave for a loader.

    Raises:
        ValueError: If one of them is not the loader's to take.

    Example:
        >>> check_option_names(["missing", "rows"])
        Traceback (most recent call last):
        ...
        ValueError: 'rows' is no option of a loader: tiny mode takes a few rows, ...
    """
    for name in options:
        if name in _ELSEWHERE:
            raise ValueError(f"{name!r} is no option of a loader: {_ELSEWHERE[name]}.")


def needed_options(name: str) -> list[str]:
    """Options of a loader that nothing can replace.

    Args:
        name: Name of a dataset.

    Example:
        >>> needed_options("tabular-file"), needed_options("image-folder")
        (['target'], [])
    """
    parameters = inspect.signature(entry(name).function()).parameters.items()
    return [
        option
        for option, parameter in parameters
        if parameter.default is parameter.empty and option not in _COMMON
    ]


def load_dataset(
    name: str,
    *,
    data_dir: Path | str | None = None,
    seed: int = 0,
    rows: int | None = None,
    cache_dir: Path | str | None = None,
    **options: Any,
) -> Dataset:
    """Loads a dataset with its splits.

    Args:
        name: Name in the registry. The names of your own data (`"tabular-file"`,
            `"image-folder"`, `"text-classes"`, `"plain-text"`, `"pair-file"`) take the
            file or folder as the option `path`.
        data_dir: The data folder; `None` takes the variable `COOKBOOK_DATA`.
        seed: Decides the splits; 0 is a seed.
        rows: Training rows to keep at most; the other splits shrink in proportion.
            `None` keeps all.
        cache_dir: Folder for decoded arrays; `None` takes the user's cache folder.
        options: Further arguments of the loader.

    Returns:
        The dataset; its test split is sealed.

    Raises:
        DataError: If the data is missing, damaged or inconsistent.
        ValueError: If the name or an option is unknown, or an option is of another type.

    Example:
        >>> digits = load_dataset("digits")
        >>> len(digits.train), len(digits.validation), len(digits.test)
        (1257, 270, 270)
    """
    found = entry(name)
    loader = found.function()
    known = inspect.signature(loader).parameters
    if "path" in options and found.source != "yours":
        raise ValueError(
            f"Dataset {name!r} is no file or folder of yours. Got path={str(options['path'])!r}: "
            "leave it out, or take a dataset (a recipe) for your own data."
        )
    for option in options:
        if option not in known or (option in _COMMON and option != "path"):
            own = [item for item in known if item not in _COMMON]
            raise ValueError(unknown_name(f"option of dataset {name!r}", option, own))
    check_option_types(loader, options)
    if found.folder is not None:
        options["path"] = dataset_folder(name, data_dir)
    elif "path" in known and "path" not in options:
        raise DataError(f"{name!r} reads your own data: pass `path`, the file or folder.")
    needed = [option for option in needed_options(name) if option not in options]
    if needed:
        flag = _FLAGS.get(needed[0], "")
        raise ValueError(f"Dataset {name!r} needs the option {needed[0]!r}{flag}. Got none.")
    if "cache_dir" in known:
        options["cache_dir"] = cache_dir
    try:
        return loader(seed=seed, rows=rows, **options)
    except DataError as error:
        if error.path is None and "path" in options:
            # What is wrong with the whole, such as a class without rows, still has a place.
            raise DataError(str(error), path=options["path"]) from error
        raise
