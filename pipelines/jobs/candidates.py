"""What is trained once more at the end of a search: the winner, and the default hyperparameters.

Both get the same rule: a candidate is refitted for as many epochs as its own validation found
best. Where the defaults have no complete trial of their own, one more training finds that number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines.jobs.checkpoints import refits_folder
from tuning import Context, JobError, TrialError
from tuning.seeds import derive_seed
from tuning.storage.records import COMPLETE, FAILED, best_records

if TYPE_CHECKING:
    from pipelines.jobs.target import Target
    from tuning import SearchResult, SearchSettings, Space
    from tuning.storage.records import TrialRecord


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """Hyperparameters with the number of epochs that their validation found best.

    Attributes:
        params: The hyperparameters.
        epochs: How long they are trained.
        trial: Number of the trial that found them, or None for the defaults.
    """

    params: Mapping[str, Any]
    epochs: int
    trial: int | None = None


def is_same_point(space: Space, one: Mapping[str, Any], other: Mapping[str, Any] | None) -> bool:
    """Whether two points are one: `[64, 32]` of a job file is `(64, 32)` of a recipe.

    Example:
        >>> from tuning import Choice, Space
        >>> space = Space({"widths": Choice([[64, 32], [32]])})
        >>> is_same_point(space, {"widths": (64, 32)}, {"widths": [64, 32]})
        True
    """
    return other is not None and space.key(one) == space.key(other)


def trial_at(
    found: SearchResult, space: Space, point: Mapping[str, Any] | None
) -> TrialRecord | None:
    """The first complete trial at a point, or None."""
    complete = (record for record in found.records if record.state == COMPLETE)
    return next((r for r in complete if is_same_point(space, r.params, point)), None)


def winner(target: Target, found: SearchResult) -> Candidate:
    """The best trial with the epochs at which its validation was best.

    Raises:
        JobError: If no trial is complete.
    """
    best = found.best
    if best is None:
        raise JobError("No trial of the study is complete: there is nothing to refit.")
    return _candidate(best, target)


def runners_up(target: Target, found: SearchResult, settings: SearchSettings) -> list[Candidate]:
    """The other points of complete trials, the best first.

    Args:
        target: What was searched.
        found: Its trials.
        settings: Say whether larger is better.
    """
    others: dict[Any, Candidate] = {}
    for record in best_records(found.records, maximize=settings.maximize):
        others.setdefault(target.space.key(record.params), _candidate(record, target))
    if found.best is not None:
        others.pop(target.space.key(found.best.params), None)
    return list(others.values())


def _candidate(record: TrialRecord, target: Target) -> Candidate:
    epochs = best_epoch_of(record, target.budget)
    return Candidate(params=dict(record.params), epochs=epochs, trial=record.number)


def defaults(target: Target, found: SearchResult, settings: SearchSettings) -> Candidate:
    """The default hyperparameters with the epochs at which their validation was best.

    Args:
        target: What was searched.
        found: Its trials, among them mostly one at the defaults.
        settings: How it was searched.
    """
    point = dict(target.default_point or {})
    own = trial_at(found, target.space, target.default_point)
    if own is not None:
        return Candidate(params=point, epochs=best_epoch_of(own, target.budget))
    try:
        context = Context(seed=settings.seed, checkpoints=refits_folder(settings))
        reached = target.objective(settings)(point, context)
    except TrialError:  # the defaults diverge: the test says so too
        return Candidate(params=point, epochs=target.budget or 1)
    return Candidate(params=point, epochs=max(1, round(reached["best_epoch"])))


def failure_of_defaults(target: Target, found: SearchResult) -> str | None:
    """Why the trial at the default hyperparameters failed; None unless it did.

    Args:
        target: What was searched.
        found: Its trials.
    """
    if trial_at(found, target.space, target.default_point) is not None:
        return None
    failed = (record for record in found.records if record.state == FAILED)
    at_defaults = (
        one for one in failed if is_same_point(target.space, one.params, target.default_point)
    )
    return next((one.reason or "failed" for one in at_defaults), None)


def best_epoch_of(record: TrialRecord, planned: int | None) -> int:
    """The epoch at which a complete trial's validation was best.

    Args:
        record: The trial; with cross-validation it holds the mean over the folds.
        planned: What counts for a trial that does not say it.
    """
    return max(1, round(record.metrics.get("best_epoch", planned or 1)))


def refit_seeds(seed: int, count: int) -> list[int]:
    """The job's own seed, and further ones derived from it.

    Args:
        seed: The job's seed.
        count: How many, at least 1.

    Example:
        >>> refit_seeds(0, 3)[:1], len(set(refit_seeds(0, 3)))
        ([0], 3)
    """
    return [seed, *(derive_seed(seed, "refit", number) for number in range(1, count))]
