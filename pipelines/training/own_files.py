"""Data in memory as files that the loaders read, named after their content."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.datasets.splits.given_splits import SPLIT_FOLDERS
from tuning.files import whole_file

_DIGITS = 16  # of the digest in a file's name


def write_frame(frame: Any, folder: Path) -> str:
    """Writes a DataFrame as Parquet.

    Args:
        frame: The table; its index is left out.
        folder: Where to.

    Returns:
        The file.
    """
    content: bytes = frame.reset_index(drop=True).to_parquet()
    return _written(folder, ".parquet", _digest([content]), lambda: content)


def write_images(x: Any, y: Any, folder: Path) -> tuple[str, int]:
    """Writes images as an archive of PNG files, a folder per class.

    Args:
        x: `uint8[n, height, width]` or `uint8[n, height, width, channels]`, 1 or 3 channels.
        y: One class per image.
        folder: Where to.

    Returns:
        The file and the number of channels.

    Raises:
        ValueError: If the shape, the type or the number of classes is wrong.
    """
    pixels = np.asarray(x)
    if pixels.ndim == 3:
        pixels = pixels[..., None]
    if pixels.ndim != 4 or pixels.shape[-1] not in (1, 3):
        raise ValueError(
            "Images are [n, height, width] or [n, height, width, channels] with 1 or 3 channels. "
            f"Got shape {np.shape(x)}."
        )
    if pixels.dtype != np.uint8:
        raise ValueError(
            f"Images are whole numbers from 0 to 255, uint8. Got {pixels.dtype} from "
            f"{pixels.min():g} to {pixels.max():g}: give x.astype('uint8'), or "
            "(255 * x).round().astype('uint8') of values in [0, 1]."
        )
    channels = pixels.shape[-1]
    names = _class_names(y, len(pixels), "image")
    shown = pixels[..., 0] if channels == 1 else pixels
    digest = _digest([pixels.tobytes(), repr((pixels.shape, names)).encode()])
    return _archive(folder, digest, names, ".png", lambda number: _png(shown[number])), channels


def write_texts(x: Any, y: Any, folder: Path) -> str:
    """Writes texts as an archive, a folder per class and a file per text.

    Args:
        x: Strings, none of them empty.
        y: One class per text.
        folder: Where to.

    Returns:
        The file.

    Raises:
        ValueError: If a text is no text, or the number of classes is wrong.
    """
    texts = _strings(x, "Texts")
    names = _class_names(y, len(texts), "text")
    digest = _digest([repr((texts, names)).encode()])
    return _archive(folder, digest, names, ".txt", lambda number: texts[number].encode())


def write_pairs(sources: Any, targets: Any, folder: Path) -> str:
    """Writes pairs of sentences, one pair a line.

    Args:
        sources: Sentences without tabs and ends of lines.
        targets: As many.
        folder: Where to.

    Returns:
        The file.

    Raises:
        ValueError: If a sentence is no sentence, or the numbers differ.
    """
    pairs = [_strings(sources, "Sentences"), _strings(targets, "Sentences")]
    if len(pairs[0]) != len(pairs[1]):
        raise ValueError(f"Sentences come in pairs. Got {len(pairs[0])} and {len(pairs[1])}.")
    for sentence in (*pairs[0], *pairs[1]):
        if len(sentence.splitlines()) > 1 or "\t" in sentence:
            raise ValueError(f"A sentence has no tab and is one line. Got {sentence[:60]!r}.")
    lines = [f"{source}\t{target}\n" for source, target in zip(*pairs, strict=True)]
    content = "".join(lines).encode()
    return _written(folder, ".tsv", _digest([content]), lambda: content)


def flattening(shape: tuple[int, ...]) -> str:
    """How labels of a shape become one per row, as the end of a message; empty where they cannot.

    Args:
        shape: Of the labels.

    Example:
        >>> flattening((60, 1)), flattening((60, 10)), flattening((9,))
        (': give y.ravel()', ': give y.argmax(1) if its rows are one-hot', '')
    """
    if len(shape) != 2:
        return ""
    return ": give y.ravel()" if shape[1] == 1 else ": give y.argmax(1) if its rows are one-hot"


def archived_names(archive: Path | str) -> list[str]:
    """Names of the files that `write_images` or `write_texts` wrote, in the order of the rows."""
    with zipfile.ZipFile(archive) as opened:
        return opened.namelist()


def write_weights(names: Sequence[str], weights: Any, folder: Path) -> str:
    """Writes what each file of an archive weighs.

    Args:
        names: Names of the files.
        weights: One number each.
        folder: Where to.

    Returns:
        The table.
    """
    rows = (f"{name},{weight!r}" for name, weight in zip(names, weights.tolist(), strict=True))
    content = "\n".join(["file,weight", *rows, ""]).encode()
    return _written(folder, ".csv", _digest([content]), lambda: content)


def _strings(values: Any, what: str) -> list[str]:
    found = list(values)
    for number, value in enumerate(found):
        if not isinstance(value, str) or not value.strip():
            raise ValueError(f"{what} are strings that are not empty. Got {value!r} at {number}.")
    return [str(value) for value in found]


def _class_names(y: Any, count: int, what: str) -> list[str]:
    """The class of each row as the name of a folder; numbers are padded, to keep their order."""
    from pandas import isna

    labels = np.asarray(y)
    if labels.shape != (count,):
        raise ValueError(
            f"There must be one class per {what}. Got {count} and classes of shape "
            f"{labels.shape}{flattening(labels.shape)}."
        )
    absent = np.flatnonzero(isna(labels))
    if absent.size:
        raise ValueError(
            f"Each {what} has a class. Got none for {len(absent)} of {count}, the first at "
            f"{absent[0]}: leave such rows out."
        )
    if np.issubdtype(labels.dtype, np.integer) and labels.size and labels.min() >= 0:
        width = len(str(labels.max()))
        return [f"{label:0{width}d}" for label in labels.tolist()]
    names = [str(label) for label in labels.tolist()]
    for name in dict.fromkeys(names):
        if not name.strip(" .") or name[0] in "._" or {"/", "\\"} & set(name):
            raise ValueError(f"A class needs a name that can name a folder. Got {name!r}.")
        if name.lower() in SPLIT_FOLDERS:
            raise ValueError(f"{name!r} is what the folder of a split is called: rename the class.")
    return names


def _png(pixels: np.ndarray) -> bytes:
    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG", compress_level=1)
    return stream.getvalue()


def _archive(
    folder: Path,
    digest: str,
    names: Sequence[str],
    suffix: str,
    content: Callable[[int], bytes],
) -> str:
    def make() -> bytes:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:  # PNG is compressed already
            for number, name in enumerate(names):
                archive.writestr(f"{name}/{number:07d}{suffix}", content(number))
        return stream.getvalue()

    return _written(folder, ".zip", digest, make)


def _digest(parts: Iterable[bytes]) -> str:
    found = hashlib.sha256()
    for part in parts:
        found.update(part)
    return found.hexdigest()[:_DIGITS]


def _written(folder: Path, suffix: str, digest: str, make: Callable[[], bytes]) -> str:
    file = folder / f"{digest}{suffix}"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with whole_file(file) as partial:
            partial.write_bytes(make())
    return str(file)
