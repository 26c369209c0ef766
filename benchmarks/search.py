"""Quality of every strategy at equal numbers of trials, on formulas and on recorded recipes.

Rank 1 is best; regret is what is lost against the optimum, in units of what the median random
point loses. The incumbent is chosen by the observed value and judged by the true one.
"""

from __future__ import annotations

import multiprocessing
import os
import statistics
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed

from benchmarks import _searchers
from benchmarks._harness import CONSOLE, RESULTS, Benchmark, Quantity, Row, finish, parser
from benchmarks._kept import KeptSearches, Unit, deciding_code
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
    "`ours` is our default, hybrid; our strategies never try a point twice, Optuna's own do",
    "KerasTuner may give up when its random points repeat; its best so far then counts",
    "KerasTuner's oracle follows our exact gradient of its bound instead of estimating it: the "
    "same suggestions to six digits, twelve times sooner",
)
FEWER_SEEDS = (
    "searches by a Gaussian process cost minutes and run with fewer seeds: in the cases with "
    "`all`, every searcher has just these seeds, and ranks are among all"
)


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


def _measure(unit: Unit, budgets: Sequence[int]) -> tuple[Unit, list[float]]:
    values = _searchers.run(unit.searcher, unit.task, unit.seed, budgets[-1])
    return unit, incumbents(values, budgets)


def run_all(
    units: Sequence[Unit], kept: KeptSearches, *, budgets: Sequence[int], processes: int
) -> None:
    """Runs the searches that are not kept yet, one thread in each process.

    Args:
        units: The searches.
        kept: Gets each as it ends.
        budgets: After how many trials the best is read.
        processes: How many searches at a time.
    """
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
    missing = [unit for unit in units if unit not in kept]
    CONSOLE.log(f"{len(missing)} of {len(units)} searches to run")
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        ending = as_completed([pool.submit(_measure, unit, budgets) for unit in missing])
        for number, future in enumerate(ending, start=1):
            kept.add(*future.result())
            if number % 50 == 0:
                CONSOLE.log(f"{number} of {len(missing)} searches")


def rows_of(
    kept: KeptSearches,
    searchers: Sequence[str],
    seeds: Sequence[int],
    budgets: Sequence[int],
    case: str = "after {} trials",
) -> list[Row]:
    """One row for each budget and searcher, one run for each seed.

    Args:
        kept: Results of the searches.
        searchers: Those that are compared.
        seeds: Those that all of them have run.
        budgets: Numbers of trials.
        case: Name of a case, with a place for the budget.
    """
    units = {task: unit_of_regret(task) for task in TASKS}
    rows = []
    for index, budget in enumerate(budgets):
        runs: dict[str, list[dict[str, float]]] = {searcher: [] for searcher in searchers}
        for seed in seeds:
            best = {
                task: {s: kept[Unit(seed, s, task)][index] for s in searchers} for task in TASKS
            }
            ranks = {task: average_ranks(scores) for task, scores in best.items()}
            for s in searchers:
                regrets = [(best[t][s] - TASKS[t].optimum) / units[t] for t in TASKS]
                rank = statistics.mean(ranks[t][s] for t in TASKS)
                runs[s].append({"rank": rank, "regret": statistics.mean(regrets)})
        rows += [Row(case=case.format(budget), name=s, runs=runs[s]) for s in searchers]
    return rows


def summary(rows: Sequence[Row]) -> dict[str, dict[str, float]]:
    """Mean rank of each searcher in each case, the first first.

    Args:
        rows: Those of `rows_of`.
    """
    cases: dict[str, dict[str, float]] = {}
    for row in rows:
        cases.setdefault(row.case, {})[row.name] = round(statistics.mean(row.values("rank")), 3)
    return {
        case: dict(sorted(means.items(), key=lambda item: item[1])) for case, means in cases.items()
    }


def _unequal(units: Sequence[Unit], kept: KeptSearches, *, fewer: bool) -> tuple[str, ...]:
    lines = (*UNEQUAL, FEWER_SEEDS) if fewer else UNEQUAL
    before = sum(unit in kept for unit in units)
    if not before:
        return lines
    share = f"{before:,} of {len(units):,} searches had been run and kept before"
    return (*lines, f"{share}: the seconds below are those of the others")


def main() -> None:
    """Runs all searches and ranks them."""
    command = parser(__doc__ or "")
    command.add_argument("--gaussian", type=int, help="seeds with Gaussian processes, 2 by default")
    command.add_argument("--processes", type=int, default=cores())
    options = command.parse_args()
    seeds = range(1, 1 + (options.rounds or (2 if options.quick else 20)))
    wanted = options.gaussian if options.gaussian is not None else 1 if options.quick else 2
    gaussian_seeds = seeds[:wanted]
    budgets = (10, 15) if options.quick else BUDGETS
    everyone = list(_searchers.SEARCHERS)
    quick_ones = [name for name in everyone if name not in _searchers.SLOW]
    cells = [(s, seed) for seed in gaussian_seeds for s in _searchers.SLOW]
    cells += [(s, seed) for seed in seeds for s in quick_ones]
    # Seed by seed: what is kept when the run is interrupted is whole.
    units = sorted(Unit(seed, s, task) for s, seed in cells for task in TASKS)
    path = None if options.quick else RESULTS / "search.runs.jsonl"
    kept = KeptSearches(path, code=deciding_code(), budgets=budgets)
    benchmark = Benchmark(
        name="search",
        title=f"Search quality on {len(TASKS)} tasks, {len(seeds)} seeds",
        quantities=QUANTITIES,
        unequal=_unequal(units, kept, fewer=gaussian_seeds != seeds),
        quick=options.quick,
        settings={
            "tasks": list(TASKS),
            "seeds": list(seeds),
            "seeds_with_gaussian_processes": list(gaussian_seeds),
            "budgets": budgets,
        },
    )
    run_all(units, kept, budgets=budgets, processes=options.processes)
    if gaussian_seeds == seeds:
        rows = rows_of(kept, everyone, seeds, budgets)
    else:
        rows = rows_of(kept, quick_ones, seeds, budgets)
        if gaussian_seeds:
            rows += rows_of(kept, everyone, gaussian_seeds, budgets, "all, after {} trials")
    means = summary(rows)
    for case, ranked in means.items():
        place = list(ranked).index(OURS) + 1
        CONSOLE.print(f"{case}: first is {next(iter(ranked))}; our default is number {place}.")
    finish(benchmark, rows, extra={"mean_ranks": means})


if __name__ == "__main__":
    main()
