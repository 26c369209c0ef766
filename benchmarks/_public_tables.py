"""Public tables to compare on: those that scikit-learn ships, and files below `COOKBOOK_DATA`.

Names of the files in `tabular/` are those of their publishers; docs/tables.md lists them all.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

Frame = tuple["pd.DataFrame", "pd.Series"]


@dataclass(frozen=True)
class PublicTable:
    """A table with a column to predict.

    Attributes:
        x: Inputs: `float64` columns, and `object` columns of texts or `None`.
        y: Class numbers `int64[n]`, or numbers `float64[n]`.
        classes: Number of classes; 0 for a regression.
    """

    x: pd.DataFrame
    y: np.ndarray
    classes: int

    @property
    def metric(self) -> str:
        """What methods are ranked by; each is a number to make small.

        The root mean squared error, for two classes the area above the ROC curve, for more the
        log loss: TabArena's choice (Erickson et al. 2025, arXiv:2506.16791).
        """
        return "rmse" if not self.classes else "1-auc" if self.classes == 2 else "log_loss"


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where a table comes from.

    Attributes:
        load: Gives inputs and target.
        regression: Whether the target is a number.
        developed: Whether the defaults of our network were chosen on rows of this table.
    """

    load: Callable[[], Frame]
    regression: bool = False
    developed: bool = False


class MissingTableError(LookupError):
    """A table whose file is not there."""


def _csv(name: str, target: str, *, delimiter: str = ",", without: tuple[str, ...] = ()) -> Frame:
    import pandas as pd

    folder = os.environ.get("COOKBOOK_DATA", "")
    path = Path(folder) / "tabular" / f"{name}.csv"
    if not folder or not path.is_file():
        raise MissingTableError(
            f"{name}.csv is looked for in the folder `tabular` below COOKBOOK_DATA. "
            f"Got COOKBOOK_DATA={folder!r}: set it, or leave the table out."
        )
    frame = pd.read_csv(path, delimiter=delimiter, na_values=["?"], keep_default_na=True)
    return frame.drop(columns=[target, *without]), frame[target]


def _shipped(name: str) -> Frame:
    import sklearn.datasets

    bunch = getattr(sklearn.datasets, f"load_{name}")(as_frame=True)
    return bunch.data, bunch.target


def _source(name: str, target: str, *, delimiter: str = ",", without: tuple[str, ...] = ()):  # type: ignore[no-untyped-def]
    return functools.partial(_csv, name, target, delimiter=delimiter, without=without)


SOURCES: Mapping[str, Source] = {
    "abalone": Source(load=_source("abalone", "rings"), regression=True, developed=True),
    "adult": Source(load=_source("adult", "income")),
    "auto-imports": Source(load=_source("auto_imports", "price"), regression=True),
    "breast-cancer": Source(load=functools.partial(_shipped, "breast_cancer")),
    "california": Source(
        load=_source("california-housing", "median_house_value"), regression=True, developed=True
    ),
    "diabetes": Source(
        load=functools.partial(_shipped, "diabetes"), regression=True, developed=True
    ),
    "diamonds": Source(load=_source("diamonds", "price"), regression=True),
    "digits": Source(load=functools.partial(_shipped, "digits")),
    "german": Source(load=_source("german", "risk"), developed=True),
    "ionosphere": Source(load=_source("ionosphere", "target")),
    "mammography": Source(load=_source("mammography", "target")),
    "penguins": Source(load=_source("penguins", "species")),
    "phoneme": Source(load=_source("phoneme", "target"), developed=True),
    "pima": Source(load=_source("pima-indians-diabetes", "diabetes"), developed=True),
    # `alive` is the target; `class` and `embark_town` repeat other columns in words.
    "titanic": Source(
        load=_source("titanic", "survived", without=("alive", "class", "embark_town"))
    ),
    "wine": Source(load=functools.partial(_shipped, "wine")),
    "wine-quality": Source(
        load=_source("winequality-red", "quality", delimiter=";"), regression=True, developed=True
    ),
}
"""Every table by name."""


def load_table(name: str) -> PublicTable:
    """Loads a table; of rows with equal inputs the first is kept, so that no two folds share one.

    Args:
        name: A key of `SOURCES`.

    Raises:
        MissingTableError: If its file is not there.
    """
    import pandas as pd

    source = SOURCES[name]
    x, target = source.load()
    kept = ~x.duplicated() & target.notna()
    x, target = x[kept].reset_index(drop=True), target[kept].reset_index(drop=True)
    columns = {
        str(column): x[column].astype("float64")
        if pd.api.types.is_numeric_dtype(x[column]) and x[column].dtype != bool
        else _texts(x[column])
        for column in x.columns
    }
    frame = pd.DataFrame(columns)
    if source.regression:
        return PublicTable(frame, target.to_numpy("float64"), 0)
    classes, codes = np.unique(target.to_numpy(), return_inverse=True)
    return PublicTable(frame, codes.astype("int64"), len(classes))


def _texts(column: pd.Series) -> pd.Series:
    texts = [
        None if missing else str(value)
        for value, missing in zip(column, column.isna(), strict=True)
    ]
    import pandas as pd

    return pd.Series(texts, index=column.index, dtype="object")
