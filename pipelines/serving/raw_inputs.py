"""Reads raw inputs from files, as the dataset loaders would have given them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from cookbook._names import unknown_name
from pipelines.datasets.errors import DataError
from pipelines.datasets.formats.images import is_image
from pipelines.datasets.formats.text_files import check_exists, is_there, is_utf8
from pipelines.datasets.formats.text_table import file_kind
from pipelines.serving.files import input_kind_of
from pipelines.serving.raw_tables import read_past, read_rows
from pipelines.serving.raw_texts import TEXT_FILES, read_texts

_NO_IMAGES = (*TEXT_FILES, ".parquet", ".pq", ".json")
_TABLE_TAKEN = "a table: a CSV, TSV or Parquet file"
_TAKEN = {
    "image": "images: a file such as *.png or *.jpg, or a folder of them",
    "tabular": _TABLE_TAKEN,
    "series": _TABLE_TAKEN,
}
_TEXTS_TAKEN = "texts: a text file, a table, or a text itself"


def read_raw(kind: str, source: str, **options: Any) -> Any:
    """Reads inputs for a model.

    Args:
        kind: `"image"`, `"tabular"`, `"seeds"`, or the name of a preprocessing of texts.
        source: A file, a folder of images, seeds separated by commas, or, for texts, the text
            itself.
        options: How a file is to be read: see `read_rows` of tables, `read_past` of a series and
            `read_texts`.

    Returns:
        Images, a `DataFrame`, an array of seeds, or texts: a list, or a `DataFrame` of a table.

    Raises:
        DataError: If the file is missing, damaged or of a kind that does not fit.
        ValueError: If an option is unknown, or a seed is no whole number.

    Example:
        >>> read_raw("text", "a fine film")
        ['a fine film']
    """
    reader = _READERS.get(kind, read_texts)
    known = list(inspect.signature(reader).parameters)[1:]
    for name in options:
        if name not in known:
            raise ValueError(unknown_name(f"option of {kind!r} input", name, known))
    _check_source(kind, source)
    return reader(source, **options)


def taught_options(config: Mapping[str, Any], source: str) -> dict[str, Any]:
    """Options of `read_raw` that a model has learned from the file of its training.

    The separators and formats of a table's columns are part of its preprocessing. Encoding,
    delimiter and header are those of a file: another one of its kind has them too.

    Args:
        config: What was saved beside the model.
        source: What is to be read.
    """
    found = {
        "tabular": {"missing_texts": config["inputs"].get("missing_texts")},
        "series": {
            "target": config.get("target"),
            "decimal": config.get("target_decimal"),
            "time": config.get("time"),
            "time_format": config.get("time_format"),
            "step": config.get("step"),
        },
    }
    options = found.get(input_kind_of(config), {"text": config.get("text")})
    known = {name: value for name, value in options.items() if value is not None}
    return known | _written_alike(config.get("file", {}), Path(source))


def _written_alike(file: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """How the file of the training was read, as far as the one at a path may be written like it.

    A file of the same kind may come from another program yet, and latin-1 reads all bytes as some
    text: what is evidently otherwise is found as without a training.
    """
    if not file or not is_there(path) or file_kind(path) != file["kind"]:
        return {}
    options = {name: value for name, value in file.items() if name != "kind"}
    data = path.read_bytes() if path.is_file() else b""
    if is_utf8(data):
        options.pop("encoding", None)
    first_line = data.decode(options.get("encoding", "utf-8"), "replace").partition("\n")[0]
    if options.get("delimiter", "") not in first_line:
        options.pop("delimiter")
    return options


def _check_source(kind: str, source: str) -> None:
    """Refuses a file or folder of another kind, which would be read as what it is not."""
    path = Path(source)
    if kind == "seeds" or not is_there(path):
        return
    takes = _TAKEN.get(kind, _TEXTS_TAKEN)
    if path.is_dir() and kind != "image":
        raise DataError(f"this is a folder, and the model takes {takes}.", path=path)
    if path.is_file() and is_image(path.name) and kind != "image":
        raise DataError(f"this is an image, and the model takes {takes}.", path=path)
    if path.is_file() and path.suffix.lower() in _NO_IMAGES and kind == "image":
        raise DataError(f"this is no image, and the model takes {takes}.", path=path)


def _images(source: str) -> Any:
    path = Path(source)
    check_exists(path)
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


def _seeds(source: str) -> np.ndarray:
    try:
        return np.array([int(seed) for seed in source.split(",")])
    except ValueError:
        raise ValueError(
            "This model draws one image per seed: whole numbers, for example 0,1,2. Got "
            f"{source!r}."
        ) from None


_READERS: Mapping[str, Callable[..., Any]] = {
    "image": _images,
    "seeds": _seeds,
    "series": read_past,
    "tabular": read_rows,
}
