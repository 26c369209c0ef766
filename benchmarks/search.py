"""Quality of every strategy at equal numbers of trials, on tasks that are formulas.

Rank 1 is best; regret is what is lost against the optimum, in units of what the median random
point loses. The incumbent is chosen by the observed value and judged by the true one.
"""

from __future__ import annotations

import multiprocessing
import os
import statistics
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from benchmarks import _searchers
from benchmarks._harness import CONSOLE, Benchmark, Quantity, Row, finish, parser
from benchmarks._machine import cores
from benchmarks._ratios import OURS
from benchmarks._recipe_models import random_points
from benchmarks._tasks import TASKS

BUDGETS = (25, 50, 100)
QUANTITIES = (
    Quantity(key="rank", unit="average rank over the tasks", larger_is_better=False),
    Quantity(key="regret", unit="regret, median random point = 1", larger_is_better=False),
)
UNEQUAL = (
    "`ours` is our default, tpe; our strategies never try a point twice, Optuna's own do",
    "KerasTuner may give up when its random points repeat; its best so far then counts",
)
Found = dict[tuple[str, str, int], Any]


def unit_of_regret(task_name: str) -> float:
    """What the median of 2,001 random points loses against the optimum of a task."""
    task = TASKS[task_name]
    points = random_points(task.space, 2001, seed=0)
    return statistics.median(task.value(point) for point in points) - task.optimum


def incumbents(values: _searchers.Values, budgets: Sequence[int]) -> list[float]:
    """True value of the point that looked best after each budget.

    Args:
        values: True and observed value of each point.
        budgets: Numbers of trials.

    Example:
        >>> incumbents([(3.0, 1.0), (2.0, 2.0), (0.0, 0.5)], [2, 3])
        [3.0, 0.0]
    """
    return [min(values[:budget], key=lambda pair: pair[1])[0] for budget in budgets]


def average_ranks(scores: Mapping[str, float]) -> dict[str, float]:
    """Ranks from 1, the least score first; equal scores share the mean of their ranks.

    Args:
        scores: Searcher to score.

    Example:
        >>> average_ranks({"a": 1.0, "b": 0.0, "c": 1.0})
        {'a': 2.5, 'b': 1.0, 'c': 2.5}
    """
    values = list(scores.values())
    return {
        name: sum(v < own for v in values) + (sum(v == own for v in values) + 1) / 2
        for name, own in scores.items()
    }


def _measure(unit: tuple[str, str, int, int]) -> tuple[tuple[str, str, int], Any]:
    searcher, task, seed, trials = unit
    return (searcher, task, seed), _searchers.run(searcher, task, seed, trials)


def run_all(searchers: Sequence[str], seeds: Sequence[int], trials: int, processes: int) -> Found:
    """Every searcher on every task with every seed, one thread in each process.

    Args:
        searchers: Keys of `SEARCHERS`.
        seeds: From 1.
        trials: Points of one search.
        processes: How many searches at a time.
    """
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
    units = [(s, task, seed, trials) for seed in seeds for task in TASKS for s in searchers]
    context = multiprocessing.get_context("spawn")
    found: Found = {}
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        for key, values in pool.map(_measure, units, chunksize=len(searchers)):
            found[key] = values
            if len(found) % (len(TASKS) * len(searchers)) == 0:
                CONSOLE.log(f"{len(found)} of {len(units)} searches")
    return found


def rows_of(
    found: Found, searchers: Sequence[str], seeds: Sequence[int], budgets: Sequence[int]
) -> list[Row]:
    """One row for each budget and searcher, one run for each seed."""
    units = {task: unit_of_regret(task) for task in TASKS}
    rows = []
    for index, budget in enumerate(budgets):
        runs: dict[str, list[dict[str, float]]] = {searcher: [] for searcher in searchers}
        for seed in seeds:
            best = {
                task: {s: incumbents(found[s, task, seed], budgets)[index] for s in searchers}
                for task in TASKS
            }
            ranks = {task: average_ranks(scores) for task, scores in best.items()}
            for s in searchers:
                regrets = [(best[t][s] - TASKS[t].optimum) / units[t] for t in TASKS]
                rank = statistics.mean(ranks[t][s] for t in TASKS)
                runs[s].append({"rank": rank, "regret": statistics.mean(regrets)})
        case = f"after {budget} trials"
        rows += [Row(case=case, name=s, runs=runs[s]) for s in searchers]
    return rows


def main() -> None:
    """Runs all searches and ranks them."""
    command = parser(__doc__ or "")
    command.add_argument("--all", action="store_true", help="Gaussian processes as well")
    command.add_argument("--processes", type=int, default=cores())
    options = command.parse_args()
    skipped = set() if options.all else set(_searchers.SLOW)
    searchers = [name for name in _searchers.SEARCHERS if name not in skipped]
    seeds = range(1, 1 + (options.rounds or (2 if options.quick else 20)))
    budgets = (10, 15) if options.quick else BUDGETS
    found = run_all(searchers, seeds, budgets[-1], options.processes)
    rows = rows_of(found, searchers, seeds, budgets)
    benchmark = Benchmark(
        name="search",
        title=f"Search quality on {len(TASKS)} tasks, {len(seeds)} seeds",
        quantities=QUANTITIES,
        unequal=UNEQUAL,
        quick=options.quick,
        settings={"tasks": list(TASKS), "seeds": list(seeds), "budgets": budgets},
    )
    first = {}
    for case in {row.case: None for row in rows}:
        means = {r.name: statistics.mean(r.values("rank")) for r in rows if r.case == case}
        first[case] = min(means, key=lambda name: means[name])
        place = sorted(means.values()).index(means[OURS]) + 1
        CONSOLE.print(f"{case}: first is {first[case]}; our default is number {place}.")
    finish(benchmark, rows, extra={"first": first})


if __name__ == "__main__":
    main()
