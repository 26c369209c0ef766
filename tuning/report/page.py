"""One HTML page that needs nothing but itself: tables, figures, settings, failures, result."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from tuning.report.outcome import facts_of, scores_table, seeds_table
from tuning.report.registry import FIGURES, draw_all, render
from tuning.report.stages import confirmed_table, stages_table
from tuning.report.style import number
from tuning.report.tables import best_trials, trial_rows
from tuning.report.view import StudySnapshot, as_view
from tuning.storage.records import COMPLETE, FAILED, PRUNED

_STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, "Segoe UI", Roboto, sans-serif; color: #2b2f36;
       margin: 0 auto; max-width: 1080px; padding: 24px 20px 60px; background: #fff; }
h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 19px; margin: 36px 0 8px; }
p.note, figcaption { color: #5c6470; margin: 0 0 8px; font-size: 14px; }
.cards { display: flex; flex-wrap: wrap; gap: 12px; margin: 20px 0; }
.card { border: 1px solid #dfe3e8; border-radius: 8px; padding: 10px 16px; min-width: 110px; }
.card b { display: block; font-size: 20px; font-weight: 600; }
.card span { color: #5c6470; font-size: 13px; }
p.verdict { font-weight: 600; }
.scroll { overflow-x: auto; margin-bottom: 12px; }
table { border-collapse: collapse; font-size: 13.5px; }
th, td { text-align: left; padding: 5px 12px 5px 0; border-bottom: 1px solid #e6e9ed;
         vertical-align: top; }
th { font-weight: 600; white-space: nowrap; } td { font-variant-numeric: tabular-nums; }
td.wide { white-space: pre-wrap; overflow-wrap: anywhere; }
figure { margin: 0; } figure img { max-width: 100%; height: auto; }
details summary { cursor: pointer; color: #0072b2; }
@media print { body { max-width: none; } figure { break-inside: avoid; } }
"""


def write_report(
    study: Any, path: str | Path, *, figures: Mapping[str, Figure] | None = None
) -> Path:
    """Writes a study as one HTML page that loads nothing from elsewhere.

    Args:
        study: An `optuna.Study` or its `StudySnapshot`; it may have no trials yet.
        path: The file; written beside and then renamed.
        figures: What `tuning.report.registry.draw_all` made, to save the time of drawing again.

    Returns:
        The file.
    """
    target = Path(path)
    unfinished = target.with_name(target.name + ".part")
    unfinished.write_text(report_page(as_view(study), figures), encoding="utf-8")
    return unfinished.replace(target)


def report_page(view: StudySnapshot, figures: Mapping[str, Figure] | None = None) -> str:
    """Builds the page; every text of the study is escaped."""
    drawn = draw_all(view) if figures is None else figures
    sections = [
        f"<h1>{_text(view.name)}</h1>",
        f'<p class="note">{_text(_subtitle(view))}</p>',
        _cards(view),
        _section("Result", _result(view.result)) if view.result else "",
        _section(_best_title(view), _trials_table(view, best_trials(view))),
        *(
            _section(title, _table(*table))
            for title, table in (
                ("Stages", stages_table(view)),
                ("Confirmed with other seeds", confirmed_table(view)),
            )
            if table is not None
        ),
        *(
            _figure_section(FIGURES[name].title, FIGURES[name].caption, figure)
            for name, figure in drawn.items()
        ),
        _failures(view),
        _section("Space", _space_table(view)) if view.space is not None else "",
        _section("Settings", _definitions(view.settings)) if view.settings else "",
        _all_trials(view),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        # Whatever a study holds, the page runs no script and asks no server.
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">"
        f"<title>{_text(view.name)}</title><style>{_STYLE}</style></head>\n<body>\n"
        + "\n".join(filter(None, sections))
        + "\n</body></html>\n"
    )


def _text(value: Any) -> str:
    from tuning.credentials import mask_credentials

    return escape(mask_credentials(str(value)))


def _subtitle(view: StudySnapshot) -> str:
    goals = [f"{name} ({'larger' if up else 'smaller'} is better)" for name, up in view.metrics]
    how = [str(view.settings[key]) for key in ("strategy", "pruner") if view.settings.get(key)]
    start = "" if view.started is None else f", started {view.started:%Y-%m-%d %H:%M}"
    return f"{', '.join(goals)}{'; ' if how else ''}{' with '.join(how)}{start}"


def _cards(view: StudySnapshot) -> str:
    states = Counter(record.state for record in view.records)
    cards = [(str(len(view.records)), "trials")]
    cards += [(str(states[s]), s) for s in (COMPLETE, PRUNED, FAILED) if states[s]]
    if view.best is not None and len(view.metrics) == 1:
        cards.append((number(view.best.values[0], 5), f"best {view.metric}"))
    if view.finished:
        seconds = max(view.seconds(record.finished) for record in view.finished)
        cards.append((_duration(seconds), "from first start to last end"))
    inner = "".join(
        f'<div class="card"><b>{_text(value)}</b><span>{_text(label)}</span></div>'
        for value, label in cards
    )
    return f'<div class="cards">{inner}</div>'


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{seconds:.1f} s"


def _best_title(view: StudySnapshot) -> str:
    return "Pareto front" if len(view.metrics) > 1 else "Best trials"


def _section(title: str, content: str) -> str:
    return f"<section><h2>{_text(title)}</h2>\n{content}</section>"


def _figure_section(title: str, caption: str, figure: Figure) -> str:
    data = base64.b64encode(render(figure, "svg")).decode()
    image = f'<img alt="{_text(title)}" src="data:image/svg+xml;base64,{data}">'
    body = f"<figure><figcaption>{_text(caption)}</figcaption>{image}</figure>"
    return _section(title, body)


def _table(header: Sequence[str], rows: Iterable[Sequence[Any]], *, wide: int = -1) -> str:
    head = "".join(f"<th>{_text(name)}</th>" for name in header)
    body = "".join(
        "<tr>"
        + "".join(
            f"<td{' class=wide' if column == wide else ''}>{_text(number(cell))}</td>"
            for column, cell in enumerate(row)
        )
        + "</tr>\n"
        for row in rows
    )
    return (
        f'<div class="scroll"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>\n{body}</tbody></table></div>"
    )


def _trials_table(
    view: StudySnapshot, rows: Sequence[Mapping[str, Any]], *, state: bool = False
) -> str:
    if not rows:
        return '<p class="note">No trial is complete yet.</p>'
    metrics = [name for name, _ in view.metrics]
    names = list(dict.fromkeys(name for row in rows for name in row["params"]))
    columns = ["trial", *(["state"] if state else []), *metrics]
    lines = [
        [row[column] for column in columns]
        + [row["params"].get(name) for name in names]
        + [row["epochs"], row["seconds"]]
        for row in rows
    ]
    return _table([*columns, *names, "epochs", "seconds"], lines)


def _result(result: Mapping[str, Any]) -> str:
    """The verdict as a sentence, the scores as a table, and the facts beneath."""
    verdict = result.get("verdict")
    parts = [f'<p class="verdict">{_text(verdict)}</p>'] if verdict else []
    tables = (scores_table(result), seeds_table(result))
    parts += [_table(*table) for table in tables if table is not None]
    facts = facts_of(result)
    if facts:
        parts.append(_definitions(facts))
    return "\n".join(parts)


def _failures(view: StudySnapshot) -> str:
    failed = view.of_state(FAILED)
    if not failed:
        return ""
    rows = [
        (
            record.number,
            record.attempts or None,
            record.reason or "not known",
            ", ".join(f"{name}={number(value)}" for name, value in record.params.items()),
        )
        for record in failed
    ]
    return _section(
        "Failed trials", _table(("trial", "attempts", "reason", "params"), rows, wide=2)
    )


def _all_trials(view: StudySnapshot) -> str:
    if not view.records:
        return ""
    table = _trials_table(view, trial_rows(view), state=True)
    return f"<details><summary>All {len(view.records)} trials</summary>\n{table}</details>"


def _space_table(view: StudySnapshot) -> str:
    plain = {} if view.space is None else view.space.to_dict()
    rows = []
    for name, form in plain.items():
        kind = next((k for k in ("int", "float", "choice", "fixed") if k in form), "")
        rest = {k: v for k, v in form.items() if k not in (kind, "when")}
        when = ", ".join(f"{k} in {v}" for k, v in form.get("when", {}).items())
        values = json.dumps(form.get(kind), default=str)
        options = ", ".join(f"{key}={value}" for key, value in rest.items())
        rows.append((name, kind, values, options, when))
    return _table(("parameter", "kind", "values", "options", "only when"), rows, wide=2)


def _definitions(values: Mapping[str, Any]) -> str:
    return _table(("name", "value"), _leaves(values, ""), wide=1)


def _leaves(values: Mapping[str, Any], prefix: str) -> list[tuple[str, Any]]:
    """Rows of a nested dictionary: names joined by slashes, lists written out."""
    rows: list[tuple[str, Any]] = []
    for key, value in values.items():
        if isinstance(value, Mapping):
            rows += _leaves(value, f"{prefix}{key} / ")
        elif isinstance(value, list | tuple):
            if value:
                flat = not any(isinstance(item, Mapping | list | tuple) for item in value)
                text = ", ".join(map(number, value)) if flat else json.dumps(value, default=str)
                rows.append((f"{prefix}{key}", text))
        elif value is not None:
            rows.append((f"{prefix}{key}", value))
    return rows
