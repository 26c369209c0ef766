"""Rows of tables to arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from cookbook._names import unknown_name
from pipelines.preprocessing.base import NotFittedError, Preprocessing, not_fitted
from pipelines.preprocessing.column_choice import choose_columns, find_dates, leave_out_constants
from pipelines.preprocessing.columns import (
    CategoryColumn,
    NumericColumn,
    NumericOptions,
    fit_categories,
    fit_numeric,
)
from pipelines.preprocessing.dates import DateColumn
from pipelines.preprocessing.frames import Reading, as_frame
from pipelines.preprocessing.outliers import check_outliers, find_outliers
from pipelines.preprocessing.text_columns import TextColumn, fit_texts

if TYPE_CHECKING:
    import pandas as pd

ENCODINGS = ("one-hot", "codes")
NUMERIC = "numeric"


class TabularPreprocessor(Preprocessing):
    """Imputes, clips, transforms, scales and encodes the columns of a table.

    Each numeric column is filled, winsorized, transformed and scaled in this order; all
    statistics come from the training rows (without the removed ones). Categories that training
    rows lack become "unknown": code 0, or zeros in every one-hot column.

    Args:
        numeric: Names of numeric columns; `None`: every column of a number type.
        categorical: Names of categorical columns; `None`: every other column.
        dates: Columns of dates with their formats, as `Column.form` of a schema has them;
            columns of a date type are found without. They become year, month, weekday and hour.
        texts: Columns of free text, which become weighted counts of their words.
        reading: How the texts of these columns are meant, in new rows too.
        encoding: `"one-hot"`: one matrix; `"codes"`: a dictionary with the matrix `"numeric"`
            and one integer column per category, for embeddings (`wide_and_deep`).
        options: How numeric columns are filled, transformed and scaled.
        outliers: `"none"`, `"z-score"`, `"iqr"` or `"isolation-forest"`.
        outlier_action: `"winsorize"` sets extreme values to the bound, also in new rows;
            `"remove"` leaves whole rows out of training (see `kept_rows`), never out of new data.
        outlier_limit: See `check_outliers`.
        min_frequency: Categories with fewer training rows are unknown.
        drop_constant: Leave constant columns out (see `dropped`) instead of raising an error.
        seed: Of the isolation forest.

    Raises:
        ValueError: If an option is unknown or out of range.

    Example:
        >>> import pandas as pd
        >>> rows = pd.DataFrame({"size": [1.0, None, 3.0], "colour": ["red", "blue", "red"]})
        >>> table = TabularPreprocessor().fit(rows)
        >>> table.feature_names
        ['size', 'size is missing', 'colour=blue', 'colour=red']
        >>> table.transform([{"size": 2.0, "colour": "green"}]).tolist()
        [[0.0, 0.0, 0.0, 0.0]]
    """

    name: ClassVar[str] = "tabular"

    def __init__(  # noqa: PLR0913 - options by keyword
        self,
        *,
        numeric: Sequence[str] | None = None,
        categorical: Sequence[str] | None = None,
        dates: Mapping[str, str] | None = None,
        texts: Sequence[str] = (),
        reading: Reading | None = None,
        encoding: str = "one-hot",
        options: NumericOptions | None = None,
        outliers: str = "none",
        outlier_action: str = "winsorize",
        outlier_limit: float | None = None,
        min_frequency: int = 1,
        drop_constant: bool = False,
        seed: int = 0,
    ) -> None:
        if encoding not in ENCODINGS:
            raise ValueError(unknown_name("encoding", encoding, ENCODINGS))
        self._limit = check_outliers(outliers, outlier_action, outlier_limit)
        self._wanted = (numeric, categorical)
        self._formats = dict(dates or {})
        self._free_text = tuple(texts)
        self._reading = reading or Reading()
        self._options = options or NumericOptions()
        self._outliers = outliers
        self._remove = outlier_action == "remove"
        self._min_frequency = min_frequency
        self._drop_constant = drop_constant
        self._seed = seed
        self.encoding = encoding
        self.dropped: tuple[str, ...] = ()
        self._order: list[str] | None = None
        self._dates: list[DateColumn] = []
        self._numeric: list[NumericColumn] = []
        self._categorical: list[CategoryColumn] = []
        self._texts: list[TextColumn] = []
        self._kept: np.ndarray | None = None

    @property
    def columns(self) -> list[str]:
        """Names of the raw input columns in the order of an array's columns."""
        if self._order is None:
            raise not_fitted(self)
        return self._order

    @property
    def feature_names(self) -> list[str]:
        """One name per column of the matrix."""
        _ = self.columns
        names = [column.name for column in self._numeric]
        names += [f"{column.name} is missing" for column in self._numeric if column.indicator]
        names += [f"{column.name}: {word}" for column in self._texts for word in column.words]
        if self.encoding == "one-hot":
            for column in self._categorical:
                names += [f"{column.name}={_label(value)}" for value in column.categories]
        return names

    @property
    def num_numeric(self) -> int:
        """How many columns of the matrix are numbers: the first ones."""
        _ = self.columns
        return len(self._numeric)

    @property
    def cardinalities(self) -> dict[str, int]:
        """Number of codes of each categorical column, the one of unknown values included."""
        _ = self.columns
        return {column.name: column.cardinality for column in self._categorical}

    @property
    def kept_rows(self) -> np.ndarray:
        """Which training rows are no outliers to remove, `bool[n]`, in the order of `fit`.

        Raises:
            NotFittedError: Before `fit`; a rebuilt preprocessing has no training rows either.
        """
        if self._kept is None:
            raise NotFittedError("Only the object whose fit() saw the training rows knows them.")
        return self._kept

    def fit(self, x: Any, y: Any = None) -> Self:
        """Learns the columns of training rows.

        Args:
            x: Raw training rows, see `as_frame`.
            y: Ignored.

        Raises:
            ValueError: If there are no rows, a column is missing, empty or constant, or a
                number is not one.
        """
        frame = as_frame(x)
        if not len(frame):
            raise ValueError("The training split must have at least one row. Got none.")
        self._dates = find_dates(frame, self._formats, chosen=self._wanted)
        apart = {date.name for date in self._dates} | set(self._free_text)
        numeric, categorical = choose_columns(frame, *self._wanted, apart=apart)
        table = {name: self._reading.numbers(frame, name) for name in numeric}
        table.update(self._parts_of_dates(frame))
        texts = {name: self._reading.categories(frame, name) for name in categorical}
        self.dropped = leave_out_constants(table, texts, drop=self._drop_constant)
        values = np.stack(list(table.values()), axis=1) if table else np.empty((len(frame), 0))
        inside, low, high = find_outliers(values, self._outliers, self._limit, seed=self._seed)
        self._kept = inside if self._remove else np.ones(len(frame), bool)
        free = self._remove or self._outliers == "none"
        self._numeric = [
            fit_numeric(
                name,
                column[self._kept],
                self._options,
                (-np.inf, np.inf) if free else (low[i], high[i]),
                decimal=self._reading.decimals.get(name, "."),
            )
            for i, (name, column) in enumerate(table.items())
        ]
        self._categorical = [
            fit_categories(
                name,
                [text for text, kept in zip(column, self._kept, strict=True) if kept],
                min_frequency=self._min_frequency,
            )
            for name, column in texts.items()
        ]
        self._texts = self._fit_texts(frame)
        used = {*table, *texts} | {column.name for column in self._texts}
        if not used:
            raise ValueError(
                "A table needs a column that varies, or one of texts with a word that two rows "
                f"share. Got none in: {', '.join(self.dropped)}. Add one."
            )
        used |= {date.name for date in self._dates}
        self._order = [str(name) for name in frame.columns if name in used]
        return self

    def _fit_texts(self, frame: pd.DataFrame) -> list[TextColumn]:
        columns = {name: self._reading.categories(frame, name) for name in self._free_text}
        fitted = {
            name: fit_texts(
                name, [text for text, kept in zip(column, self.kept_rows, strict=True) if kept]
            )
            for name, column in columns.items()
        }
        self.dropped += tuple(name for name, column in fitted.items() if column is None)
        return [column for column in fitted.values() if column is not None]

    def _parts_of_dates(self, frame: pd.DataFrame) -> dict[str, np.ndarray]:
        parts: dict[str, np.ndarray] = {}
        for date in self._dates:
            parts |= date.transform(self._reading.column(frame, date.name))
        return parts

    def transform(self, x: Any) -> Any:
        """Raw rows as arrays.

        Args:
            x: See `as_frame`; columns may come in any order, further ones are ignored.

        Returns:
            `float32[n, features]`, or for codes `{"numeric": float32[n, features],
            <column>: int32[n]}` (without `"numeric"` if there is no numeric column).

        Raises:
            NotFittedError: Before `fit`.
            ValueError: If a column is missing or a number is not one.
        """
        frame = as_frame(x, self.columns)
        dates = self._parts_of_dates(frame)
        raw = {
            c.name: dates[c.name] if c.name in dates else self._reading.numbers(frame, c.name)
            for c in self._numeric
        }
        parts = [column.transform(raw[column.name]) for column in self._numeric]
        parts += [np.isnan(raw[c.name]).astype(float) for c in self._numeric if c.indicator]
        texts = {c.name: self._reading.categories(frame, c.name) for c in self._categorical}
        matrix = np.stack(parts, axis=1) if parts else np.empty((len(frame), 0))
        words = [c.transform(self._reading.categories(frame, c.name)) for c in self._texts]
        matrix = np.concatenate([matrix, *words], axis=1)
        if self.encoding == "one-hot":
            hot = [column.one_hot(texts[column.name]) for column in self._categorical]
            return np.concatenate([matrix, *hot], axis=1).astype(np.float32)
        codes = {c.name: c.codes(texts[c.name]) for c in self._categorical}
        return {NUMERIC: matrix.astype(np.float32), **codes} if parts or words else codes

    def to_config(self) -> dict[str, Any]:
        """The encoding and the fitted columns."""
        return {
            "name": self.name,
            "encoding": self.encoding,
            "columns": self.columns,
            "dropped": list(self.dropped),
            "missing_texts": self._reading.missing_texts,
            "dates": [asdict(column) for column in self._dates],
            "numeric": [column.to_config() for column in self._numeric],
            "categorical": [column.to_config() for column in self._categorical],
            "texts": [column.to_config() for column in self._texts],
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Rebuilds it; the options of the fit are spent and not kept."""
        numeric = [NumericColumn(**column) for column in config["numeric"]]
        reading = Reading(
            decimals={column.name: column.decimal for column in numeric},
            missing_texts=config.get("missing_texts"),
        )
        made = cls(encoding=config["encoding"], reading=reading)
        made._order = list(config["columns"])
        made.dropped = tuple(config["dropped"])
        # Models of version 0.1.0 have no dates.
        made._dates = [
            DateColumn(item["name"], item["form"], tuple(item["parts"]))
            for item in config.get("dates", ())
        ]
        made._numeric = numeric
        made._categorical = [CategoryColumn(**column) for column in config["categorical"]]
        made._texts = [
            TextColumn(item["name"], tuple(item["words"]), tuple(item["weights"]))
            for item in config.get("texts", ())
        ]
        return made


def _label(category: str | None) -> str:
    return "missing" if category is None else category
