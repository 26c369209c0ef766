"""Reads raw inputs from files, as the dataset loaders would have given them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from cookbook._names import unknown_name
from pipelines.datasets.errors import DataError
from pipelines.datasets.formats.column_types import to_numbers
from pipelines.datasets.formats.images import is_image
from pipelines.datasets.formats.table_reader import Table, read_table, sniff_delimiter
from pipelines.datasets.formats.tabular import find_decimal
from pipelines.datasets.formats.text_files import read_lines, read_text
from pipelines.serving.files import input_kind_of

_TEXT_FILES = (".txt", ".text", ".md", ".csv", ".tsv")
_NO_IMAGES = (*_TEXT_FILES, ".parquet", ".pq", ".json")
_LONGEST_NAME = 1024
_TABLE_TAKEN = "a table: a CSV, TSV or Parquet file"
_TAKEN = {
    "image": "images: a file such as *.png or *.jpg, or a folder of them",
    "tabular": _TABLE_TAKEN,
    "series": _TABLE_TAKEN,
}
_TEXTS_TAKEN = "texts: a text file, or a text itself"


def read_raw(kind: str, source: str, **options: Any) -> Any:
    """Reads inputs for a model.

    Args:
        kind: `"image"`, `"tabular"`, `"seeds"`, or the name of a preprocessing of texts.
        source: A file, a folder of images, seeds separated by commas, or, for texts, the text
            itself.
        options: How a file is to be read: `encoding` of texts; `encoding`, `delimiter`,
            `decimal`, `header` and `missing_texts` of tables, as for `load_tabular`; `target`,
            `encoding`, `delimiter` and `decimal` of a series.

    Returns:
        Images, a `DataFrame`, an array of seeds, or a list of texts.

    Raises:
        DataError: If the file is missing, damaged or of a kind that does not fit.
        ValueError: If an option is unknown, or a seed is no whole number.

    Example:
        >>> read_raw("text", "a fine film")
        ['a fine film']
    """
    reader = _READERS.get(kind, _texts)
    known = list(inspect.signature(reader).parameters)[1:]
    for name in options:
        if name not in known:
            raise ValueError(unknown_name(f"option of {kind!r} input", name, known))
    _check_source(kind, source)
    return reader(source, **options)


def taught_options(config: Mapping[str, Any]) -> dict[str, Any]:
    """Options of `read_raw` that a model has learned from the file of its training.

    The separators and formats of a table's columns are part of its preprocessing.

    Args:
        config: What was saved beside the model.
    """
    found = {
        "tabular": {"missing_texts": config["inputs"].get("missing_texts")},
        "series": {"target": config.get("target"), "decimal": config.get("target_decimal")},
    }
    options = found.get(input_kind_of(config), {})
    return {name: value for name, value in options.items() if value is not None}


def _check_source(kind: str, source: str) -> None:
    """Refuses a file or folder of another kind, which would be read as what it is not."""
    # A long text is no name of a file; the operating system would refuse to look for it.
    if kind == "seeds" or len(source) >= _LONGEST_NAME:
        return
    path = Path(source)
    takes = _TAKEN.get(kind, _TEXTS_TAKEN)
    if path.is_dir() and kind != "image":
        raise DataError(f"this is a folder, and the model takes {takes}.", path=path)
    if path.is_file() and is_image(path.name) and kind != "image":
        raise DataError(f"this is an image, and the model takes {takes}.", path=path)
    if path.is_file() and path.suffix.lower() in _NO_IMAGES and kind == "image":
        raise DataError(f"this is no image, and the model takes {takes}.", path=path)


def _existing(source: str) -> Path:
    path = Path(source)
    if not path.exists():
        raise DataError("there is no such file or folder.", path=path)
    return path


def _images(source: str) -> Any:
    path = _existing(source)
    if path.suffix == ".npy":
        images = np.load(path, allow_pickle=False)
        return images if images.ndim == 4 else images[None]
    if path.is_file():
        return [str(path)]
    # Other files may lie beside images, as in the folders that a model is trained on.
    files = sorted(str(file) for file in path.iterdir() if file.is_file() and is_image(file.name))
    if not files:
        raise DataError("no images in it (*.jpg, *.png and so on).", path=path)
    return files


def _rows(
    source: str,
    *,
    delimiter: str | None = None,
    encoding: str = "utf-8",
    decimal: str | None = None,
    header: bool | None = None,
    missing_texts: Collection[str] | None = None,
) -> Any:
    table = _table(
        source, delimiter=delimiter, encoding=encoding, header=header, missing_texts=missing_texts
    )
    # Without `decimal` texts stay texts: the model knows how those of its training were meant.
    return table.frame if decimal is None else table.frame.assign(**_numbers(table, decimal))


def _table(source: str, *, delimiter: str | None, encoding: str, **options: Any) -> Table:
    path = _existing(source)
    if delimiter is None and path.suffix.lower() not in (".parquet", ".pq", ".tsv"):
        delimiter = _delimiter(path, encoding)
    return read_table(path, delimiter=delimiter, encoding=encoding, **options)


def _delimiter(path: Path, encoding: str) -> str:
    """A table to predict for may have a single column, whose numbers may have commas."""
    text = read_text(path, encoding=encoding)
    try:
        found = sniff_delimiter(text, path)
    except DataError:
        return "\t"
    return found if found in text.partition("\n")[0] else "\t"


def _numbers(table: Table, decimal: str) -> dict[str, np.ndarray]:
    found = {str(n): to_numbers(table, str(n), decimal=decimal) for n in table.frame.columns}
    return {
        name: values
        for name, values in found.items()
        if values is not None and not np.isnan(values).all()
    }


def _texts(source: str, encoding: str = "utf-8") -> list[str]:
    path = Path(source)
    if len(source) < _LONGEST_NAME and path.is_file():
        return read_lines(path, encoding=encoding)
    if path.suffix.lower() in _TEXT_FILES and not set(source) & set(" \n"):
        raise DataError("there is no such file.", path=path)
    return [source]


def _seeds(source: str) -> np.ndarray:
    try:
        return np.array([int(seed) for seed in source.split(",")])
    except ValueError:
        raise ValueError(
            "This model draws one image per seed: whole numbers, for example 0,1,2. Got "
            f"{source!r}."
        ) from None


def _series(
    source: str,
    *,
    target: str | None = None,
    delimiter: str | None = None,
    encoding: str = "utf-8",
    decimal: str | None = None,
) -> np.ndarray:
    """The past of a series, whose next values are asked for."""
    table = _table(source, delimiter=delimiter, encoding=encoding)
    known = [str(name) for name in table.frame.columns]
    if target is not None and target not in known:
        raise DataError(unknown_name("column", target, known), path=source)
    decimal = decimal or find_decimal(table)
    for name in reversed(known if target is None else [target]):
        values = to_numbers(table, name, decimal=decimal)
        if values is not None and not np.isnan(values).any():
            return values[np.newaxis].astype(np.float32)
    raise DataError(f"no column of numbers without gaps among {', '.join(known)}.", path=source)


_READERS: Mapping[str, Callable[..., Any]] = {
    "image": _images,
    "seeds": _seeds,
    "series": _series,
    "tabular": _rows,
}
