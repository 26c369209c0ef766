"""Parameters as positions on an axis: numbers, logarithms, choices, and values not set."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes

from tuning.report.values import number, plain, shorten
from tuning.report.view import StudySnapshot
from tuning.space.dimensions import plain_value
from tuning.space.space import Float, Int
from tuning.storage.records import TrialRecord


@dataclass(frozen=True)
class Scale:
    """Where the values of one parameter lie.

    Attributes:
        name: The parameter.
        options: Values of a choice in their order, each as Python writes it, to their labels;
            None for numbers.
        low: Smallest number.
        high: Largest number.
        log: Whether the axis is logarithmic.
    """

    name: str
    options: Mapping[str, str] | None = None
    low: float = 0.0
    high: float = 1.0
    log: bool = False

    def place(self, value: Any) -> float | None:
        """Position of a value in data units: the number, or the index of the option."""
        if self.options is not None:
            written = _written(value)
            return float([*self.options].index(written)) if written in self.options else None
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        outside = not math.isfinite(value) or (self.log and value <= 0)
        return None if outside else float(value)

    def unit(self, value: Any) -> float | None:
        """Position of a value between 0 and 1; None when it has none."""
        place = self.place(value)
        if place is None:
            return None
        if self.options is not None:
            return self._share(place)
        if self.low == self.high:
            return 0.5
        if self.log:
            return math.log(place / self.low) / math.log(self.high / self.low)
        return (place - self.low) / (self.high - self.low)

    def ticks(self, count: int = 5) -> list[tuple[float, str]]:
        """Positions between 0 and 1 with their labels."""
        if self.options is not None:
            labels = self.options.values()
            return [(self._share(place), shorten(text, 14)) for place, text in enumerate(labels)]
        if self.low == self.high:
            return [(0.5, number(self.low, 3))]
        parts = [index / (count - 1) for index in range(count)]
        if self.log:
            ratio = math.log(self.high / self.low)
            return [(part, number(self.low * math.exp(part * ratio), 2)) for part in parts]
        return [(part, number(self.low + part * (self.high - self.low), 3)) for part in parts]

    def dress(self, axes: Axes, *, vertical: bool = False) -> None:
        """Sets scale, limits and ticks of an x axis, or of a y axis."""
        axis = axes.yaxis if vertical else axes.xaxis
        set_limits = axes.set_ylim if vertical else axes.set_xlim
        if self.options is not None:
            labels = self.options.values()
            rotate = not vertical and sum(map(len, labels)) > 30
            axis.set_ticks(range(len(self.options)))
            axis.set_ticklabels(
                [plain(shorten(label, 14)) for label in labels],
                rotation=30 if rotate else 0,
                ha="right" if rotate or vertical else "center",
            )
            set_limits(-0.6, len(self.options) - 0.4)
            return
        if self.log:
            (axes.set_yscale if vertical else axes.set_xscale)("log")
            room = (self.high / self.low) ** 0.04 if self.high > self.low else 1.5
            set_limits(self.low / room, self.high * room)
            if self.high < 100 * self.low:  # too narrow for powers of ten
                ratio = math.log(self.high / self.low)
                ticks = [(self.low * math.exp(part * ratio), text) for part, text in self.ticks(4)]
                axis.set_ticks([place for place, _ in ticks], [text for _, text in ticks])
                axis.set_minor_formatter(lambda _value, _position: "")
            return
        room = 0.04 * (self.high - self.low) or 0.5 * max(abs(self.low), 1.0)
        set_limits(self.low - room, self.high + room)

    def _share(self, place: float) -> float:
        """Position of an option between 0 and 1."""
        last = len(self.options or ()) - 1
        return place / last if last > 0 else 0.5


def scale_of(view: StudySnapshot, name: str) -> Scale:
    """Builds the scale of a parameter from the space, else from the values that occurred.

    Args:
        view: The study.
        name: A parameter.
    """
    dimension = view.space[name] if view.space is not None and name in view.space else None
    values = [r.params[name] for r in view.records if name in r.params]
    if isinstance(dimension, Int | Float):
        seen = [v for v in values if isinstance(v, int | float) and math.isfinite(v)]
        low, high = min([dimension.low, *seen]), max([dimension.high, *seen])
        return Scale(name, None, float(low), float(high), dimension.log and low > 0)
    if dimension is not None and dimension.values is not None:  # a choice or a constant
        return Scale(name, _labels([*dimension.values, *values]))
    return _scale_of_values(name, values)


def _scale_of_values(name: str, values: Sequence[Any]) -> Scale:
    numeric = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    if values and len(numeric) == len(values) and all(math.isfinite(v) for v in numeric):
        low, high = float(min(numeric)), float(max(numeric))
        return Scale(name, None, low, high, low > 0 and high / low >= 1000)
    return Scale(name, _labels(values))


def _labels(values: Sequence[Any]) -> dict[str, str]:
    """Each value as Python writes it to its label, which has no quotes unless some look alike."""
    labels = {_written(value): str(value) for value in values}
    return labels if len(set(labels.values())) == len(labels) else {one: one for one in labels}


def _written(value: Any) -> str:
    """A value as Python writes it, the same for tuples and lists."""
    return repr(plain_value(value))


def placed(records: Sequence[TrialRecord], scale: Scale) -> list[tuple[TrialRecord, float]]:
    """Trials that have a value on a scale, with its position."""
    found = [(r, scale.place(r.params[scale.name])) for r in records if scale.name in r.params]
    return [(record, place) for record, place in found if place is not None]
