"""Every figure of a study, by name."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from tuning._names import unknown_name
from tuning.report.contour import contour_figure
from tuning.report.importance import importance_figure
from tuning.report.marks import rendered
from tuning.report.parallel import parallel_figure
from tuning.report.pareto import pareto_figure
from tuning.report.progress import curves_figure, history_figure, incumbent_figure
from tuning.report.slices import slices_figure
from tuning.report.svg import draw_svg
from tuning.report.timeline import timeline_figure
from tuning.report.view import StudySnapshot, as_view


@dataclass(frozen=True)
class FigureEntry:
    """One figure of the report.

    Attributes:
        title: Heading.
        caption: How to read it.
        draw: Makes the figure; also of a study without trials.
        needs_metrics: How many metrics a study must have for it.
    """

    title: str
    caption: str
    draw: Callable[[StudySnapshot], Figure]
    needs_metrics: int = 1


FIGURES: dict[str, FigureEntry] = {
    "history": FigureEntry(
        "Trials",
        "Each trial's value, and the best among the trials up to it. "
        "Hollow triangles on the edge were pruned far from the best.",
        history_figure,
    ),
    "incumbent": FigureEntry(
        "Best value over time",
        "What the search had found after how much time; triangles were pruned.",
        incumbent_figure,
    ),
    "pareto": FigureEntry(
        "Pareto front",
        "Trials that no other one beats in every metric; triangles were pruned, at their last "
        "reports or on the edge of a metric that they never reported.",
        pareto_figure,
        2,
    ),
    "importance": FigureEntry(
        "Importance of the hyperparameters",
        "How much each decides whether a trial is among the best tenth (PED-ANOVA); pruned trials "
        "count as not among them.",
        importance_figure,
    ),
    "parallel": FigureEntry(
        "Parallel coordinates",
        "One line per trial, from its parameters to its value; dashed ones were pruned.",
        parallel_figure,
    ),
    "slices": FigureEntry(
        "One hyperparameter at a time",
        "The colour is the number of the trial, the star is the best; triangles were pruned, at "
        "their last value or on the edge.",
        slices_figure,
    ),
    "contour": FigureEntry(
        "The two most important hyperparameters",
        "Between the complete trials the colour is interpolated; triangles were pruned.",
        contour_figure,
    ),
    "curves": FigureEntry(
        "Learning curves", "Dashed lines with a triangle were pruned.", curves_figure
    ),
    "timeline": FigureEntry(
        "Workers", "Which worker ran which trial when; gaps are idle time.", timeline_figure
    ),
}


def draw(name: str, study: Any) -> Figure:
    """Draws one figure.

    Args:
        name: A key of `FIGURES`.
        study: An `optuna.Study` or its `StudySnapshot`.

    Returns:
        The figure; save it with `savefig`.

    Raises:
        ValueError: If there is no such figure.
    """
    if name not in FIGURES:
        raise ValueError(unknown_name("figure", name, FIGURES))
    return FIGURES[name].draw(as_view(study))


def figures_of(view: StudySnapshot) -> dict[str, FigureEntry]:
    """Figures that make sense for a study's number of metrics."""
    return {k: entry for k, entry in FIGURES.items() if len(view.metrics) >= entry.needs_metrics}


def draw_all(study: Any) -> dict[str, Figure]:
    """Draws every figure that makes sense for a study.

    Args:
        study: An `optuna.Study` or its `StudySnapshot`.
    """
    view = as_view(study)
    return {name: entry.draw(view) for name, entry in figures_of(view).items()}


def write_figures(
    study: Any, folder: str | Path, *, figures: Mapping[str, Figure] | None = None
) -> list[Path]:
    """Writes every figure of a study as a PNG file.

    Args:
        study: An `optuna.Study` or its `StudySnapshot`.
        folder: Made when it does not exist.
        figures: What `draw_all` made, to save the time of drawing again.

    Returns:
        The files.
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    files = []
    for name, figure in (draw_all(study) if figures is None else figures).items():
        files.append(target / f"{name}.png")
        files[-1].write_bytes(render(figure, "png"))
    return files


def render_all(figures: Mapping[str, Figure]) -> None:
    """Renders figures for files and page ahead: later calls only take what was rendered.

    Args:
        figures: What `draw_all` made.
    """
    for figure in figures.values():
        render(figure, "png")
        draw_svg(figure)


def render(figure: Figure, form: str) -> bytes:
    """Renders a figure.

    Args:
        figure: The figure.
        form: `"png"` or `"svg"`.

    Returns:
        The bytes of the file, without a date: equal figures give equal PNG files.
    """

    def drawn() -> bytes:
        buffer = io.BytesIO()
        metadata = {"Date": None} if form == "svg" else None
        figure.savefig(buffer, format=form, dpi=110, metadata=metadata)
        return buffer.getvalue()

    return rendered(figure, form, drawn)
