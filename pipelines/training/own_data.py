"""The `data` of `train` and `tune`: files, or what lies in memory, for recipes on one's own data.

What lies in memory is written below `root/inputs`, as files that the loaders read, named after
their content: so they are read like any other ones, with the same checks and the same splits, by
every worker, and a later run can be traced back to them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines.datasets.sample_weights import NAME as SAMPLE_WEIGHT
from pipelines.datasets.sample_weights import checked_weights
from pipelines.hyperparameters.kinds import plain
from pipelines.training.data import check_own_data
from pipelines.training.own_files import (
    archived_names,
    flattening,
    write_frame,
    write_images,
    write_pairs,
    write_texts,
    write_weights,
)

if TYPE_CHECKING:
    from pipelines.recipes.recipe import Recipe

Options = dict[str, Any]


def data_options(
    recipe: Recipe, data: Any, *, target: str | None = None, root: Path = Path("mlruns")
) -> Options:
    """Options of a dataset's loader from what a person gave.

    Args:
        recipe: What is trained; the kind of its data says how data in memory are read.
        data: None for a recipe's own data; a file or folder; a mapping with `path` (a file, a
            folder, or what lies in memory) and further options of the loader. In memory:

            - a table: a DataFrame with `target`, or `(x, y)` with a DataFrame or an array
              `[rows, features]` and one target per row;
            - images: `(x, y)` with `uint8[n, height, width]` or `[n, height, width, channels]`
              (1 or 3) in [0, 255], and one class per image;
            - texts: `(x, y)` with one string and one class per text, or a DataFrame of one
              column of texts beside `target`;
            - pairs of sentences: `(sources, targets)`; a series: a DataFrame with `target`.

            Rows of tables, images and texts may have weights: `(x, y, sample_weight)`.
        target: Column that is predicted.
        root: Folder of the embedded stores.

    Raises:
        ValueError: If the recipe has its own data, or `data` is nothing of this.

    Example:
        >>> from pipelines.recipes.registry import load_recipe
        >>> data_options(load_recipe("tabular"), "houses.csv", target="price")
        {'path': 'houses.csv', 'target': 'price'}
    """
    target = plain(target)
    if data is None:
        return {} if target is None else {"target": target}
    if isinstance(data, Mapping):
        given = data.get("path")
        options = {name: plain(value) for name, value in data.items() if name != "path"}
    else:
        options, given = {}, data
    if isinstance(given, tuple) and len(given) == 2 and isinstance(given[1], str):
        given, target = given[0], target or given[1]  # (frame, "target")
    named = options if target is None else {**options, "target": target}
    if given is None:
        _refuse_arrays(named)
        return named
    check_own_data(recipe, _described(given))
    _refuse_splits(given)
    if isinstance(given, str | Path):
        return {"path": str(given), **named}
    read = _READERS.get(recipe.dataset)
    if read is None:
        raise ValueError(
            f"The recipe {recipe.name!r} takes a file or folder. Got {type(given).__name__}."
        )
    # The readers say what names the target: of texts and images their folders.
    found = read(given, named.pop("target", None), root / "inputs")
    return {**found, **named}


def _described(given: Any) -> str:
    return f"path={str(given)!r}" if isinstance(given, str | Path) else type(given).__name__


def _refuse_arrays(options: Options) -> None:
    """Arrays by name, as of `load_iris()`, are no options of a loader."""
    arrays = [str(name) for name, value in options.items() if hasattr(value, "__array__")]
    if arrays:
        raise ValueError(
            "A mapping holds `path` and options of its reader. Got arrays as "
            f"{', '.join(arrays)}: give (x, y)."
        )


def _refuse_splits(given: Any) -> None:
    """Pairs of x and y in place of rows, as of Keras' `load_data()`."""
    parts = given if isinstance(given, tuple | list) else ()
    for part in parts:
        # A tuple of rows holds equal ones: texts, images of one size.
        if isinstance(part, tuple) and len({tuple(getattr(one, "shape", ())) for one in part}) > 1:
            raise ValueError(
                "`data` is one (x, y), whose rows are divided into training, validation and test "
                "rows. Got a pair (x, y) inside of it: give (x, y) of all rows."
            )


def _table(given: Any, target: str | None, folder: Path) -> Options:
    given, weights = _without_weights(given)
    if _is_pair(given):
        given, target = _joined(*given)
    _check_frame(given, target)
    if weights is None:
        return {"path": write_frame(given, folder), "target": target}
    if SAMPLE_WEIGHT in given.columns:
        raise ValueError(
            f"A column is called {SAMPLE_WEIGHT!r} already. Got weights beside it: rename it, or "
            f"give {{'path': frame, {SAMPLE_WEIGHT!r}: {SAMPLE_WEIGHT!r}}}."
        )
    weighted = given.assign(**{SAMPLE_WEIGHT: _row_weights(weights, len(given))})
    return {"path": write_frame(weighted, folder), "target": target, SAMPLE_WEIGHT: SAMPLE_WEIGHT}


def _texts(given: Any, target: str | None, folder: Path) -> Options:
    given, weights = _without_weights(given)
    if _is_pair(given) and isinstance(given[1], str):
        given, target = given
    if not _is_pair(given):
        _check_frame(given, target)
        others = [name for name in given.columns if name != target]
        if len(others) != 1:
            raise ValueError(
                f"A table of texts has one column beside {target!r}. Got {others}: choose one, as "
                f"frame[[TEXT, {target!r}]]."
            )
        given = given[others[0]], given[target]
    texts, classes = given
    weights = _row_weights(weights, np.size(classes))
    return _weighted({"path": write_texts(texts, classes, folder)}, weights, folder)


def _images(given: Any, target: str | None, folder: Path) -> Options:
    given, weights = _without_weights(given)
    if not _is_pair(given) or target is not None:
        raise ValueError(f"Images in memory are (x, y). {_got(given, target)}")
    images, classes = given
    weights = _row_weights(weights, np.size(classes))
    path, channels = write_images(images, classes, folder)
    return _weighted({"path": path, "channels": channels}, weights, folder)


def _pairs(given: Any, target: str | None, folder: Path) -> Options:
    if not _is_pair(given) or target is not None:
        raise ValueError(f"Sentences in memory are (sources, targets). {_got(given, target)}")
    sources, targets = given
    return {"path": write_pairs(sources, targets, folder)}


def _series(given: Any, target: str | None, folder: Path) -> Options:
    _check_frame(given, target)
    return {"path": write_frame(given, folder), "target": target}


# By the dataset of the recipe.
_READERS: Mapping[str, Callable[[Any, str | None, Path], Options]] = {
    "tabular-file": _table,
    "text-classes": _texts,
    "image-folder": _images,
    "pair-file": _pairs,
    "series-file": _series,
}


def _is_pair(given: Any) -> bool:
    return isinstance(given, tuple | list) and len(given) == 2


def _got(given: Any, target: str | None) -> str:
    return f"Got {type(given).__name__}" + ("." if target is None else f" and target={target!r}.")


def _check_frame(frame: Any, target: str | None) -> None:
    if not hasattr(frame, "to_parquet"):
        raise ValueError(
            "`data` is a file or folder, a mapping with `path`, a DataFrame with `target`, or "
            f"(x, y). Got {type(frame).__name__}."
        )
    if target is None:
        raise ValueError(
            "A DataFrame does not say what is predicted. Got no `target`: name the column, "
            f"one of {', '.join(map(str, frame.columns))}."
        )


def _joined(x: Any, y: Any) -> tuple[Any, str]:
    """A table with its targets in the last column, and that column's name."""
    import pandas as pd

    if isinstance(y, str):
        return x, y
    frame = x
    if not isinstance(x, pd.DataFrame):
        values = np.asarray(x)
        if values.ndim != 2:
            raise ValueError(
                f"Rows of a table are [rows, features]. Got shape {values.shape}: the recipes "
                "`image` and `text` take images and texts."
            )
        frame = pd.DataFrame(values, columns=[f"x{number}" for number in range(values.shape[1])])
    targets = np.asarray(y)
    if targets.shape != (len(frame),):
        raise ValueError(
            f"There must be one target per row. Got {len(frame)} rows and targets of shape "
            f"{targets.shape}{flattening(targets.shape)}."
        )
    name = str(getattr(y, "name", None) or "target")
    if name in frame.columns:
        raise ValueError(f"The targets are named like a column. Got {name!r}: rename one of them.")
    return frame.assign(**{name: targets}), name


def _without_weights(given: Any) -> tuple[Any, Any]:
    """`(x, y)` and the weights of `(x, y, sample_weight)`; None without."""
    if isinstance(given, tuple) and len(given) == 3:
        return given[:2], given[2]
    return given, None


def _weighted(options: Options, weights: np.ndarray | None, folder: Path) -> Options:
    """With a table of the weights of an archive's files."""
    if weights is None:
        return options
    names = archived_names(options["path"])
    return {**options, SAMPLE_WEIGHT: write_weights(names, weights, folder)}


def _row_weights(weights: Any, rows: int) -> np.ndarray | None:
    return None if weights is None else checked_weights(weights, f"`{SAMPLE_WEIGHT}`", rows=rows)
