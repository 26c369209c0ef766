"""The recipe `tabular` with its defaults beside gradient boosting and others on public tables.

Nobody searches: each method runs with its defaults, once on each of five folds. Finished cells are
kept, so an interrupted run goes on. Seconds are those of the processor, on one thread.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks._harness import CONSOLE, RESULTS, parser
from benchmarks._kept_cells import Cell, KeptCells, deciding_code
from benchmarks._machine import Origin, command_line
from benchmarks._public_tables import SOURCES, MissingTableError, PublicTable, load_table
from benchmarks._table_methods import METHODS, OURS, available
from benchmarks._table_scores import difference, duel, mean_ranks, scores

# Tables that were developed on: the quick form may look at them again and again.
QUICK = ("diabetes", "pima")
FOLDS = 5


def folds(table: PublicTable, count: int = FOLDS) -> list[tuple[Any, Any]]:
    """Training and test rows of each fold; shuffled once, classes in equal shares.

    Args:
        table: The table.
        count: Number of folds.
    """
    from sklearn.model_selection import KFold, StratifiedKFold

    made = (StratifiedKFold if table.classes else KFold)(count, shuffle=True, random_state=0)
    return list(made.split(table.x, table.y))


def measure(cell: Cell, table: PublicTable, count: int) -> dict[str, float]:
    """Trains one method on one fold and scores it on the rows it has not seen.

    Args:
        cell: Which.
        table: Its table.
        count: Number of folds.

    Returns:
        Scores, and `seconds` of the processor.
    """
    train, test = folds(table, count)[cell.fold]
    started = time.process_time()
    predictions = METHODS[cell.method](table, train, test, cell.fold)
    seconds = time.process_time() - started
    return {**scores(table.classes, predictions, table.y[test]), "seconds": round(seconds, 3)}


def run_all(
    tables: Mapping[str, PublicTable], methods: Sequence[str], kept: KeptCells, count: int
) -> None:
    """Measures what is not kept yet, fold by fold.

    Args:
        tables: Name to table.
        methods: Names of methods.
        kept: Gets each cell as it ends.
        count: Number of folds.
    """
    cells = [Cell(t, fold, m) for fold in range(count) for t in tables for m in methods]
    missing = [cell for cell in cells if cell not in kept]
    CONSOLE.log(f"{len(missing)} of {len(cells)} cells to measure")
    for cell in missing:
        kept.add(cell, measure(cell, tables[cell.table], count))
        CONSOLE.log(f"{cell.table}, fold {cell.fold + 1}, {cell.method}: {kept[cell]}")


def summarize(
    tables: Mapping[str, PublicTable], methods: Sequence[str], kept: KeptCells, count: int
) -> dict[str, Any]:
    """What a record holds: every table's scores, mean ranks, duels with each peer, seconds.

    Args:
        tables: Name to table.
        methods: Those that are ranked, ours first.
        kept: All measured cells.
        count: Number of folds.
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
    gaps = {m: difference(by_metric[OURS], by_metric[m]) for m in methods if m != OURS}
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
            m: round(sum(seconds[m]) / sum(len(r["folds"][m]) for r in rows), 4) for m in methods
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


def _loaded(wanted: Sequence[str]) -> Iterator[tuple[str, PublicTable]]:
    for name in wanted:
        try:
            yield name, load_table(name)
        except MissingTableError as error:
            CONSOLE.log(f"{name} is left out: {error}")


def main() -> None:
    """Measures all cells and writes the record."""
    command = parser(__doc__ or "")
    command.add_argument("--methods", nargs="+", choices=METHODS, help="all by default; ours first")
    options = command.parse_args()
    # Before anything imports a numeric library: one thread for everybody.
    os.environ |= dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"), "1"
    )
    os.environ |= {"TF_NUM_INTEROP_THREADS": "1", "PYTHONWARNINGS": "ignore"}
    origin = Origin()
    count = options.rounds or (2 if options.quick else FOLDS)
    tables = dict(_loaded(QUICK if options.quick else tuple(SOURCES)))
    wanted = {OURS, *(options.methods or METHODS)}
    methods = [name for name in METHODS if name in wanted and available(name)]
    path = None if options.quick else RESULTS / "tables.runs.jsonl"
    kept = KeptCells(path, code=deciding_code())
    known = sum(Cell(t, f, m) in kept for t in tables for f in range(count) for m in methods)
    run_all(tables, methods, kept, count)
    record = {
        "name": "tables",
        "title": f"{len(tables)} public tables, {count} folds each",
        **origin.to_dict(command_line("tables")),
        "quick": options.quick,
        "seeds": list(range(count)),
        "cells_kept_before": known,
        **summarize(tables, methods, kept, count),
    }
    _write(record, RESULTS / f"tables{'.quick' if options.quick else ''}.json")


def _write(record: Mapping[str, Any], path: Path) -> None:
    from benchmarks.pages.public_tables import render_tables

    path.write_text(json.dumps(record, indent=1) + "\n")
    CONSOLE.print(render_tables(record))
    CONSOLE.print(f"Written to benchmarks/results/{path.name}.")


if __name__ == "__main__":
    main()
