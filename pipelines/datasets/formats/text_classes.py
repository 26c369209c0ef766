"""The user's own texts with classes: a folder per class, or a file per class."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from pipelines.datasets.containers import Dataset, SealedSplit, Split
from pipelines.datasets.errors import DataError
from pipelines.datasets.fingerprint import content_digest, fingerprint
from pipelines.datasets.formats.archives import is_archive, is_hidden, read_members
from pipelines.datasets.formats.text_files import decode_text
from pipelines.datasets.splits.given_splits import common_root, split_folder, split_rows
from pipelines.datasets.splits.splitting import limit_rows, row_groups

_SUFFIXES = (".txt", ".text", ".md", ".csv", ".tsv")
Item = tuple[str, str, str]


def load_text_classes(
    path: Path | str,
    *,
    seed: int = 0,
    rows: int | None = None,
    encoding: str = "utf-8",
    validation: float = 0.15,
    test: float = 0.15,
) -> Dataset:
    """Loads texts from `CLASS/*.txt` (a file is a text) or `CLASS.txt` (a line is a text).

    Splits given by folders (`train/CLASS/*.txt`, `test/CLASS.txt` and so on) are kept;
    what is not given is carved out. Equal texts never lie in two splits, and a text that
    occurs twice in a class counts once.

    Args:
        path: A folder, a tar or a zip.
        seed: Decides the splits that are carved out.
        rows: Training rows to keep at most, or `None`.
        encoding: A codec of Python.
        validation: Share of the validation split where none is given, in (0, 1).
        test: Share of the test split where none is given, in (0, 1).

    Returns:
        Lists of texts; labels `int64[n]`.

    Raises:
        DataError: If there is no text, fewer than two classes, an empty file, bytes that
            are no text in this encoding, or a class without rows in a split.
    """
    source = Path(path)
    if not source.is_dir() and not (source.is_file() and is_archive(source)):
        raise DataError("a folder, tar or zip of texts is expected.", path=source)
    items, notes = _distinct(_read_items(source, encoding))
    texts = [text for text, _, _ in items]
    classes = tuple(sorted({name for _, name, _ in items}))
    if len(classes) < 2:
        raise DataError(
            f"two classes at least are expected: CLASS/*.txt or CLASS.txt. Got {classes}.",
            path=source,
        )
    numbers = {name: number for number, name in enumerate(classes)}
    labels = np.array([numbers[name] for _, name, _ in items], dtype=np.int64)
    given = np.array([split for _, _, split in items])
    groups = row_groups(texts)
    conflicts = len(texts) - int(groups.max()) - 1
    if conflicts:
        notes += (f"{conflicts} texts occur under more than one class",)
    parts, split_notes = split_rows(
        given, labels, groups, classes, seed=seed, validation=validation, test=test
    )
    parts = limit_rows(parts, rows, seed=seed, labels=labels)
    train, validation_split, test_split = (
        Split([texts[row] for row in part], labels[part]) for part in parts
    )
    return Dataset(
        name=source.name.partition(".")[0],
        modality="text",
        task="classification",
        train=train,
        validation=validation_split,
        test=SealedSplit(test_split),
        classes=classes,
        fingerprint=fingerprint(content_digest(texts, labels, list(classes)), parts),
        notes=notes + split_notes,
    )


def _wanted(name: str) -> bool:
    base = name.rpartition("/")[2]
    return (
        base.lower().endswith(_SUFFIXES) and not base.startswith("README") and not is_hidden(name)
    )


def _read_items(source: Path, encoding: str) -> Iterable[Item]:
    """Yields text, class and given split."""
    members = sorted(read_members(source, _wanted), key=lambda item: item[0])
    folders = {name: tuple(name.split("/")[:-1]) for name, _ in members}
    root = common_root(list(folders.values()))
    for name, data in members:
        parts = folders[name][root:]
        text = decode_text(data, path=source / name, encoding=encoding)
        if not text.strip():
            raise DataError("the file is empty; a text is expected.", path=source / name)
        inner = tuple(part for part in parts if not split_folder((part,)))
        split = split_folder(parts)
        if inner:
            yield text.strip(), inner[0], split
            continue
        label = name.rpartition("/")[2].rpartition(".")[0]
        yield from ((line.strip(), label, split) for line in text.split("\n") if line.strip())


def _distinct(items: Iterable[Item]) -> tuple[list[Item], tuple[str, ...]]:
    listed = list(items)
    distinct = list(dict.fromkeys(listed))
    dropped = len(listed) - len(distinct)
    return distinct, (f"dropped {dropped} repeated texts",) if dropped else ()
