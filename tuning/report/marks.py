"""What a figure says to those who point at its marks, and to those who do not see it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.artist import Artist
from matplotlib.figure import Figure

from tuning.report.values import number
from tuning.storage.records import COMPLETE, TrialRecord


@dataclass(frozen=True)
class Mark:
    """A dot, a line or a bar of a figure.

    Attributes:
        text: What it stands for.
        trial: The trial it belongs to, or None: the page shows marks of one trial together.
    """

    text: str
    trial: int | None = None


class StudyFigure(Figure):
    """A figure that knows its marks and can be read aloud.

    Attributes:
        marks: Id of a group of elements to their marks, one for each element or one for all.
        alt: What the figure shows, for those who do not see it.
        renderings: Its files by their form: a figure is drawn once and then shown as it is.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.marks: dict[str, Sequence[Mark]] = {}
        self.alt = ""
        self.renderings: dict[str, bytes] = {}


def mark(artist: Artist, marks: Iterable[Mark]) -> None:
    """Gives the elements of an artist their marks.

    Args:
        artist: A line or a patch with one mark, or a scatter with one mark per dot. Dots must
            have a list of colours: equal ones are drawn in another way, which leaves some out.
        marks: In the order of the elements.
    """
    figure = artist.figure
    if isinstance(figure, StudyFigure):
        name = f"marks{len(figure.marks)}"
        artist.set_gid(name)
        figure.marks[name] = list(marks)


def trial_mark(record: TrialRecord, metric: str, objective: int = 0) -> Mark:
    """The mark of a trial.

    Args:
        record: The trial.
        metric: Name of the metric that is shown.
        objective: Which of its values that is, from 0.

    Example:
        >>> trial_mark(TrialRecord(number=7, state="pruned", values=(0.5,)), "val_accuracy").text
        'trial 7: val_accuracy 0.5 (pruned)'
    """
    value = record.values[objective] if len(record.values) > objective else None
    reached = "" if value is None or math.isnan(value) else f" {metric} {number(value)}"
    broken = [name for name, excess in record.constraints.items() if excess > 0]
    state = "" if record.state == COMPLETE else f" ({record.state})"
    state += f" (breaks {', '.join(broken)})" if broken else ""
    return Mark(f"trial {record.number}:{reached}{state}", record.number)


def rendered(figure: Figure, form: str, draw: Callable[[], bytes]) -> bytes:
    """Renders a figure in one form, or returns what it was rendered to before.

    Args:
        figure: The figure; its layout is settled by the first rendering, which halves the time of
            the next one.
        form: Name of the form.
        draw: Renders it.
    """
    known = figure.renderings if isinstance(figure, StudyFigure) else {}
    if form not in known:
        known[form] = draw()
        figure.set_layout_engine("none")
    return known[form]


def describe(figure: Figure, text: str) -> None:
    """Says in words what a figure shows."""
    if isinstance(figure, StudyFigure):
        figure.alt = text
