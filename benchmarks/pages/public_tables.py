"""How the comparison on public tables looks in the documents."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from typing import Any

from benchmarks._table import commit_of, markdown_table
from benchmarks._table_methods import OURS, PEER
from benchmarks._table_scores import FOLDS

# What a table is ranked by, as a reader knows it: name, and whether 1 minus the number is shown.
_SHOWN = {"rmse": ("RMSE", False), "1-auc": ("ROC AUC", True), "log_loss": ("log loss", False)}


def render_tables(record: Mapping[str, Any]) -> str:
    """One record as Markdown: who is ahead over all tables, then every table.

    Args:
        record: The content of its JSON file, as `benchmarks.tables` writes it.
    """
    blocks = [_outcome(record)] if "trials" in record else []
    # After a search there are too few tables for parts of them to say something.
    shown = ["all"] if "trials" in record else list(record["summary"])
    for title, summary in ((title, record["summary"][title]) for title in shown):
        heading = f"**Tables: {title} ({summary['tables']}).**"
        ranks = _ranks(summary, record["methods"])
        blocks += [heading, ranks, _duels(summary, len(record["seeds"]))]
    if worth := record.get("searched_against_defaults"):
        title = (
            f"**What {record['trials']} trials are worth**: each method beside its own defaults."
        )
        blocks += [title, _worth(worth)]
    blocks += ["**Every table**, mean of the folds.", _every_table(record), _origin(record)]
    return "\n\n".join(blocks) + "\n"


def _outcome(record: Mapping[str, Any]) -> str:
    """Who is ahead after the searches, ours or whoever beats it, and whether ours was worth it."""
    ranks = record["summary"]["all"]["mean_rank"]
    own, better = ranks[OURS], {name: r for name, r in ranks.items() if r < ranks[OURS]}
    after = f"after {record['trials']} trials of each method"
    if "average" in record:
        after += f", the best {record['average']} of each averaged"
    if better:
        ahead = ", ".join(f"{name} ({rank:.2f})" for name, rank in sorted(better.items()))
        found = f"**Behind by mean rank {after}: `{OURS}` {own:.2f}; ahead of it: {ahead}.**"
    else:
        name, rank = min(((n, r) for n, r in ranks.items() if n != OURS), key=lambda one: one[1])
        word = "Level with the best" if rank == own else "Ahead of all"
        found = (
            f"**{word} by mean rank {after}: `{OURS}` {own:.2f}, the next is {name}, {rank:.2f}.**"
        )
    middle, *ends = record["searched_against_defaults"].get(OURS, {}).get("ratio", [1.0])
    if middle <= 1:
        return found
    noise = "within the noise of the tables" if ends[0] <= 1 else "beyond the noise of the tables"
    return (
        f"{found} **The search made it worse than its own defaults: error {middle:.3f} times "
        f"theirs, {noise}. On tables this small take the defaults, or a search whose verdict says "
        "that it beats them.**"
    )


def _ranks(summary: Mapping[str, Any], methods: list[str]) -> str:
    headings = ("method", "mean rank", "by accuracy or MAE", "CPU seconds a fold")
    order = sorted(methods, key=lambda name: summary["mean_rank"][name])
    cells = [
        (
            name,
            f"{summary['mean_rank'][name]:.2f}",
            f"{summary['mean_rank_by_accuracy_or_mae'][name]:.2f}",
            f"{summary['seconds_a_fold'][name]:.2f}",
        )
        for name in order
    ]
    return markdown_table(headings, cells)


def _duels(summary: Mapping[str, Any], folds: int) -> str:
    return "\n".join(_duel(name, summary, folds) for name in summary["ours_against"])


def _duel(name: str, summary: Mapping[str, Any], folds: int) -> str:
    duel, seconds = summary["ours_against"][name], summary["seconds_a_fold"]
    low, high = duel["win_share"]
    middle, least, most = duel["ratio"]
    # The fastest methods may take less than the clock of the processor tells.
    times = f"{seconds[OURS] / seconds[name]:.0f} times" if seconds[name] else "not told apart"
    parts = [
        f"- `{OURS}` against {name}: ahead on {duel['wins']} tables, behind on {duel['losses']} "
        f"(share of wins {low:.0%} to {high:.0%})",
        f"beyond the noise of the folds ahead on {duel['clear_wins']}, behind on "
        f"{duel['clear_losses']}",
        f"error {middle:.3f} times theirs [{least:.3f}, {most:.3f}], seconds {times}.",
    ]
    # One fold has no noise that could be told.
    return "; ".join(parts if folds > 1 else [parts[0], parts[2]])


def _worth(worth: Mapping[str, Any]) -> str:
    headings = ("method", "better on", "worse on", "error, times that of its defaults")
    cells = []
    for name, duel in worth.items():
        middle, least, most = duel["ratio"]
        ratio = f"{middle:.3f} [{least:.3f}, {most:.3f}]"
        cells.append((name, str(duel["wins"]), str(duel["losses"]), ratio))
    return markdown_table(headings, cells)


def _every_table(record: Mapping[str, Any]) -> str:
    methods = record["methods"]
    headings = ("table", "rows x columns", "metric", *methods, "against gradient boosting")
    return markdown_table(headings, [_row(n, t, methods) for n, t in record["tables"].items()])


def _row(name: str, table: Mapping[str, Any], methods: list[str]) -> tuple[str, ...]:
    title, turned = _SHOWN[table["metric"]]
    means = [statistics.mean(cell[table["metric"]] for cell in table["folds"][m]) for m in methods]
    best = min(means)
    shown = []
    for mean in means:
        text = f"{1 - mean if turned else mean:.4g}"
        shown.append(f"**{text}**" if mean == best else text)
    seen = "" if table["developed"] else " (new)"
    size = f"{table['rows']:,} x {table['columns']}"
    return (name + seen, size, title, *shown, _verdict(table["ours_minus"].get(PEER)))


def _verdict(gap: list[float] | None) -> str:
    if gap is None:
        return ""
    _, low, high = gap
    return "ahead" if high < 0 else "behind" if low > 0 else "level"


def _origin(record: Mapping[str, Any]) -> str:
    machine = record["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in record["versions"].items())
    return (
        f"`{record['command']}`, {len(record['seeds'])} of {FOLDS} folds (seeds "
        f"{record['seeds'][0]} to {record['seeds'][-1]}), commit {commit_of(record)}, "
        f"{record['date'][:10]}; one thread of {machine['cores']} cores, {machine['cpu']}; "
        f"{versions}."
    )
