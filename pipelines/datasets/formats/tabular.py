"""The user's own tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cookbook._names import unknown_name
from pipelines.datasets.alike_classes import alike_note
from pipelines.datasets.containers import Dataset, Task
from pipelines.datasets.errors import DataError
from pipelines.datasets.fingerprint import content_digest, fingerprint
from pipelines.datasets.formats.column_types import infer_columns, to_numbers
from pipelines.datasets.formats.frames import frame_dataset
from pipelines.datasets.formats.missing_rows import (
    Missing,
    MissingTarget,
    handle_missing,
    with_missing_marks,
)
from pipelines.datasets.formats.table_reader import Table, read_table
from pipelines.datasets.formats.table_target import read_target
from pipelines.datasets.sample_weights import checked_weights, weights_note
from pipelines.datasets.schema import Column, ColumnKind, Schema
from pipelines.datasets.splits.splitting import Indices, limit_rows
from pipelines.datasets.splits.table_splits import named_splits, split_table
from pipelines.preprocessing.numbers import column_decimal

if TYPE_CHECKING:
    import pandas as pd


def load_tabular(  # noqa: PLR0913 - the words of a person, by keyword
    path: Path | str,
    target: str,
    *,
    seed: int = 0,
    rows: int | None = None,
    delimiter: str | None = None,
    columns: Mapping[str, ColumnKind] | None = None,
    missing: Missing = "impute",
    missing_target: MissingTarget = "error",
    task: Task | None = None,
    encoding: str = "utf-8",
    decimal: str | None = None,
    header: bool | None = None,
    missing_texts: str | Collection[str] | None = None,
    sample_weight: str | None = None,
    split: str | None = None,
    day_first: bool | None = None,
) -> Dataset:
    """Loads a CSV, TSV or Parquet file, split 70/15/15 or as a column of it says.

    The types of the columns are inferred and shown in `Dataset.schema`. Rows with equal
    inputs never lie in two splits.

    Args:
        path: The file.
        target: Name of the column to predict.
        seed: Decides the split.
        rows: Training rows to keep at most, or `None`.
        delimiter: One character; `None` finds it.
        columns: Kinds of columns that are not to be inferred: `"numeric"`,
            `"categorical"`, `"date"` or `"dropped"`.
        missing: `"impute"` keeps missing inputs for the preprocessing, which fills them
            with statistics of the training rows; `"drop"` drops such rows, the target's
            included, and counts them; `"error"` refuses them.
        missing_target: `"error"` refuses a row without a target; `"drop"` drops such rows and
            counts them, whatever `missing` says of the inputs.
        task: `"classification"` or `"regression"`; `None` infers it: texts and at most 20
            distinct whole numbers are classes.
        encoding: A codec of Python; UTF-16 with a byte order mark is found without.
        decimal: Decimal separator of numbers, `"."` or `","`; `None` takes the comma if that
            makes numbers of a column of texts.
        header: `False` names the columns `column1`, `column2` and so on.
        missing_texts: The texts that stand for "no value", beside the empty one. `None`: nan,
            n/a, ? and #N/A everywhere, and NA, null, None in columns of numbers or dates only.
        sample_weight: Name of the column that says what each row counts in a training; it is no
            input. Finite numbers of at least 0.
        split: Name of the column that says in which split a row lies: train, validation or test.
            It is no input. A split that no row names is drawn from the training rows.
        day_first: How dates such as 03/04/2026 are read in a column where no value tells: `True`
            the day first, `False` the month. `None` takes the month, and a note says so.

    Returns:
        Frames with `float64`, `datetime64` and `object` columns; targets `int64[n]` or
        `float32[n]`.

    Raises:
        DataError: If the file is missing or no table, the target is missing in the file or
            in a row, is constant, or is no number where numbers are asked for, if no input
            is left, or a class has no row in a split.
        ValueError: If an option is unknown.
    """
    _check_words(missing, missing_target, task=task, decimal=decimal)
    source = Path(path)
    table = read_table(
        source,
        delimiter=delimiter,
        encoding=encoding,
        header=header,
        missing_texts=[missing_texts] if isinstance(missing_texts, str) else missing_texts,
    )
    if target not in table.frame.columns:
        raise DataError(unknown_name("column", target, table.frame.columns), path=source)
    decimal = decimal or find_decimal(table)
    table, notes = handle_missing(
        with_missing_marks(table, decimal), target, missing=missing, missing_target=missing_target
    )
    notes = ("numbers are read with a decimal comma",) * (decimal == ",") + notes
    y, classes, task_note = read_target(table, target, task, decimal)
    table, weights = _take_weights(table, sample_weight, target)
    table, given = _take_splits(table, split, target)
    names = [str(name) for name in table.frame.columns if name != target]
    described, frame = infer_columns(
        table, names, columns or {}, decimal=decimal, day_first=day_first
    )
    notes += _column_notes(described)
    return table_dataset(
        source.stem,
        frame,
        y,
        Schema(
            columns=described,
            target=target,
            target_decimal=column_decimal(table.frame[target], decimal),
            missing_texts=table.missing_texts,
        ),
        classes=classes,
        seed=seed,
        rows=rows,
        notes=(*notes, task_note, *alike_note(classes or ()), *weights_note(weights)),
        weights=weights,
        given=given,
    )


def _check_words(
    missing: str, missing_target: str, *, task: str | None, decimal: str | None
) -> None:
    if missing not in ("impute", "drop", "error"):
        raise ValueError(f"`missing` is 'impute', 'drop' or 'error'. Got {missing!r}.")
    if missing_target not in ("drop", "error"):
        raise ValueError(f"`missing_target` is 'drop' or 'error'. Got {missing_target!r}.")
    if task not in (None, "classification", "regression"):
        raise ValueError(f"`task` is 'classification' or 'regression'. Got {task!r}.")
    if decimal not in (None, ".", ","):
        raise ValueError(f"`decimal` is '.' or ','. Got {decimal!r}.")


def _column_notes(described: Sequence[Column]) -> tuple[str, ...]:
    """Which columns were dropped, and which numbers or dates may be meant in another way."""
    dropped = [f"{item.name} ({item.reason})" for item in described if item.kind == "dropped"]
    notes = (f"dropped {len(dropped)} columns: {'; '.join(dropped)}",) if dropped else ()
    doubts = ((item.name, doubt) for item in described for doubt in (item.units, item.order))
    return notes + tuple(f"column {name!r}: {doubt}" for name, doubt in doubts if doubt)


def _take_weights(table: Table, name: str | None, target: str) -> tuple[Table, np.ndarray | None]:
    """The table without its column of weights, and the weights."""
    if name is None:
        return table, None
    others = [str(other) for other in table.frame.columns if other != target]
    if name not in others:
        raise DataError(unknown_name("column of weights", name, others), path=table.path)
    if len(others) == 1:
        raise DataError(
            f"a column of weights is no input, and {name!r} is the only one beside the target.",
            path=table.path,
        )
    weights = checked_weights(table.frame[name], f"Weights ({name!r})")
    return replace(table, frame=table.frame.drop(columns=name)), weights


def _take_splits(table: Table, name: str | None, target: str) -> tuple[Table, np.ndarray | None]:
    """The table without its column of splits, and the split of each row."""
    if name is None:
        return table, None
    given = named_splits(table.frame, name, target=target, path=table.path)
    return replace(table, frame=table.frame.drop(columns=name)), given


def table_dataset(
    name: str,
    frame: pd.DataFrame,
    y: np.ndarray,
    schema: Schema,
    *,
    classes: tuple[str, ...] | None,
    seed: int,
    rows: int | None,
    notes: tuple[str, ...] = (),
    weights: np.ndarray | None = None,
    given: np.ndarray | None = None,
) -> Dataset:
    """Splits a typed table, rows with equal inputs together.

    Args:
        name: Name of the dataset.
        frame: Input columns.
        y: Class numbers `int64[n]` or numbers `float32[n]`.
        schema: Description of the columns.
        classes: Names of the classes, or `None` for a regression.
        seed: Decides the split.
        rows: Training rows to keep at most, or `None`.
        notes: What was done before.
        weights: What each row counts in a training, or `None`.
        given: The split of each row; `None` draws 70/15/15.

    Returns:
        The dataset; the schema lists the categories of the training rows.

    Raises:
        DataError: If there are too few rows, or a class has no row in a split.
    """
    from pandas.util import hash_pandas_object

    keys = hash_pandas_object(frame, index=False).to_numpy()
    parts, drawn = split_table(keys, y, classes=classes, given=given, seed=seed)
    parts = limit_rows(parts, rows, seed=seed, labels=y)
    weighing = () if weights is None else (weights,)
    return frame_dataset(
        frame,
        y,
        parts,
        name=name,
        classes=classes,
        fingerprint=fingerprint(content_digest(frame, y, *weighing), parts, classes),
        weights=weights,
        notes=notes + drawn,
        schema=_with_categories(schema, frame, parts),
    )


def _with_categories(schema: Schema, frame: pd.DataFrame, parts: Indices) -> Schema:
    def described(column: Column) -> Column:
        if column.kind != "categorical":
            return column
        seen = frame[column.name].iloc[parts.train].dropna().unique()
        return replace(column, categories=tuple(sorted(str(value) for value in seen)))

    return replace(schema, columns=tuple(described(column) for column in schema.columns))


def find_decimal(table: Table) -> str:
    """The decimal separator: a comma where only that makes a column one of numbers."""
    texts = [str(name) for name in table.frame.columns if table.frame[name].dtype.kind == "O"]
    comma = any(
        to_numbers(table, name, decimal=".") is None
        and to_numbers(table, name, decimal=",") is not None
        for name in texts
    )
    return "," if comma else "."
