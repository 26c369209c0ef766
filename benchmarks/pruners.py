"""What a pruner saves: epochs that a random search trains until it has a good point.

Nothing is trained: the curves of the recorded grids are looked up (`benchmarks/_recorded.py`).
A training costs 1, an epoch its share of that. With starts, every trial also costs half a training
for building and tracing, as a small network's does.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from benchmarks import _recorded
from benchmarks._contestant import Measured
from benchmarks._harness import CONSOLE, Benchmark, Quantity, Row, finish, parser
from benchmarks._ratios import OURS
from tuning.strategies import make_pruner

PRUNERS: dict[str, tuple[str, dict[str, int]]] = {
    OURS: ("halving", {}),  # the default
    "halving from the first epoch": ("halving", {"first": 1}),
    "halving by 4 from the first epoch": ("halving", {"first": 1, "factor": 4}),
    "hyperband": ("hyperband", {}),
    "median": ("median", {}),
    "none": ("none", {}),
}
SHARES = (0.04, 0.01)
START = 0.5  # trainings
# Hyperband draws the bracket of a trial from it: by chance each run would have brackets of its own.
STUDY = "pruners"
QUANTITIES = (
    Quantity(key="trainings", unit="trainings' worth of epochs", larger_is_better=False),
    Quantity(key="with_starts", unit="the same with starts", larger_is_better=False),
    Quantity(key="points", unit="points tried", larger_is_better=False),
)
UNEQUAL = (
    "`ours` is the default, halving; our other pruners stand where the peers do",
    "random points in the same orders for all; each pruner sees what a search of one worker shows",
    "an order that ends before a good point was trained to its end counts with all that it cost",
    "both tables are small networks on 862 rows; only the longest recorded budget is looked at",
)


def spent(
    curves: Sequence[_recorded.Curve],
    pruner: tuple[str, dict[str, int]],
    *,
    target: float,
) -> Measured:
    """What a search over recorded curves costs until one of them reaches the target unpruned.

    Args:
        curves: Scores by epoch, larger is better, in the order in which they are tried.
        pruner: Name and options.
        target: The score to reach.

    Returns:
        `trainings`, `with_starts` and `points`.

    Example:
        >>> spent([(0.1, 0.2), (0.3, 0.9)], ("none", {}), target=0.5)
        {'trainings': 2.0, 'with_starts': 3.0, 'points': 2}
    """
    import optuna
    from optuna.trial import TrialState

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    budget = max(len(curve) for curve in curves)
    made, steps = make_pruner(pruner[0], budget, pruner[1])
    study = optuna.create_study(study_name=STUDY, direction="maximize", pruner=made)
    epochs = points = 0
    for curve in curves:
        trial, points = study.ask(), points + 1
        for epoch, score in enumerate(curve, start=1):
            epochs += 1
            trial.report(score, epoch)
            if (steps is None or epoch in steps) and trial.should_prune():
                study.tell(trial, state=TrialState.PRUNED)
                break
        else:
            study.tell(trial, max(curve))
            if max(curve) >= target:
                break
    trainings = epochs / budget
    return {"trainings": trainings, "with_starts": trainings + START * points, "points": points}


def _scores(name: str) -> list[_recorded.Curve]:
    """The curves of a table's first seed; a training that failed has none of its epochs left."""
    return [found[0] for found in _recorded.curves(name).values() if found[0]]


def _rows(name: str, orders: int) -> list[Row]:
    curves = _scores(name)
    best = sorted((max(curve) for curve in curves), reverse=True)
    rows = []
    for share in SHARES:
        case, target = f"{name}, best {share:.0%}", best[int(share * len(best))]
        CONSOLE.log(case)
        for label, pruner in PRUNERS.items():
            runs = [
                spent(
                    random.Random(seed).sample(curves, len(curves)),  # noqa: S311
                    pruner,
                    target=target,
                )
                for seed in range(orders)
            ]
            rows.append(Row(case=case, name=label, runs=runs))
    return rows


def main() -> None:
    """Looks every pruner up in every table."""
    options = parser(__doc__ or "").parse_args()
    orders = options.rounds or (2 if options.quick else 40)
    benchmark = Benchmark(
        name="pruners",
        title="Cost until a random search has a good point",
        quantities=QUANTITIES,
        unequal=UNEQUAL,
        quick=options.quick,
        settings={"orders": orders, "tables": list(_recorded.TABLES)},
    )
    rows = [row for name in _recorded.TABLES for row in _rows(name, orders)]
    finish(benchmark, rows)


if __name__ == "__main__":
    main()
