"""The recipe `tabular` beside gradient boosting and others on public tables.

By default nobody searches: each method runs with its defaults, once on each of five folds. With
`--trials 40` each is searched first, on some of the training rows, and then refitted on all; with
`--average 8` the best eight trials of each are refitted, and the mean of what they predict counts.
Finished cells are kept, so an interrupted run goes on. Seconds are those of the processor, on one
thread.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks._harness import CONSOLE, RESULTS, parser
from benchmarks._kept_cells import Cell, KeptCells, deciding_code
from benchmarks._machine import Origin, command_line, processor_seconds
from benchmarks._public_tables import SOURCES, MissingTableError, PublicTable, load_table
from benchmarks._table_methods import METHODS, OURS, available
from benchmarks._table_scores import FOLDS, scores
from benchmarks._table_searches import PEERS, VALIDATION, searched
from benchmarks._table_summary import against_defaults, summarize

# Tables that were developed on: the quick form may look at them again and again.
QUICK = ("diabetes", "pima")
QUICK_TRIALS = 3
# What is searched by default: a search of ours takes a minute or two on tables up to this size.
MOST_ROWS = 1400


def folds(table: PublicTable) -> list[tuple[Any, Any]]:
    """Training and test rows of each fold; shuffled once, classes in equal shares.

    Args:
        table: The table.
    """
    from sklearn.model_selection import KFold, StratifiedKFold

    made = (StratifiedKFold if table.classes else KFold)(FOLDS, shuffle=True, random_state=0)
    return list(made.split(table.x, table.y))


def measure(
    cell: Cell, table: PublicTable, *, trials: int = 0, average: int = 1
) -> dict[str, float]:
    """Trains one method on one fold and scores it on the rows it has not seen.

    Args:
        cell: Which.
        table: Its table.
        trials: Of the search before; 0 takes the defaults.
        average: How many of the best trials are refitted and averaged.

    Returns:
        Scores, and `seconds` of the processor, in this process and those that it started.
    """
    train, test = folds(table)[cell.fold]
    started = processor_seconds()
    if trials:
        how = {"trials": trials, "average": average}
        predictions = searched(cell.method, table, train, test, cell.fold, **how)
    else:
        predictions = METHODS[cell.method](table, train, test, cell.fold)
    seconds = processor_seconds() - started
    return {**scores(table.classes, predictions, table.y[test]), "seconds": round(seconds, 6)}


def run_all(
    tables: Mapping[str, PublicTable],
    methods: Sequence[str],
    kept: KeptCells,
    count: int,
    *,
    trials: int = 0,
    average: int = 1,
) -> None:
    """Measures what is not kept yet, fold by fold.

    Args:
        tables: Name to table.
        methods: Names of methods.
        kept: Gets each cell as it ends.
        count: How many of the folds.
        trials: Of the search of each method; 0 takes the defaults.
        average: How many of the best trials are refitted and averaged.
    """
    cells = [Cell(t, fold, m) for fold in range(count) for t in tables for m in methods]
    missing = [cell for cell in cells if cell not in kept]
    CONSOLE.log(f"{len(missing)} of {len(cells)} cells to measure")
    for cell in missing:
        kept.add(cell, measure(cell, tables[cell.table], trials=trials, average=average))
        CONSOLE.log(f"{cell.table}, fold {cell.fold + 1}, {cell.method}: {kept[cell]}")


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
    command.add_argument("--tables", nargs="+", choices=SOURCES, help="all that are small enough")
    command.add_argument("--trials", type=int, default=0, help="search each method before")
    command.add_argument("--average", type=int, default=1, help="with --trials: the best so many")
    options = command.parse_args()
    if options.average < 1 or (options.average > 1 and not options.trials):
        command.error(f"--average is of the best of --trials. Got {options.average}: set both.")
    # Before anything imports a numeric library: one thread for everybody.
    os.environ |= dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"), "1"
    )
    os.environ |= {"TF_NUM_INTEROP_THREADS": "1", "PYTHONWARNINGS": "ignore"}
    origin = Origin()
    trials = min(options.trials, QUICK_TRIALS) if options.quick else options.trials
    count = options.rounds or (1 if options.quick and trials else 2 if options.quick else FOLDS)
    tables = dict(_loaded(options.tables or (QUICK if options.quick else tuple(SOURCES))))
    if trials and not options.tables:
        tables = {name: table for name, table in tables.items() if len(table.y) <= MOST_ROWS}
    methods = _methods(options.methods, trials)
    average = options.average
    name = "tables-averaged" if average > 1 else "tables-searched" if trials else "tables"
    path = None if options.quick else RESULTS / f"{name}.runs.jsonl"
    codes = {method: deciding_code(method, trials, average) for method in methods}
    kept = KeptCells(path, codes=codes)
    known = sum(Cell(t, f, m) in kept for t in tables for f in range(count) for m in methods)
    run_all(tables, methods, kept, count, trials=trials, average=average)
    record = {
        "name": name,
        "title": f"{len(tables)} public tables, {count} of {FOLDS} folds each",
        **origin.to_dict(command_line("tables")),
        "quick": options.quick,
        "seeds": list(range(count)),
        "cells_kept_before": known,
        **({"trials": trials, "validation": VALIDATION} if trials else {}),
        **({"average": average} if average > 1 else {}),
        **summarize(tables, methods, kept, count),
    }
    if trials:
        record["searched_against_defaults"] = against_defaults(record, RESULTS / "tables.json")
    _write(record, RESULTS / f"{name}{'.quick' if options.quick else ''}.json")


def _methods(wanted: Sequence[str] | None, trials: int) -> list[str]:
    """Those that are installed, and with trials those that can be searched; ours first."""
    chosen = {OURS, *(wanted or METHODS)}
    able = {OURS, *PEERS} if trials else set(METHODS)
    return [name for name in METHODS if name in chosen & able and available(name)]


def _write(record: Mapping[str, Any], path: Path) -> None:
    from benchmarks.pages.public_tables import render_tables

    path.write_text(json.dumps(record, indent=1) + "\n")
    CONSOLE.print(render_tables(record))
    CONSOLE.print(f"Written to benchmarks/results/{path.name}.")


if __name__ == "__main__":
    main()
