"""What the cells of the comparison on public tables say together."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks._kept_cells import Cell, KeptCells
from benchmarks._public_tables import SOURCES, PublicTable
from benchmarks._table_methods import OURS
from benchmarks._table_scores import difference, duel, mean_ranks


def summarize(
    tables: Mapping[str, PublicTable], methods: Sequence[str], kept: KeptCells, count: int
) -> dict[str, Any]:
    """What a record holds: every table's scores, mean ranks, duels with each peer, seconds.

    Args:
        tables: Name to table.
        methods: Those that are ranked, ours first.
        kept: All measured cells.
        count: How many of the folds.
    """
    rows = {name: _table_row(name, table, methods, kept, count) for name, table in tables.items()}
    groups = {
        "all": list(rows),
        "not seen in development": [name for name in rows if not SOURCES[name].developed],
        "seen in development": [name for name in rows if SOURCES[name].developed],
    }
    return {
        "methods": list(methods),
        "tables": rows,
        "summary": {
            title: _summary([rows[name] for name in names], names, methods)
            for title, names in groups.items()
            if names
        },
    }


def _table_row(
    name: str, table: PublicTable, methods: Sequence[str], kept: KeptCells, count: int
) -> dict[str, Any]:
    found = {m: [kept[Cell(name, fold, m)] for fold in range(count)] for m in methods}
    by_metric = {m: [cell[table.metric] for cell in cells] for m, cells in found.items()}
    # One fold has no spread, and its interval no ends that JSON could hold.
    peers = [m for m in methods if m != OURS] if count > 1 else []
    gaps = {m: difference(by_metric[OURS], by_metric[m]) for m in peers}
    return {
        "rows": len(table.y),
        "columns": table.x.shape[1],
        "classes": table.classes,
        "developed": SOURCES[name].developed,
        "metric": table.metric,
        "folds": found,
        "ours_minus": {m: list(gap) for m, gap in gaps.items()},
    }


def _summary(
    rows: Sequence[Mapping[str, Any]], names: Sequence[str], methods: Sequence[str]
) -> dict[str, Any]:
    by_metric = {m: dict(zip(names, [_metric(r, m) for r in rows], strict=True)) for m in methods}
    plain = {m: dict(zip(names, [_plain(r, m) for r in rows], strict=True)) for m in methods}
    seconds = {m: [sum(c["seconds"] for c in r["folds"][m]) for r in rows] for m in methods}
    return {
        "tables": len(rows),
        "mean_rank": mean_ranks(_means(by_metric, names)),
        "mean_rank_by_accuracy_or_mae": mean_ranks(_means(plain, names)),
        "ours_against": {m: duel(by_metric[OURS], by_metric[m]) for m in methods if m != OURS},
        "seconds_a_fold": {
            m: round(sum(seconds[m]) / sum(len(r["folds"][m]) for r in rows), 6) for m in methods
        },
    }


def _metric(row: Mapping[str, Any], method: str) -> list[float]:
    return [cell[row["metric"]] for cell in row["folds"][method]]


def _plain(row: Mapping[str, Any], method: str) -> list[float]:
    cells = row["folds"][method]
    return [1 - c["accuracy"] if row["classes"] else c["mae"] for c in cells]


def _means(
    found: Mapping[str, Mapping[str, Sequence[float]]], names: Sequence[str]
) -> dict[str, dict[str, float]]:
    return {n: {m: sum(of[n]) / len(of[n]) for m, of in found.items()} for n in names}


def against_defaults(searched_record: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """What the search of each method was worth: its scores beside those of its defaults.

    Args:
        searched_record: What `summarize` says of the searched methods, with `seeds`.
        path: The record of the defaults, if there is one.

    Returns:
        Method to its `duel` with itself on the tables and folds that both records have.
    """
    known = json.loads(path.read_text())["tables"] if path.exists() else {}
    count = len(searched_record["seeds"])
    found = {}
    for method in searched_record["methods"]:
        pairs = {
            name: (_metric(row, method), _metric(known[name], method)[:count])
            for name, row in searched_record["tables"].items()
            if method in known.get(name, {"folds": ()})["folds"]
        }
        if pairs:
            ours, theirs = ({n: pair[side] for n, pair in pairs.items()} for side in (0, 1))
            found[method] = duel(ours, theirs)
    return found
