"""The user's own tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from cookbook._names import unknown_name
from pipelines.datasets.containers import Dataset, Task
from pipelines.datasets.errors import DataError
from pipelines.datasets.fingerprint import content_digest, fingerprint
from pipelines.datasets.formats.column_types import first_non_number, infer_columns, to_numbers
from pipelines.datasets.formats.frames import frame_dataset
from pipelines.datasets.formats.table_reader import Table, read_table
from pipelines.datasets.labels import check_classes_present
from pipelines.datasets.schema import Column, ColumnKind, Schema
from pipelines.datasets.splits.splitting import Indices, limit_rows, three_way

if TYPE_CHECKING:
    import pandas as pd

Missing = Literal["impute", "drop", "error"]
# A target of at most so many whole numbers is taken for classes.
_MAX_CLASSES = 20


def load_tabular(
    path: Path | str,
    target: str,
    *,
    seed: int = 0,
    rows: int | None = None,
    delimiter: str | None = None,
    columns: Mapping[str, ColumnKind] | None = None,
    missing: Missing = "impute",
    task: Task | None = None,
    encoding: str = "utf-8",
    decimal: str = ".",
) -> Dataset:
    """Loads a CSV, TSV or Parquet file, split 70/15/15.

    The types of the columns are inferred and shown in `Dataset.schema`. Rows with equal
    inputs never lie in two splits.

    Args:
        path: The file.
        target: Name of the column to predict.
        seed: Decides the split.
        rows: Training rows to keep at most, or `None`.
        delimiter: One character; `None` finds it.
        columns: Kinds of columns that are not to be inferred: `"numeric"`,
            `"categorical"` or `"dropped"`.
        missing: `"impute"` keeps missing inputs for the preprocessing, which fills them
            with statistics of the training rows; `"drop"` drops such rows, the target's
            included, and counts them; `"error"` refuses them.
        task: `"classification"` or `"regression"`; `None` infers it: texts and at most 20
            distinct whole numbers are classes.
        encoding: A codec of Python.
        decimal: Decimal separator of numbers, `"."` or `","`.

    Returns:
        Frames with `float64` and `object` columns; targets `int64[n]` or `float32[n]`.

    Raises:
        DataError: If the file is missing or no table, the target is missing in the file or
            in a row, is constant, or is no number where numbers are asked for, if no input
            is left, or a class has no row in a split.
        ValueError: If an option is unknown.
    """
    if missing not in ("impute", "drop", "error"):
        raise ValueError(f"`missing` is 'impute', 'drop' or 'error'. Got {missing!r}.")
    if task not in (None, "classification", "regression"):
        raise ValueError(f"`task` is 'classification' or 'regression'. Got {task!r}.")
    source = Path(path)
    table = read_table(source, delimiter=delimiter, encoding=encoding)
    if target not in table.frame.columns:
        raise DataError(unknown_name("column", target, table.frame.columns), path=source)
    table, notes = _handle_missing(table, target, missing)
    y, classes, task_note = _target(table, target, task, decimal)
    names = [str(name) for name in table.frame.columns if name != target]
    described, frame = infer_columns(table, names, columns or {}, decimal=decimal)
    dropped = [f"{item.name} ({item.reason})" for item in described if item.kind == "dropped"]
    if dropped:
        notes += (f"dropped {len(dropped)} columns: {'; '.join(dropped)}",)
    return table_dataset(
        source.stem,
        frame,
        y,
        Schema(columns=described, target=target),
        classes=classes,
        seed=seed,
        rows=rows,
        notes=(*notes, task_note),
    )


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
) -> Dataset:
    """Splits a typed table 70/15/15, rows with equal inputs together.

    Args:
        name: Name of the dataset.
        frame: Input columns.
        y: Class numbers `int64[n]` or numbers `float32[n]`.
        schema: Description of the columns.
        classes: Names of the classes, or `None` for a regression.
        seed: Decides the split.
        rows: Training rows to keep at most, or `None`.
        notes: What was done before.

    Returns:
        The dataset; the schema lists the categories of the training rows.

    Raises:
        DataError: If there are too few rows, or a class has no row in a split.
    """
    from pandas.util import hash_pandas_object

    keys = hash_pandas_object(frame, index=False).to_numpy()
    _, groups = np.unique(keys, return_inverse=True)
    repeats = len(groups) - int(groups.max()) - 1
    if repeats:
        notes += (f"{repeats} rows repeat the inputs of another and stay in its split",)
    parts = three_way(len(y), seed=seed, labels=y, groups=groups)
    if classes is not None:
        for what, part in zip(("training", "validation", "test"), parts, strict=True):
            check_classes_present(y[part], classes, what)
    parts = limit_rows(parts, rows, seed=seed, labels=y)
    return frame_dataset(
        frame,
        y,
        parts,
        name=name,
        classes=classes,
        fingerprint=fingerprint(content_digest(frame, y), parts, classes),
        notes=notes,
        schema=_with_categories(schema, frame, parts),
    )


def _with_categories(schema: Schema, frame: pd.DataFrame, parts: Indices) -> Schema:
    def described(column: Column) -> Column:
        if column.kind != "categorical":
            return column
        seen = frame[column.name].iloc[parts.train].dropna().unique()
        return replace(column, categories=tuple(sorted(str(value) for value in seen)))

    return replace(schema, columns=tuple(described(column) for column in schema.columns))


def _handle_missing(table: Table, target: str, missing: Missing) -> tuple[Table, tuple[str, ...]]:
    absent = table.frame.isna()
    if missing == "drop":
        keep = ~absent.any(axis=1).to_numpy()
        if not keep.any():
            raise DataError("every row has a missing value; none is left.", path=table.path)
        count = int((~keep).sum())
        lines = [line for line, kept in zip(table.lines, keep, strict=True) if kept]
        frame = table.frame[keep].reset_index(drop=True)
        notes = (f"dropped {count} rows with missing values",) if count else ()
        return Table(frame, lines, table.path), notes
    for name in [target] if missing == "impute" else list(table.frame.columns):
        rows = np.flatnonzero(absent[name].to_numpy())
        if len(rows):
            what = "the target" if name == target else "column"
            raise DataError(
                f"{what} {name!r} has no value here and in {len(rows) - 1} more rows. Repair "
                "them, or pass missing='drop' to leave such rows out.",
                path=table.path,
                line=table.lines[rows[0]],
            )
    count = int(absent.to_numpy().sum())
    return table, (f"{count} missing input values, left for imputation",) if count else ()


def _target(
    table: Table, name: str, task: Task | None, decimal: str
) -> tuple[np.ndarray, tuple[str, ...] | None, str]:
    """Reads the target: values, classes, and a note on the task."""
    import pandas as pd

    # A boolean target is two classes, not the numbers 0 and 1.
    boolean = table.frame[name].dtype.kind == "b"
    numbers = None if boolean else to_numbers(table, name, decimal=decimal)
    values: np.ndarray = (
        np.array([str(value) for value in table.frame[name]], dtype=object)
        if numbers is None
        else numbers
    )
    distinct = pd.unique(values)
    if len(distinct) < 2:
        raise DataError(
            f"the target {name!r} has one value in every row ({distinct[0]!r}): there is "
            "nothing to learn.",
            path=table.path,
        )
    whole = numbers is not None and bool((numbers == np.round(numbers)).all())
    how = "chosen"
    if task is None:
        classes_meant = numbers is None or (whole and len(distinct) <= _MAX_CLASSES)
        task = "classification" if classes_meant else "regression"
        how = "inferred; pass `task` to change it"
    note = f"target {name!r}: {task} ({len(distinct)} distinct values; {how})"
    if task == "regression":
        if numbers is None:
            line, value = first_non_number(table, name, decimal=decimal)
            raise DataError(
                f"a regression needs numbers; the target {name!r} has {value!r}.",
                path=table.path,
                line=line,
            )
        return numbers.astype(np.float32), None, note
    ordered = sorted(distinct)
    classes = tuple(str(int(item)) if whole else str(item) for item in ordered)
    number = {item: position for position, item in enumerate(ordered)}
    return np.array([number[item] for item in values], dtype=np.int64), classes, note
