"""The user's own texts with classes: a folder or a file per class, or columns of a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from pipelines.datasets.alike_classes import alike_note
from pipelines.datasets.containers import Dataset, SealedSplit, Split
from pipelines.datasets.errors import DataError
from pipelines.datasets.fingerprint import content_digest, fingerprint
from pipelines.datasets.formats.archives import is_archive, is_hidden, read_members
from pipelines.datasets.formats.class_folders import folders_without_files
from pipelines.datasets.formats.text_files import check_exists, decode_text
from pipelines.datasets.formats.text_table import Item, TextColumns, is_table
from pipelines.datasets.sample_weights import (
    checked_weights,
    read_file_weights,
    weights_at,
    weights_note,
)
from pipelines.datasets.splits.given_splits import common_root, split_folder, split_rows
from pipelines.datasets.splits.splitting import limit_rows, row_groups

_SUFFIXES = (".txt", ".text", ".md", ".csv", ".tsv")


def load_text_classes(
    path: Path | str,
    *,
    seed: int = 0,
    rows: int | None = None,
    encoding: str = "utf-8",
    validation: float = 0.15,
    test: float = 0.15,
    target: str | None = None,
    text: str | None = None,
    sample_weight: Path | str | None = None,
) -> Dataset:
    """Loads texts from `CLASS/*.txt` (a file a text), `CLASS.txt` (a line a text), or a table.

    Splits given by folders (`train/CLASS/*.txt`, `test/CLASS.txt` and so on) are kept;
    what is not given is carved out. Equal texts never lie in two splits, and a text that
    occurs twice in a class counts once, with the weight of its first place.

    Args:
        path: A folder, a tar or a zip; or a CSV, TSV or Parquet file.
        seed: Decides the splits that are carved out.
        rows: Training rows to keep at most, or `None`.
        encoding: A codec of Python.
        validation: Share of the validation split where none is given, in (0, 1).
        test: Share of the test split where none is given, in (0, 1).
        target: Column of the classes, for a table.
        text: Column of the texts, for a table that has others beside it and `target`.
        sample_weight: What each text counts in a training, at least 0: a column of the table; for
            a folder a CSV file with a header, the names of the files below `path` (each stands
            for all texts in it), and weights.

    Returns:
        Lists of texts; labels `int64[n]`; of a table `options` hold the columns `text` and
        `target`.

    Raises:
        DataError: If there is no text, fewer than two classes, an empty file, bytes that
            are no text in this encoding, a column that is not there, or a class without rows in a
            split.
        ValueError: If an option is for another kind of source, or a weight is out of range.
    """
    source = Path(path)
    names: dict[str, str | None] = {}
    if is_table(source):
        weight = None if sample_weight is None else str(sample_weight)
        columns = TextColumns.of(source, target, text, weight, encoding=encoding)
        items, notes = _distinct(columns.items)
        notes = columns.notes + notes
        names = {"text": columns.text, "target": target}
    else:
        _check_folder(source, {"target": target, "text": text})
        read = list(_read_items(source, encoding))
        items, notes = _distinct(read)
        files = list(dict.fromkeys(item.file for item in read))
        notes = (*folders_without_files(source, files, _wanted), *notes)
    dataset = _text_dataset(
        source,
        items,
        notes,
        weights=_weights(source, items, sample_weight),
        seed=seed,
        rows=rows,
        shares={"validation": validation, "test": test},
    )
    return replace(dataset, options=names)


def _check_folder(source: Path, of_tables: Mapping[str, str | None]) -> None:
    check_exists(source)
    if not source.is_dir() and not (source.is_file() and is_archive(source)):
        raise DataError(
            "a folder, tar or zip of texts is expected, or a table (.csv, .tsv, .parquet).",
            path=source,
        )
    given = [f"{name}={value!r}" for name, value in of_tables.items() if value is not None]
    if given:
        raise ValueError(
            "`target` and `text` name columns of a table; the classes of a folder are its folders "
            f"or files. Got {', '.join(given)} beside {source}: leave it out."
        )


def _weights(source: Path, items: list[Item], given: Path | str | None) -> np.ndarray | None:
    """The weight of each text, from its row or its file."""
    if given is None:
        return None
    if is_table(source):
        return checked_weights([item.weight for item in items], f"Weights ({str(given)!r})")
    files = list(dict.fromkeys(item.file for item in items))
    by_file = dict(zip(files, read_file_weights(given, files), strict=True))
    return np.array([by_file[item.file] for item in items], np.float32)


def _text_dataset(
    source: Path,
    items: list[Item],
    notes: tuple[str, ...],
    *,
    weights: np.ndarray | None,
    seed: int,
    rows: int | None,
    shares: Mapping[str, float],
) -> Dataset:
    """Divides texts into splits."""
    texts = [item.text for item in items]
    classes = tuple(sorted({item.label for item in items}))
    if len(classes) < 2:
        raise DataError(
            "two classes at least are expected: CLASS/*.txt or CLASS.txt. Got "
            f"{', '.join(classes) or 'none'}.",
            path=source,
        )
    numbers = {name: number for number, name in enumerate(classes)}
    labels = np.array([numbers[item.label] for item in items], dtype=np.int64)
    given = np.array([item.split for item in items])
    groups = row_groups(texts)
    conflicts = len(texts) - int(groups.max()) - 1
    if conflicts:
        notes += (f"{conflicts} texts occur under more than one class",)
    parts, split_notes = split_rows(given, labels, groups, classes, seed=seed, **shares)
    parts = limit_rows(parts, rows, seed=seed, labels=labels)
    train, validation, test = (
        Split([texts[row] for row in part], labels[part], weights=weights_at(weights, part))
        for part in parts
    )
    weighing = () if weights is None else (weights,)
    return Dataset(
        name=source.name.partition(".")[0],
        modality="text",
        task="classification",
        train=train,
        validation=validation,
        test=SealedSplit(test),
        classes=classes,
        fingerprint=fingerprint(content_digest(texts, labels, list(classes), *weighing), parts),
        notes=(*notes, *alike_note(classes), *split_notes, *weights_note(weights)),
    )


def _wanted(name: str) -> bool:
    base = name.rpartition("/")[2]
    return (
        base.lower().endswith(_SUFFIXES) and not base.startswith("README") and not is_hidden(name)
    )


def _read_items(source: Path, encoding: str) -> Iterable[Item]:
    """Yields the texts of a folder or archive."""
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
            yield Item(text.strip(), inner[0], split, file=name)
            continue
        label = name.rpartition("/")[2].rpartition(".")[0]
        lines = (line.strip() for line in text.split("\n"))
        yield from (Item(line, label, split, file=name) for line in lines if line)


def _distinct(items: Iterable[Item]) -> tuple[list[Item], tuple[str, ...]]:
    listed = list(items)
    found: dict[tuple[str, str, str], Item] = {}
    for item in listed:
        found.setdefault((item.text, item.label, item.split), item)
    distinct = list(found.values())
    dropped = len(listed) - len(distinct)
    return distinct, (f"dropped {dropped} repeated texts",) if dropped else ()
