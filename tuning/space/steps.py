"""The values of a stepped range, worked out when they are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import overload

from typing_extensions import override


class Steps(Sequence[float]):
    """The numbers `low + index * step`, as `range` has those of whole ones.

    Args:
        low: The first.
        step: Distance between neighbours, above 0.
        count: How many, at least 1.

    Example:
        >>> list(Steps(0.0, 0.1, 4)), Steps(0.0, 1e-6, 1_000_001)[-1]
        ([0.0, 0.1, 0.2, 0.3], 1.0)
    """

    def __init__(self, low: float, step: float, count: int) -> None:
        self._low, self._step = low, step
        self._indices = range(count)

    @override
    def __len__(self) -> int:
        return len(self._indices)

    @overload
    def __getitem__(self, index: int) -> float: ...
    @overload
    def __getitem__(self, index: slice) -> list[float]: ...
    @override
    def __getitem__(self, index: int | slice) -> float | list[float]:
        if isinstance(index, slice):
            return [step_at(self._low, self._step, one) for one in self._indices[index]]
        return step_at(self._low, self._step, self._indices[index])


def step_at(low: float, step: float, index: int) -> float:
    """Computes `low + index * step` as people write it: 0.3, not 0.30000000000000004."""
    return float(decimal(low) + decimal(step) * index)


def decimal(value: float) -> Decimal:
    """The number that is written, not the one that its bits stand for."""
    return Decimal(repr(float(value)))
