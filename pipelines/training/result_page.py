"""What a notebook shows of a training: its scores beside the simple method's, and its curves."""

from __future__ import annotations

import base64
import io
from html import escape
from typing import TYPE_CHECKING

from pipelines.formatting import format_value

if TYPE_CHECKING:
    from pipelines.training.run import TrainResult


def result_html(result: TrainResult) -> str:
    """A fragment of HTML that loads nothing from elsewhere.

    Args:
        result: The result.
    """
    columns = {
        "validation": result.metrics,
        "test": result.test_metrics,
        f"{result.baseline} (test)": result.baseline_metrics,
    }
    header = "".join(f"<th scope='col'>{escape(label)}</th>" for label in ("", *columns))
    rows = "".join(
        f"<tr><th scope='row' style='text-align:left'>{escape(name)}</th>"
        + "".join(f"<td>{escape(format_value(of.get(name)))}</td>" for of in columns.values())
        + "</tr>"
        for name in result.test_metrics
    )
    return (
        f"<div><b>{escape(result.recipe)}</b>, {result.seconds:.1f} s"
        f"<table><tr>{header}</tr>{rows}</table>{_curves(result)}</div>"
    )


def _curves(result: TrainResult) -> str:
    from matplotlib import pyplot

    from pipelines.figures import history_figure

    figure, buffer = history_figure(dict(result.history)), io.BytesIO()
    figure.savefig(buffer, format="png")
    pyplot.close(figure)
    picture = base64.b64encode(buffer.getvalue()).decode()
    return (
        "<img style='max-width:640px' alt='Loss and metrics of every epoch' "
        f"src='data:image/png;base64,{picture}'>"
    )
