"""The order of trials that ended in different ways: complete, pruned, infeasible, failed."""

from __future__ import annotations

import math
from typing import NamedTuple

from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState


class Standing(NamedTuple):
    """A trial's place in an order in which less is better.

    Attributes:
        group: 0 for a value of its own, then pruned, infeasible and failed ones.
        reached: Minus the last step of a pruned trial, else 0.
        value: The value turned so that less is better; a violation of an infeasible trial.
    """

    group: int
    reached: int
    value: float

    @property
    def valued(self) -> bool:
        """Whether the value is the trial's own result."""
        return self.group == 0


def order(trial: FrozenTrial, direction: StudyDirection) -> Standing:
    """The standing of an ended trial, in the same order in which TPE sees them.

    Args:
        trial: A complete, pruned or failed trial.
        direction: Of its only metric.
    """
    sign = -1.0 if direction == StudyDirection.MAXIMIZE else 1.0
    if (broken := violation(trial)) > 0:
        return Standing(2, 0, broken)
    if trial.state == TrialState.COMPLETE and math.isfinite(trial.values[0]):
        return Standing(0, 0, sign * trial.values[0])
    if trial.state == TrialState.PRUNED and trial.intermediate_values:
        step, value = max(trial.intermediate_values.items())
        return Standing(1, -step, sign * value if math.isfinite(value) else math.inf)
    return Standing(3, 0, 0.0)


def violation(trial: FrozenTrial) -> float:
    """By how much a trial breaks its constraints, 0 for one that keeps them all."""
    return float(sum(excess for excess in trial.constraints.values() if excess > 0))
