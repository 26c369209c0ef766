"""What the page says first: what came out, how the search went, and how to go on from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from tuning.report.markup import definitions, table, text
from tuning.report.outcome import facts_of, scores_table, seeds_table
from tuning.report.values import duration, number
from tuning.report.view import StudySnapshot
from tuning.storage.records import COMPLETE, FAILED, PRUNED

_ROWS = 5  # of the scores, which are shown at once


def heading(view: StudySnapshot) -> str:
    """Name of the study, its goals, and how and when it was searched."""
    goals = [f"{name} ({'larger' if up else 'smaller'} is better)" for name, up in view.metrics]
    how = [str(view.settings[key]) for key in ("strategy", "pruner") if view.settings.get(key)]
    start = "" if view.started is None else f", started {view.started:%Y-%m-%d %H:%M}"
    line = f"{', '.join(goals)}{'; ' if how else ''}{' with '.join(how)}{start}"
    return f'<h1>{text(view.name)}</h1>\n<p class="note">{text(line)}</p>'


def verdict(view: StudySnapshot) -> str:
    """What came out, in two sentences; what wins is said first."""
    told = view.result.get("verdict")
    if not told:
        return ""
    standing = view.result.get("standing")
    found = list(standing.values()) if isinstance(standing, Mapping) else []
    kind = next((word for word in ("worse", "better") if word in found), "")
    return f'<p class="verdict {kind}">{text(told)}</p>'


def cards(view: StudySnapshot) -> str:
    """The search in some numbers."""
    states = Counter(record.state for record in view.records)
    shown = [(str(len(view.records)), "trials")]
    shown += [(str(states[s]), s) for s in (COMPLETE, PRUNED, FAILED) if states[s]]
    if view.best is not None and len(view.metrics) == 1:
        shown.append((number(view.best.values[0], 5), f"best {view.metric}"))
    if view.finished:
        seconds = max(view.seconds(record.finished) for record in view.finished)
        shown.append((duration(seconds), "from first start to last end"))
    inner = "".join(f"<li><b>{text(v)}</b><span>{text(label)}</span></li>" for v, label in shown)
    return f'<ul class="cards">{inner}</ul>'


def result(view: StudySnapshot) -> str:
    """The scores as tables."""
    scores, seeds = scores_table(view.result), seeds_table(view.result)
    parts = ["" if scores is None else _first_rows(*scores)]
    parts += ["" if seeds is None else table(*seeds)]
    return "\n".join(filter(None, parts))


def _first_rows(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """A table of what was asked for; many further metrics are shown on demand."""
    further = rows[_ROWS:]
    if len(further) < 2:
        return table(header, rows, name="scores")
    more = table(header, further)
    shown = table(header, rows[:_ROWS], name="scores")
    summary = f"<summary>Show {len(further)} further metrics</summary>"
    return f'{shown}\n<details class="more">{summary}\n{more}</details>'


def going_on(view: StudySnapshot, run_url: str | None) -> str:
    """What else is known, where the run is in MLflow, and how the winner is trained again."""
    facts = facts_of(view.result)
    parts = [definitions(facts)] if facts else []
    if run_url:
        local = "://127.0.0.1" in run_url
        how = ", while its UI runs on this machine" if local else ""
        parts.append(f'<p><a href="{text(run_url)}">The run in MLflow</a>{how}.</p>')
    lines = list(_reproduction(view))
    if lines:
        parts.append(
            "<p>Train again with the winner's hyperparameters:</p>"
            f'<pre tabindex="0"><code>{text(chr(10).join(lines))}</code></pre>'
        )
    return "\n".join(parts)


def _reproduction(view: StudySnapshot) -> list[str]:
    """The commit, the data and the command, as far as the study knows them."""
    command = view.result.get("reproduce")
    if not command:
        return []
    source: Mapping[str, Any] = view.provenance
    commit, dirty, _ = str(source.get("git_commit") or "").partition("-dirty")
    changed = "  # and uncommitted changes" if dirty else ""
    lines = [f"git checkout {commit[:12]}{changed}"] if commit else []
    if source.get("dataset"):
        known = str(source.get("fingerprint") or "")[:12]
        lines.append(f"# data: {source['dataset']}, fingerprint {known}")
    return [*lines, str(command)]
