"""Cross-validation of any objective, fold by fold within one trial."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import fmean, stdev
from typing import Any

from tuning.context import Context
from tuning.objective import Objective
from tuning.seeds import derive_seed


class CrossValidated:
    """An objective that is called once per fold and returns the mean of each metric.

    The inner objective reads the index of its fold from `context.fold`. Beside each mean stands
    the sample standard deviation over the folds, as `<metric>_std`. The pruner sees the running
    mean after each fold, so a point whose first folds are bad is given up.

    Args:
        objective: The objective.
        folds: Number of folds, at least 2.

    Raises:
        ValueError: If there are fewer than 2 folds.

    Example:
        >>> def objective(params, context):
        ...     return {"loss": params["x"] + context.fold}
        >>> cross_validated(objective, 3)({"x": 1.0}, Context())["loss"]
        2.0
    """

    def __init__(self, objective: Objective, folds: int) -> None:
        if folds < 2:
            raise ValueError(f"`folds >= 2` must hold. Got folds={folds}.")
        self._objective = objective
        self._folds = folds
        self.preload = tuple(getattr(objective, "preload", ()))

    def __call__(self, params: dict[str, Any], context: Context) -> Mapping[str, float]:
        """Runs every fold.

        Args:
            params: The point.
            context: The trial's context; folds are its steps.

        Returns:
            Mean and standard deviation of each metric.
        """
        found: dict[str, list[float]] = {}
        for fold in range(self._folds):
            inner = Context(
                seed=derive_seed(context.seed, "fold", fold),
                trial=context.trial,
                budget=context.budget,
                directory=context.directory / f"fold-{fold}" if context.has_directory else None,
                fold=fold,
            )
            for name, value in self._objective(dict(params), inner).items():
                found.setdefault(name, []).append(float(value))
            context.report(fold + 1, {name: fmean(values) for name, values in found.items()})
        means = {name: fmean(values) for name, values in found.items()}
        spread = {f"{name}_std": stdev(v) if len(v) > 1 else 0.0 for name, v in found.items()}
        return means | spread


def cross_validated(objective: Objective, folds: int) -> CrossValidated:
    """Wraps an objective so that each trial runs every fold.

    Args:
        objective: An objective that reads `context.fold`.
        folds: Number of folds, at least 2; also the search's `budget`, as folds are the steps.
    """
    return CrossValidated(objective, folds)
