"""Data as a person gives them to a search: rows, validation rows, test rows."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipelines.datasets.fingerprint import content_digest
from pipelines.jobs.keras_tuner.batches import is_batches, read_batches
from pipelines.jobs.keras_tuner.structures import (
    Structure,
    as_structure,
    from_leaves,
    leaves,
    place,
    row_count,
)


@dataclass(frozen=True, kw_only=True)
class ArrayRows:
    """Inputs, targets and perhaps weights, with one number of rows.

    Attributes:
        x: Inputs: an array `[rows, ...]`, or a dictionary or tuple of arrays.
        y: Targets, likewise.
        weight: Weight of each row, `[rows]`, or a structure of them for several outputs, or None.
    """

    x: Structure
    y: Structure
    weight: Structure | None = None

    @classmethod
    def of(cls, name: str, given: Any, *, steps: int | None = None) -> ArrayRows:
        """Reads `(x, y)`, `(x, y, sample_weight)`, or something that gives batches of them.

        Args:
            name: What the rows are called in messages.
            given: The rows; for batches see `read_batches`.
            steps: How many batches are read, or None for all.

        Raises:
            ValueError: If they are something else, differ in number, or hold no finite numbers.
        """
        if is_batches(given):
            given = read_batches(name, given, steps=steps)
        if not isinstance(given, tuple | list) or len(given) not in (2, 3):
            items = isinstance(given, tuple | list)
            got = f"{len(given)} items" if items else type(given).__name__
            raise ValueError(
                f"`{name}` is a pair (x, y) of arrays, or of dictionaries and tuples of arrays; "
                "(x, y, sample_weight), a batched tf.data.Dataset and generators too. Got "
                f"{got}."
            )
        x, y, *weight = given
        rows = cls(
            x=as_structure(x),
            y=_numbered(as_structure(y)),
            weight=as_structure(weight[0]) if weight and weight[0] is not None else None,
        )
        rows._check(name)
        return rows

    @property
    def parts(self) -> dict[str, Structure]:
        """The structures by name, without weights that are not there."""
        weight = {} if self.weight is None else {"weight": self.weight}
        return {"x": self.x, "y": self.y, **weight}

    def __len__(self) -> int:
        return row_count(self.x)

    def _check(self, name: str) -> None:
        found = [
            (place(part, path), array)
            for part, structure in self.parts.items()
            for path, array in leaves(structure)
        ]
        if any(array.ndim == 0 for _, array in found):
            raise ValueError(
                f"`{name}` needs arrays with rows. Got "
                + ", ".join(f"{where} without any" for where, array in found if array.ndim == 0)
                + "."
            )
        if len({len(array) for _, array in found}) > 1 or not len(found[0][1]):
            lengths = ", ".join(f"{len(array)} in {where}" for where, array in found[:4])
            raise ValueError(
                f"`{name}` needs one number of rows, at least 1. Got {lengths}"
                + (", ..." if len(found) > 4 else "")
                + "."
            )
        for where, array in found:
            _check_values(name, where, array)


@dataclass(frozen=True, kw_only=True)
class ArrayData:
    """Data of a search.

    Attributes:
        rows: What is trained on; a fifth is held out where there are no validation rows.
        validation: Validation rows, or None.
        test: Rows that are looked at once, or None.
    """

    rows: ArrayRows
    validation: ArrayRows | None = None
    test: ArrayRows | None = None

    @classmethod
    def of(
        cls,
        data: Any,
        *,
        validation_data: Any = None,
        test_data: Any = None,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
    ) -> ArrayData:
        """Checks what was given.

        Args:
            data: `(x, y)`, `(x, y, sample_weight)`, `(x, y, x_val, y_val)` or a dataset.
            validation_data: `(x, y)` or `(x, y, sample_weight)` or a dataset, or None.
            test_data: Likewise, or None.
            steps_per_epoch: How many batches of a generator make the rows.
            validation_steps: How many make the validation rows.

        Raises:
            ValueError: If it is something else, or inputs and targets differ in number.
        """
        if not isinstance(data, tuple) and not is_batches(data):
            got = "no `data`" if data is None else f"`data` of type {type(data).__name__}"
            raise ValueError(
                "A build(hp) function is tuned on arrays: tune(build, (x, y)), with "
                f"validation_data=(x, y) where rows are held out already. Got {got}."
            )
        if isinstance(data, tuple) and len(data) == 4:
            if validation_data is not None:
                raise ValueError("Validation rows are given twice: leave `validation_data` out.")
            data, validation_data = data[:2], data[2:]
        found = cls(
            rows=ArrayRows.of("data", data, steps=steps_per_epoch),
            validation=None
            if validation_data is None
            else ArrayRows.of("validation_data", validation_data, steps=validation_steps),
            test=None if test_data is None else ArrayRows.of("test_data", test_data),
        )
        found._check_alike()
        return found

    @functools.cached_property
    def fingerprint(self) -> str:
        """Of the rows that are searched with."""
        return _digest(self.rows, self.validation)

    @functools.cached_property
    def test_fingerprint(self) -> str | None:
        """Of the test rows."""
        return None if self.test is None else _digest(self.test)

    def _check_alike(self) -> None:
        for name, rows in (("validation_data", self.validation), ("test_data", self.test)):
            for part in ("x", "y") if rows is not None else ():
                ours, theirs = (
                    [place(part, path) for path, _ in leaves(getattr(one, part))]
                    for one in (self.rows, rows)
                )
                if ours != theirs:
                    raise ValueError(
                        f"`{name}` has the form of `data`. Got {', '.join(theirs)} beside "
                        f"{', '.join(ours)}."
                    )


def _digest(*parts: ArrayRows | None) -> str:
    """Of plain arrays that of their contents alone; names of structures count as well."""
    pieces: list[Any] = []
    for rows in parts:
        for name, structure in ({} if rows is None else rows.parts).items():
            for path, array in leaves(structure):
                pieces += ([place(name, path)] if path or name == "weight" else []) + [array]
    return content_digest(*pieces)


def _numbered(y: Structure) -> Structure:
    """Booleans as 0 and 1."""
    return from_leaves(
        {path: one.astype(np.int64) if one.dtype == bool else one for path, one in leaves(y)}
    )


def _check_values(name: str, where: str, array: np.ndarray) -> None:
    if array.dtype == object:
        kinds = sorted({type(value).__name__ for value in array.reshape(-1)[:1000]})
        raise ValueError(
            f"`{name}` needs arrays of numbers or of texts. Got {where} with values of the types "
            f"{', '.join(kinds)}: encode them first."
        )
    if array.dtype.kind not in "fc":
        return
    finite = np.isfinite(array)
    if finite.all():
        return
    row, *inside = (int(index) for index in np.argwhere(~finite)[0])
    bad = int((~finite.reshape(len(array), -1)).any(axis=1).sum())
    at = f" at {inside}" if inside else ""
    raise ValueError(
        f"`{name}` needs finite numbers. Got {array[(row, *inside)]} in {where}, row {row}{at}; "
        f"{bad} of {len(array)} rows hold such values."
    )
