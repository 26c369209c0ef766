"""Texts for language models: names, tiny shakespeare, WikiText-2 and the user's own."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np

from pipelines.datasets.containers import Dataset, SealedSplit, Split
from pipelines.datasets.errors import DataError
from pipelines.datasets.fingerprint import content_digest, fingerprint
from pipelines.datasets.formats.text_files import read_lines, read_text
from pipelines.datasets.locate import locate
from pipelines.datasets.splits.splitting import limit_rows, three_way

Unit = Literal["stream", "line"]
Parts = tuple[str, str, str] | tuple[list[str], list[str], list[str]]


def _dataset(name: str, parts: Parts, unit: Unit, notes: tuple[str, ...]) -> Dataset:
    train, validation, test = parts
    return Dataset(
        name=name,
        modality="language-model",
        task="language-model",
        train=Split(train),
        validation=Split(validation),
        test=SealedSplit(Split(test)),
        fingerprint=fingerprint(content_digest(*parts), (), unit),
        notes=notes,
        options={"unit": unit},
    )


def _items(
    name: str,
    lines: list[str],
    *,
    path: Path,
    seed: int,
    rows: int | None,
    validation: float,
    test: float,
) -> Dataset:
    """Splits independent items, each distinct one counted once."""
    stripped = [line.strip() for line in lines]
    distinct = list(dict.fromkeys(line for line in stripped if line))
    if len(distinct) < 3:
        raise DataError(
            f"three distinct lines at least are expected. Got {len(distinct)}.", path=path
        )
    notes: tuple[str, ...] = ()
    if len(distinct) < len(lines):
        repeated = len(lines) - len(distinct)
        notes = (f"dropped {repeated} of {len(lines)} lines: repeated or empty",)
    parts = three_way(len(distinct), seed=seed, validation=validation, test=test)
    parts = limit_rows(parts, rows, seed=seed)
    train, held_out, sealed = ([distinct[row] for row in part] for part in parts)
    return _dataset(name, (train, held_out, sealed), "line", notes)


def names(path: Path | str, *, seed: int = 0, rows: int | None = None) -> Dataset:
    """Loads first names, split 80/10/10.

    The file has 32,033 lines and 29,494 distinct names. A random split of the lines puts
    12 % of the test names into train; here each name counts once, so a score is not
    comparable with published ones, which are too good.

    Args:
        path: The dataset's folder.
        seed: Decides the split.
        rows: Training rows to keep at most, or `None`.

    Returns:
        Lists of names; `y` is `None`.

    Raises:
        DataError: If the file is missing, empty or not UTF-8.
    """
    _, (file,) = locate("names", Path(path))
    return _items(
        "names", read_lines(file), path=file, seed=seed, rows=rows, validation=0.1, test=0.1
    )


def _cut(text: str, lines: int) -> str:
    """Returns the first lines of a text."""
    position = -1
    for _ in range(lines):
        position = text.find("\n", position + 1)
        if position < 0:
            return text
    return text[: position + 1]


def _limit_stream(parts: tuple[str, str, str], rows: int | None) -> tuple[str, str, str]:
    """Keeps the first `rows` training lines and the same share of the other splits."""
    if rows is None:
        return parts
    if rows < 1:
        raise ValueError(f"`rows >= 1` must hold, or None for all. Got rows={rows}.")
    counts = [part.count("\n") + 1 for part in parts]
    share = min(1.0, rows / counts[0])
    train, validation, test = (
        _cut(part, max(1, round(share * count))) for part, count in zip(parts, counts, strict=True)
    )
    return train, validation, test


def tiny_shakespeare(
    path: Path | str, *, seed: int = 0, rows: int | None = None, validation: float = 0.1
) -> Dataset:
    """Loads tiny shakespeare as one stream, split 80/10/10 in order.

    nanoGPT trains on the first 90 % of the characters and reports on the rest, without a
    third split. Here the rest is the test split, and the tenth before it is for
    validation: a model that is trained on nearly all of these 90 % (`validation=0.01`), or
    refitted on both parts, is comparable with nanoGPT's.

    Args:
        path: The dataset's folder.
        seed: Not used: the split is by position.
        rows: Training lines to keep at most, from the beginning, or `None`.
        validation: Share of the text for validation, the part before the test split; above 0
            and below 0.9.

    Returns:
        One `str` a split; `y` is `None`.

    Raises:
        ValueError: If the share is out of range.
        DataError: If the file is missing, empty or not UTF-8.
    """
    if not 0 < validation < 0.9:
        raise ValueError(f"`0 < validation < 0.9` must hold. Got validation={validation!r}.")
    _, (file,) = locate("tiny-shakespeare", Path(path))
    text = read_text(file)
    # int(0.9 * n), as in nanoGPT: rounding would move the border by one character.
    first, second = int((0.9 - validation) * len(text)), int(0.9 * len(text))
    if first == 0 or second in (first, len(text)):
        raise DataError(f"ten characters at least are expected, got {len(text)}.", path=file)
    parts = _limit_stream((text[:first], text[first:second], text[second:]), rows)
    return _dataset("tiny-shakespeare", parts, "stream", ())


def wikitext2(path: Path | str, *, seed: int = 0, rows: int | None = None) -> Dataset:
    """Loads WikiText-2 in its published splits.

    Args:
        path: The dataset's folder.
        seed: Not used: the splits are published.
        rows: Training lines to keep at most, from the beginning, or `None`.

    Returns:
        One `str` a split: words separated by spaces, lines ended by a line feed (the
        `<eos>` of the published counts); `y` is `None`.

    Raises:
        DataError: If a file is missing, empty or not UTF-8.
    """
    _, files = locate("wikitext-2", Path(path))
    train, validation, test = (read_text(file) for file in files)
    return _dataset("wikitext-2", _limit_stream((train, validation, test), rows), "stream", ())


def load_plain_text(
    path: Path | str,
    *,
    seed: int = 0,
    rows: int | None = None,
    unit: Unit = "stream",
    encoding: str = "utf-8",
    validation: float = 0.1,
    test: float = 0.1,
) -> Dataset:
    """Loads the user's own text for a language model.

    Args:
        path: A text file, or a folder whose `*.txt` files are joined in order of name.
        seed: Decides the split of lines; a stream is split by position.
        rows: Training lines to keep at most, or `None`.
        unit: `"stream"` for running text, `"line"` if each line is an item of its own:
            repeated items then count once.
        encoding: A codec of Python.
        validation: Share of the validation split, in (0, 1).
        test: Share of the test split, in (0, 1).

    Returns:
        One `str` a split for a stream, lists of lines otherwise; `y` is `None`.

    Raises:
        DataError: If the file is missing, too short or no text in this encoding.
        ValueError: If `unit` is unknown.
    """
    if unit not in ("stream", "line"):
        raise ValueError(f"`unit` is 'stream' or 'line'. Got {unit!r}.")
    source = Path(path)
    files = sorted(source.glob("*.txt")) if source.is_dir() else [source]
    if not files:
        raise DataError("no *.txt files in this folder.", path=source)
    lines = [line for file in files for line in read_lines(file, encoding=encoding)]
    if unit == "line":
        return _items(
            source.stem,
            lines,
            path=source,
            seed=seed,
            rows=rows,
            validation=validation,
            test=test,
        )
    # Whole lines, so that no split begins within a word; the borders are by characters.
    ends = np.cumsum([len(line) + 1 for line in lines])
    wanted = [(1 - validation - test) * ends[-1], (1 - test) * ends[-1]]
    first, second = (int(np.searchsorted(ends, border)) for border in wanted)
    if not 0 < first < second < len(lines):
        raise DataError(
            f"the text has too few lines ({len(lines)}) to be split with "
            f"validation={validation} and test={test}: running text is cut at line ends, so that "
            "no split begins within a sentence. Break it into ten lines or more, for example one "
            "a sentence; with unit='line' each line would be an item of its own.",
            path=source,
        )
    borders = ((0, first), (first, second), (second, len(lines)))
    train, held_out, sealed = ("\n".join(lines[a:b]) + "\n" for a, b in borders)
    return _dataset(source.stem, _limit_stream((train, held_out, sealed), rows), "stream", ())
