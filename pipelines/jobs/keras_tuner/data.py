"""Arrays as a person gives them to a search: rows, validation rows, test rows."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipelines.datasets.fingerprint import content_digest


@dataclass(frozen=True, kw_only=True)
class ArrayData:
    """Arrays of a search.

    Attributes:
        rows: `(x, y)`, of which a fifth is held out, or `(x, y, x_val, y_val)`.
        test: `(x, y)` that is looked at once, or None.
    """

    rows: tuple[Any, ...]
    test: tuple[Any, Any] | None = None

    @classmethod
    def of(cls, data: Any, *, validation_data: Any = None, test_data: Any = None) -> ArrayData:
        """Checks the pairs of arrays.

        Args:
            data: `(x, y)`, or `(x, y, x_val, y_val)`.
            validation_data: `(x, y)`, or None.
            test_data: `(x, y)`, or None.

        Raises:
            ValueError: If they are no pairs, or inputs and targets differ in number.
        """
        if not isinstance(data, tuple):
            got = "no `data`" if data is None else f"`data` of type {type(data).__name__}"
            raise ValueError(
                "A build(hp) function is tuned on arrays: tune(build, (x, y)), with "
                f"validation_data=(x, y) where rows are held out already. Got {got}."
            )
        if len(data) == 4:
            if validation_data is not None:
                raise ValueError("Validation rows are given twice: leave `validation_data` out.")
            data, validation_data = data[:2], data[2:]
        rows: tuple[Any, ...] = _pair("data", data)
        if validation_data is not None:
            rows = (*rows, *_pair("validation_data", validation_data))
        test = None if test_data is None else _pair("test_data", test_data)
        return cls(rows=rows, test=test)

    @functools.cached_property
    def fingerprint(self) -> str:
        """Of the rows that are searched with."""
        return content_digest(*map(np.asarray, self.rows))

    @functools.cached_property
    def test_fingerprint(self) -> str | None:
        """Of the test rows."""
        return None if self.test is None else content_digest(*map(np.asarray, self.test))


def _pair(name: str, given: Any) -> tuple[Any, Any]:
    if not isinstance(given, tuple | list) or len(given) != 2:
        items = f"{len(given)} items" if isinstance(given, tuple | list) else type(given).__name__
        raise ValueError(f"`{name}` is a pair (x, y) of arrays. Got {items}.")
    x, y = given
    if len(x) != len(y):
        raise ValueError(
            f"`{name}` needs as many targets as inputs. Got {len(x)} inputs and {len(y)} targets."
        )
    return x, y
