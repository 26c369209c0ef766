"""One HTML page that needs nothing but itself: tables, figures, settings, failures, result."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from matplotlib.figure import Figure

from tuning.files import whole_file
from tuning.report import summary
from tuning.report.constraints import constraints_table
from tuning.report.evaluation import EVALUATIONS
from tuning.report.markup import definitions, figure, section, table, text
from tuning.report.registry import FIGURES, draw_all
from tuning.report.stages import confirmed_table, stages_table
from tuning.report.tables import best_trials, trial_rows
from tuning.report.theme import variables
from tuning.report.values import number
from tuning.report.view import StudySnapshot, as_view
from tuning.storage.records import FAILED


class _Part(NamedTuple):
    name: str
    title: str
    content: str


def write_report(
    study: Any,
    path: str | Path,
    *,
    figures: Mapping[str, Figure] | None = None,
    run_url: str | None = None,
    refresh: float | None = None,
) -> Path:
    """Writes a study as one HTML page that loads nothing from elsewhere.

    Args:
        study: An `optuna.Study` or its `StudySnapshot`; it may have no trials yet.
        path: The file; written beside and then renamed.
        figures: What `tuning.report.registry.draw_all` made, to save the time of drawing again.
        run_url: Where its run is looked at.
        refresh: Seconds after which a browser reads the page again; None for never.

    Returns:
        The file.
    """
    target = Path(path)
    page = report_page(as_view(study), figures, run_url=run_url, refresh=refresh)
    with whole_file(target) as partial:
        partial.write_text(page, encoding="utf-8")
    return target


def report_page(
    view: StudySnapshot,
    figures: Mapping[str, Figure] | None = None,
    *,
    run_url: str | None = None,
    refresh: float | None = None,
) -> str:
    """Builds the page; every text of the study is escaped."""
    drawn = draw_all(view) if figures is None else figures
    parts = [part for part in _parts(view, drawn, run_url) if part.content]
    links = "".join(f'<li><a href="#{p.name}">{text(p.title)}</a></li>' for p in parts)
    script = files(__package__).joinpath("page.js").read_text(encoding="utf-8")
    body = "\n".join(
        [
            f"<header>{summary.heading(view)}",
            summary.verdict(view),
            _live_note(view, refresh),
            summary.cards(view),
            f'<nav aria-label="Contents"><ol>{links}</ol></nav></header>',
            f"<main>{chr(10).join(section(*part) for part in parts)}</main>",
            f"<script>{script}</script>",
        ]
    )
    return f"{_head(view, script, refresh)}\n<body>\n{body}\n</body></html>\n"


def _head(view: StudySnapshot, script: str, refresh: float | None) -> str:
    style = variables() + files(__package__).joinpath("page.css").read_text(encoding="utf-8")
    known = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    again = f'<meta http-equiv="refresh" content="{refresh:g}">' if refresh else ""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        # Whatever a study holds, the page runs this one script and asks no server.
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        f"style-src 'unsafe-inline'; script-src 'sha256-{known}'\">"
        f"{again}<title>{text(view.name)}</title><style>{style}</style></head>"
    )


def _live_note(view: StudySnapshot, refresh: float | None) -> str:
    if not refresh:
        return ""
    total = view.settings.get("total", view.settings.get("trials"))
    of = "" if total is None else f" of {total}"
    return (
        f'<p class="note" role="status">The search is running: {len(view.finished)}{of} trials '
        f"have ended. This page is read again every {refresh:g} s.</p>"
    )


def _parts(
    view: StudySnapshot, drawn: Mapping[str, Figure], run_url: str | None
) -> Iterator[_Part]:
    """The parts of the page in their order; those without content are left out."""
    yield _Part("result", "Result", summary.result(view) if view.result else "")
    for name, entry in EVALUATIONS.items():
        if name in view.evaluation:
            drawing = entry.draw(view.evaluation[name])
            yield _Part(name, entry.title, figure(name, entry.caption, drawing))
    yield _Part("again", "Look further", summary.going_on(view, run_url))
    several = len(view.metrics) > 1
    best = best_trials(view, None) if several else best_trials(view)
    title = "Pareto front" if several else "Best trials"
    yield _Part("best", title, _trials_table(view, best))
    for name, title, found in (
        ("constraints", "Constraints", constraints_table(view)),
        ("stages", "Stages", stages_table(view)),
        ("confirmed", "Confirmed with other seeds", confirmed_table(view)),
    ):
        yield _Part(name, title, "" if found is None else table(*found))
    for name, drawing in drawn.items():
        shown = figure(f"figure-{name}", FIGURES[name].caption, drawing)
        yield _Part(name, FIGURES[name].title, shown)
    yield _Part("failures", "Failed trials", _failures(view))
    yield _Part("space", "Space", "" if view.space is None else _space_table(view))
    yield _Part("settings", "Settings", definitions(view.settings) if view.settings else "")
    yield _Part("all", "All trials", _all_trials(view))


def _trials_table(
    view: StudySnapshot, rows: Sequence[Mapping[str, Any]], *, state: bool = False, name: str = ""
) -> str:
    if not rows:
        return '<p class="note">No trial is complete yet.</p>'
    metrics = [metric for metric, _ in view.metrics]
    names = list(dict.fromkeys(name for row in rows for name in row["params"]))
    columns = ["trial", *(["state"] if state else []), *metrics]
    costs = [name for name in ("epochs", "seconds") if name not in metrics]
    lines = [
        [row[column] for column in columns]
        + [row["params"].get(name) for name in names]
        + [row[name] for name in costs]
        for row in rows
    ]
    return table([*columns, *names, *costs], lines, trials=True, name=name)


def _failures(view: StudySnapshot) -> str:
    rows = [
        (
            record.number,
            record.attempts or None,
            record.reason or "not known",
            ", ".join(f"{name}={number(value)}" for name, value in record.params.items()),
        )
        for record in view.of_state(FAILED)
    ]
    header = ("trial", "attempts", "reason", "params")
    return table(header, rows, wide=2, trials=True) if rows else ""


def _all_trials(view: StudySnapshot) -> str:
    if not view.records:
        return ""
    shown = _trials_table(view, trial_rows(view), state=True, name="all-trials")
    return f"<details><summary>Show {len(view.records)} trials</summary>\n{shown}</details>"


def _space_table(view: StudySnapshot) -> str:
    given = {} if view.space is None else view.space.to_dict()
    rows = []
    for name, form in given.items():
        kind = next((k for k in ("int", "float", "choice", "fixed") if k in form), "")
        rest = {k: v for k, v in form.items() if k not in (kind, "when")}
        when = ", ".join(f"{k} in {v}" for k, v in form.get("when", {}).items())
        values = json.dumps(form.get(kind), default=str)
        options = ", ".join(f"{key}={value}" for key, value in rest.items())
        rows.append((name, kind, values, options, when))
    return table(("parameter", "kind", "values", "options", "only when"), rows, wide=2)
