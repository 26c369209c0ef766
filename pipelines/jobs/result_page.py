"""What a notebook shows of a result: the verdict, the best trials and the course of the search."""

from __future__ import annotations

import base64
from html import escape
from typing import TYPE_CHECKING

from pipelines.formatting import format_value
from pipelines.jobs.summary import summary_facts

if TYPE_CHECKING:
    from pipelines.jobs.result import TuneResult

_SHOWN = 5


def result_html(result: TuneResult) -> str:
    """A fragment of HTML that loads nothing from elsewhere.

    Args:
        result: The result.
    """
    rows = "".join(
        f"<tr><th scope='row' style='text-align:left'>{escape(name)}</th>"
        f"<td style='text-align:left'>{escape(text)}</td></tr>"
        for name, text in summary_facts(result)
    )
    return (
        f"<div><b>{escape(result.study)}</b><table>{rows}</table>"
        f"{_leaderboard(result)}{_figure(result)}</div>"
    )


def _leaderboard(result: TuneResult) -> str:
    best = result.best_trials(_SHOWN)
    if not best:
        return ""
    names = list(dict.fromkeys(name for row in best for name in row["params"]))
    header = "".join(f"<th scope='col'>{escape(n)}</th>" for n in ("trial", result.metric, *names))
    lines = "".join(
        "<tr>"
        + "".join(
            f"<td>{escape(format_value(cell))}</td>"
            for cell in (row["number"], row["value"], *(row["params"].get(n) for n in names))
        )
        + "</tr>"
        for row in best
    )
    return f"<table><tr>{header}</tr>{lines}</table>"


def _figure(result: TuneResult) -> str:
    """The course of the search, or nothing where its store is gone."""
    from tuning import JobError, open_study
    from tuning.report.progress import history_figure
    from tuning.report.registry import render
    from tuning.report.view import view_study

    try:
        view = view_study(open_study(result.study, result.search.storage))
    except JobError:
        return ""
    picture = base64.b64encode(render(history_figure(view), "png")).decode()
    return (
        f"<img style='max-width:640px' alt='{escape(result.metric)} of every trial, and the best "
        f"so far' src='data:image/png;base64,{picture}'>"
    )
