"""Optuna's pruners, with the steps at which they decide."""

from __future__ import annotations

from optuna.pruners import (
    BasePruner,
    HyperbandPruner,
    MedianPruner,
    NopPruner,
    SuccessiveHalvingPruner,
)

# Without a budget the rungs go on up to here; a pruner decides at so few steps that it is cheap.
_FAR = 10**7

# Before, an epoch says little: on few rows hardly anything is learned (docs/performance.md).
_EARLIEST = 5

# Share of the budget after which no rung lies.
_LAST_RUNG = 2 / 3

Made = tuple[BasePruner, tuple[int, ...] | None]


def none(budget: int | None) -> Made:
    """Never gives up."""
    return NopPruner(), ()


def median(
    budget: int | None, *, startup: int = 5, warmup: int | None = None, interval: int | None = None
) -> Made:
    """Gives up a trial that is worse than the median of the finished ones at the same step.

    Args:
        budget: Most steps of a trial.
        startup: Trials that must be complete before.
        warmup: Steps that every trial gets; a fifth of the budget by default.
        interval: Steps between decisions; a tenth of the budget by default.
    """
    warmup = (budget or 0) // 5 if warmup is None else warmup
    interval = max(1, (budget or 1) // 10) if interval is None else interval
    pruner = MedianPruner(n_startup_trials=startup, n_warmup_steps=warmup, interval_steps=interval)
    if budget is None:
        return pruner, None
    # Optuna counts its intervals from `warmup`: steps beside them would never be judged.
    return pruner, tuple(step for step in range(warmup, budget, interval) if step)


def halving(budget: int | None, *, first: int | None = None, factor: int = 3) -> Made:
    """Goes on with the best of every `factor` trials at each rung.

    Rungs lie in the first two thirds of the budget: one at 9 of 10 epochs would cost a search most
    of the trials it has paid for.

    Args:
        budget: Most steps of a trial.
        first: Step of the first rung; by default a sixteenth of the budget, but not before step 5
            or, in a shorter training, a third of the budget.
        factor: Ratio of one rung's step to the one before.
    """
    first = first or _first(budget)
    pruner = SuccessiveHalvingPruner(min_resource=first, reduction_factor=factor)
    return pruner, _rungs(first, factor, budget)


def hyperband(budget: int | None, *, first: int | None = None, factor: int = 3) -> Made:
    """Runs halving with several first rungs side by side; the arguments are those of `halving`."""
    first = first or _first(budget)
    pruner = HyperbandPruner(
        min_resource=first,
        max_resource=budget if budget is not None else "auto",
        reduction_factor=factor,
    )
    return pruner, _rungs(first, factor, budget)


def _first(budget: int | None) -> int:
    budget = budget or 1
    return max(1, budget // 16, min(_EARLIEST, budget // 3))


def _rungs(first: int, factor: int, budget: int | None) -> tuple[int, ...]:
    steps, step = [], first
    # A rung near the end gives up most of the trials that are nearly done, and saves nothing.
    while step <= (_FAR if budget is None else budget * _LAST_RUNG):
        steps.append(step)
        step *= factor
    return tuple(steps)
