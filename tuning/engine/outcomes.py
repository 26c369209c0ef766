"""From what a worker sent back to what the study keeps."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from optuna.distributions import BaseDistribution
from optuna.trial import TrialState

from tuning.errors import JobError
from tuning.internals.optuna import CONSTRAINT_PREFIX
from tuning.settings import SearchSettings
from tuning.space.dimensions import Fixed
from tuning.space.encoding import encode_value
from tuning.space.learning import asked_parameters
from tuning.storage import records
from tuning.storage.claim_rows import Claim, Ending
from tuning.strategies.distributions import distribution_of
from tuning.workers.pool import COMPLETE, PRUNED, Outcome


def ending_of(outcome: Outcome, settings: SearchSettings) -> Ending:
    """Translates an outcome.

    Args:
        outcome: What a worker sent.
        settings: The metrics and constraints.

    Returns:
        The trial's ending. NaN and infinite metrics fail the trial.

    Raises:
        JobError: If a complete trial lacks a metric.
    """
    attributes: dict[str, Any] = {}
    metrics = dict(outcome.metrics) or _last_reported(outcome.history)
    for key, value in (
        (records.METRICS, metrics),
        (records.HISTORY, dict(outcome.history)),
        (records.NOTES, dict(outcome.notes)),
        (records.POINT, list(outcome.point or ())),
        (records.TRACEBACK, outcome.trace),
    ):
        if value:
            attributes[key] = value
    intermediate = _intermediate(outcome.history, settings.metrics[0][0])
    parameters = _parameters(outcome)
    # A trial that failed may not have come to ask for everything.
    asked = list(outcome.point) if outcome.point else None
    if outcome.kind == PRUNED:
        values = _pruned_values(intermediate, settings)
        state = TrialState.PRUNED
        return Ending(
            state=state,
            values=values,
            intermediate=intermediate,
            user_attributes=attributes,
            parameters=parameters,
            asked=asked,
        )
    reason = outcome.reason
    if outcome.kind == COMPLETE:
        _check_metrics(outcome.metrics, settings)
        reason = _divergence(outcome.metrics, settings)
    if reason is not None or outcome.kind != COMPLETE:
        attributes[records.REASON] = reason or "failed"
        return Ending(
            state=TrialState.FAIL,
            intermediate=intermediate,
            user_attributes=attributes,
            parameters=parameters,
        )
    return Ending(
        state=TrialState.COMPLETE,
        values=[outcome.metrics[name] for name, _ in settings.metrics],
        intermediate=intermediate,
        user_attributes=attributes,
        system_attributes=_violations(outcome.metrics, settings),
        parameters=parameters,
        asked=asked,
    )


def failure(claim: Claim, reason: str) -> Ending:
    """The ending of a trial whose worker could not say anything."""
    attributes = {records.REASON: reason, records.ATTEMPTS: claim.attempts}
    return Ending(state=TrialState.FAIL, user_attributes=attributes)


def _parameters(outcome: Outcome) -> dict[str, tuple[Any, BaseDistribution]]:
    """What the objective asked for and was not given; fixed values are no parameters to Optuna."""
    asked = asked_parameters(outcome.point or {}, outcome.ranges)
    return {
        name: (encode_value(dimension, asked.values[name]), distribution_of(dimension))
        for name, dimension in asked.dimensions.items()
        if name in asked.values and not isinstance(dimension, Fixed)
    }


def _last_reported(history: Mapping[str, list[float]]) -> dict[str, float]:
    return {name: values[-1] for name, values in history.items() if name != "step" and values}


def _intermediate(history: Mapping[str, list[float]], metric: str) -> dict[int, float]:
    if metric not in history:
        return {}
    return {int(s): v for s, v in zip(history["step"], history[metric], strict=True)}


def _pruned_values(
    intermediate: Mapping[int, float], settings: SearchSettings
) -> list[float] | None:
    """As `Study.tell` does: the last report is the value, where one value is a value."""
    if len(settings.metrics) > 1 or not intermediate:
        return None
    last = intermediate[max(intermediate)]
    return [last] if math.isfinite(last) else None


def _check_metrics(metrics: Mapping[str, float], settings: SearchSettings) -> None:
    missing = [name for name in settings.returned if name not in metrics]
    if missing:
        raise JobError(
            f"The objective must return {', '.join(map(repr, settings.returned))}. "
            f"Got {sorted(metrics)}: {missing[0]!r} is missing."
        )


def _divergence(metrics: Mapping[str, float], settings: SearchSettings) -> str | None:
    for name in settings.returned:
        if not math.isfinite(metrics[name]):
            return f"diverged: {name} is {metrics[name]}"
    return None


def _violations(metrics: Mapping[str, float], settings: SearchSettings) -> dict[str, float]:
    violations = {}
    for name, relation, limit in settings.constraints:
        over = metrics[name] - limit if relation == "<=" else limit - metrics[name]
        violations[f"{CONSTRAINT_PREFIX}{name} {relation} {limit:g}"] = over
    return violations
