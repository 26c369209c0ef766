"""Cross-validation of any objective, fold by fold within one trial."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import fmean, stdev
from typing import Any

from tuning.seeds import derive_seed
from tuning.workers.context import Context
from tuning.workers.objective import Objective, unpack


class CrossValidated:
    """An objective that is called once per fold and returns the mean of each metric.

    The inner objective reads the index of its fold from `context.fold`. Beside each mean stands
    the sample standard deviation over the folds, as `<metric>_std`. The pruner sees the running
    mean after each fold, so a point whose first folds are bad is given up.

    Args:
        objective: The objective, or `"module:attribute"`, which only the workers import.
        folds: Number of folds, at least 2.
        budget: Most steps (epochs) of one fold, or None.

    Raises:
        ValueError: If there are fewer than 2 folds.

    Example:
        >>> def objective(params, context):
        ...     return {"loss": params["x"] + context.fold}
        >>> cross_validated(objective, 3)({"x": 1.0}, Context())["loss"]
        2.0
    """

    def __init__(
        self, objective: Objective | str, folds: int, *, budget: int | None = None
    ) -> None:
        if folds < 2:
            raise ValueError(f"`folds >= 2` must hold. Got folds={folds}.")
        self._objective = objective
        self._folds = folds
        self._budget = budget
        named = isinstance(objective, str)
        module = (str(objective).partition(":")[0],) if named else ()
        self.preload = module or tuple(getattr(objective, "preload", ()))

    def __call__(self, params: dict[str, Any], context: Context) -> Mapping[str, float]:
        """Runs every fold.

        Args:
            params: The point.
            context: The trial's context; folds are its steps.

        Returns:
            Mean and standard deviation of each metric.

        Raises:
            JobError: If an objective by name cannot be imported.
        """
        if isinstance(self._objective, str):
            self._objective = unpack(self._objective)
        found: dict[str, list[float]] = {}
        for fold in range(self._folds):
            inner = Context(
                seed=derive_seed(context.seed, "fold", fold),
                trial=context.trial,
                budget=self._budget,
                directory=context.directory / f"fold-{fold}" if context.has_directory else None,
                checkpoints=context.checkpoints,
                fold=fold,
            )
            try:
                metrics = self._objective(dict(params), inner)
            finally:
                if inner.point is not None and context.point is None:
                    # What the first fold asked for beyond its point is the same in the others.
                    context.tell_point(inner.point, inner.ranges)
                    params |= {name: inner.point[name] for name in inner.ranges}
            for name, value in metrics.items():
                found.setdefault(name, []).append(float(value))
            context.report(fold + 1, {name: fmean(values) for name, values in found.items()})
        means = {name: fmean(values) for name, values in found.items()}
        return means | {f"{name}_std": _spread(values) for name, values in found.items()}


def _spread(values: Sequence[float]) -> float:
    """Standard deviation over the folds; 0 of a single one, NaN where one has no finite value."""
    if not all(map(math.isfinite, values)):
        return math.nan  # which `stdev` answers with an AttributeError
    return stdev(values) if len(values) > 1 else 0.0


def cross_validated(
    objective: Objective | str, folds: int, *, budget: int | None = None
) -> CrossValidated:
    """Wraps an objective so that each trial runs every fold.

    Args:
        objective: An objective that reads `context.fold`, or its `"module:attribute"`.
        folds: Number of folds, at least 2; also the search's `budget`, as folds are the steps.
        budget: Most steps (epochs) of one fold, which the objective reads from
            `context.budget`; None for no number.
    """
    return CrossValidated(objective, folds, budget=budget)
