"""Datasets as values: three splits, of which the test split is sealed."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from pipelines.datasets.errors import TestSplitError

if TYPE_CHECKING:
    from pipelines.datasets.schema import Schema

Modality = Literal["image", "tabular", "text", "language-model", "pairs", "series"]
Task = Literal[
    "classification", "regression", "segmentation", "language-model", "translation", "forecast"
]

MODALITIES: tuple[Modality, ...] = get_args(Modality)
TASKS: tuple[Task, ...] = get_args(Task)


@dataclass(frozen=True, eq=False)
class Split:
    """Inputs and targets of one split.

    Attributes:
        x: By modality: images `[n, height, width, channels]` in raw units (or `ImageFiles`);
            a pandas `DataFrame` of raw columns; a list of texts; source sentences; the text
            of a language model as one `str` or a list of items; windows `float32[n, past]` of a
            series.
        y: Class numbers `int64[n]`, numbers `float32[n]`, masks of class numbers
            `uint8[n, height, width]`, a list of target sentences, or `None` for a language model.
        weights: What each row counts in a training, `float32[n]`; `None`: all rows the same.

    Example:
        >>> len(Split(["good", "bad"], np.array([1, 0])))
        2
    """

    x: Any
    y: Any = None
    weights: np.ndarray | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        if self.y is not None and len(self.x) != len(self.y):
            raise ValueError(
                f"A split has as many targets as inputs. Got {len(self.x)} inputs and "
                f"{len(self.y)} targets."
            )
        if self.weights is not None and len(self.x) != len(self.weights):
            raise ValueError(
                f"A split has as many weights as inputs. Got {len(self.x)} inputs and "
                f"{len(self.weights)} weights."
            )

    def __len__(self) -> int:
        return len(self.x)


class SealedSplit:
    """The test split: it can be read once.

    A result that was looked at twice has been chosen by looking: the first look is the
    only one whose expectation is the error on new data. Copies that reach another process
    carry the size but not the content, so a tuning worker cannot read the test split.

    Args:
        split: What is sealed.

    Example:
        >>> sealed = SealedSplit(Split([1, 2], None))
        >>> len(sealed), len(sealed.open("final evaluation"))
        (2, 2)
        >>> sealed.opened_for
        'final evaluation'
    """

    def __init__(self, split: Split) -> None:
        self._split: Split | None = split
        self._length = len(split)
        self._opened: tuple[str, str] | None = None
        self._copied = False

    def __len__(self) -> int:
        return self._length

    def __repr__(self) -> str:
        state = "sealed" if self._opened is None else f"opened for {self._opened[0]!r}"
        return f"SealedSplit({self._length} rows, {state})"

    @property
    def opened_for(self) -> str | None:
        """The reason given when it was opened; `None` while it is sealed."""
        return None if self._opened is None else self._opened[0]

    def open(self, reason: str) -> Split:
        """Returns the test split, once.

        Args:
            reason: Why it is read; shown if someone reads it again.

        Returns:
            The inputs and targets.

        Raises:
            TestSplitError: If it was opened before, or if this is a copy that was sent to
                another process.
            ValueError: If the reason is empty.
        """
        if not reason.strip():
            raise ValueError("The test split is opened for a stated reason. Got an empty one.")
        if self._opened is not None:
            raise TestSplitError(
                f"The test split is read once per job. It was opened at {self._opened[1]} for "
                f"{self._opened[0]!r}, and now for {reason!r}: a choice made after the first "
                "look is fitted to the test data, and its score no longer estimates the error "
                "on new data. Decide on `validation`, or keep the Split that `open` returned."
            )
        if self._copied or self._split is None:
            raise TestSplitError(
                "The test split stays in the process that loaded the dataset; this copy has "
                f"its size ({self._length} rows) and not its content. Evaluate on the test "
                "split where the dataset was loaded."
            )
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        self._opened = (reason, now)
        split, self._split = self._split, None
        return split

    def __getstate__(self) -> dict[str, object]:
        return {
            "_split": None,
            "_length": self._length,
            "_opened": self._opened,
            "_copied": True,
        }


@dataclass(frozen=True, eq=False, kw_only=True)
class Dataset:
    """A dataset with explicit splits.

    Attributes:
        name: Name in the registry, or of the user's file.
        modality: What one input is.
        task: What is predicted.
        train: Rows to fit on.
        validation: Rows to choose on.
        test: Rows to report on, sealed.
        classes: Names of the classes in the order of their numbers, or `None`.
        fingerprint: SHA-256, 64 hexadecimal digits, over the content and over which row is
            in which split: equal fingerprints mean equal experiments.
        notes: What was dropped, skipped or repaired, with counts; shown to the user.
        scale: Factor from raw pixels to [0, 1]: 1/16 for digits, 1/255 for 8-bit images;
            1.0 for other modalities.
        schema: Columns with their types, for tabular data.
        options: What further describes the data, for example the languages of pairs.

    Raises:
        ValueError: If modality or task are unknown, or if classification has no classes.
    """

    name: str
    modality: Modality
    task: Task
    train: Split
    validation: Split
    test: SealedSplit
    fingerprint: str
    classes: tuple[str, ...] | None = None
    notes: tuple[str, ...] = ()
    scale: float = 1.0
    schema: Schema | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for value, known, what in (
            (self.modality, MODALITIES, "modality"),
            (self.task, TASKS, "task"),
        ):
            if value not in known:
                raise ValueError(f"A dataset's {what} is one of {known}. Got {value!r}.")
        if self.task in ("classification", "segmentation") and not self.classes:
            raise ValueError(f"A dataset for {self.task} names its classes. Got none.")

    @property
    def num_classes(self) -> int | None:
        """Number of classes; `None` where there are none."""
        return None if self.classes is None else len(self.classes)

    def train_and_validation(self) -> Split:
        """Joins the two open splits, to refit a chosen model on all rows that may be seen.

        Returns:
            The rows of `train`, then those of `validation`.
        """
        first, second = self.train, self.validation
        weights = None if second.weights is None else _join(first.weights, second.weights)
        return Split(_join(first.x, second.x), _join(first.y, second.y), weights=weights)

    def with_notes(self, *notes: str) -> Dataset:
        """Returns the same dataset with more notes."""
        return replace(self, notes=self.notes + notes)


def _join(first: Any, second: Any) -> Any:
    """Concatenates two arrays, frames, lists or texts of the same kind."""
    if first is None:
        return None
    if isinstance(first, str):
        return first + second
    if hasattr(first, "join_with"):
        return first.join_with(second)
    if isinstance(first, np.ndarray):
        return np.concatenate([first, second])
    if isinstance(first, Sequence):
        return [*first, *second]
    import pandas as pd

    return pd.concat([first, second])
