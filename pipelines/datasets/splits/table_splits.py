"""Which rows of a table are for training, validation and test: drawn, or named by a column."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cookbook._names import unknown_name
from pipelines.datasets.errors import DataError
from pipelines.datasets.splits.given_splits import SPLIT_FOLDERS, check_each_split, split_rows
from pipelines.datasets.splits.splitting import Indices, three_way

if TYPE_CHECKING:
    import pandas as pd

SHARE = 0.15  # of validation and of test rows that no column names


def named_splits(frame: pd.DataFrame, name: str, *, target: str, path: Path) -> np.ndarray:
    """The split that a column names for each row: `"train"`, `"validation"` or `"test"`.

    Args:
        frame: The table.
        name: The column; its texts are those that folders of images have, in any case.
        target: The column that is predicted.
        path: The file, for messages.

    Raises:
        DataError: If there is no such column, or a row names no split.

    Example:
        >>> import pandas as pd
        >>> table = pd.DataFrame({"x": [1, 2, 3], "part": ["train", "Val", "test"]})
        >>> named_splits(table, "part", target="x", path=Path("rows.csv")).tolist()
        ['train', 'validation', 'test']
    """
    others = [str(other) for other in frame.columns if other != target]
    if name not in others:
        raise DataError(unknown_name("column of splits", name, others), path=path)
    texts = frame[name].astype(str).str.strip().str.lower()
    found = texts.map(SPLIT_FOLDERS)
    unknown = texts[found.isna()].unique().tolist()
    if unknown or "train" not in set(found):
        shown = ", ".join(map(repr, unknown[:5])) or "no train"
        raise DataError(
            f"the column of splits {name!r} says train, validation or test in every row, and "
            f"train in some. Got {shown}: write these words.",
            path=path,
        )
    return found.to_numpy(object)


def split_table(
    keys: np.ndarray,
    y: np.ndarray,
    *,
    classes: tuple[str, ...] | None,
    given: np.ndarray | None,
    seed: int,
) -> tuple[Indices, tuple[str, ...]]:
    """Splits the rows of a table; rows with equal inputs lie in one split.

    Args:
        keys: A number for each row, the same for equal inputs.
        y: Class numbers or numbers.
        classes: Names of the classes, or `None` for a regression.
        given: What `named_splits` says; `None` draws 70/15/15. A split that it does not name is
            drawn from the training rows.
        seed: Decides what is drawn.

    Returns:
        The splits, and notes on repeated, dropped and drawn rows.

    Raises:
        DataError: If there are too few rows, or a class has no row in a split.
    """
    _, groups = np.unique(keys, return_inverse=True)
    if given is not None:
        shares = {"validation": SHARE, "test": SHARE}
        return split_rows(given, y, groups, classes, seed=seed, **shares)
    repeats = len(groups) - int(groups.max()) - 1
    notes = (f"{repeats} rows repeat the inputs of another and stay in its split",)
    parts = three_way(len(y), seed=seed, labels=y, groups=groups, validation=SHARE, test=SHARE)
    check_each_split(parts, y, classes)
    return parts, notes if repeats else ()
