"""What a study holds, by name: the one place that says where a fact about a trial is written.

The search writes these attributes, the tracker, the reports and the command line read them
through `read_trials`. A study is an `optuna.Study`; nothing here imports Optuna.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import optuna

# User attributes of a study.
SPACE = "space"  # Space.to_dict()
SETTINGS = "settings"  # plain dict of SearchSettings
FACTS = "facts"  # what decides the numbers of a trial, see tuning.storage.fingerprint
STAGES = "stages"  # stage -> where it began and ended, its space or the points it confirms
GROWTH = "growth"  # list of the spaces that it had before, each with when it grew
LEARNT = "learnt"  # what trials asked for beyond the space of the search, see tuning.space.learning
WARM_START = "warm_start"  # the points that it took of another study when it began
RESULT = "result"  # what the final evaluation found, written by `record_result`
EARLIER = "earlier_result"  # the result that it had when its last search began, if it had one
EVALUATION = "evaluation"  # what the winner did on the test rows, for the figures of the report
REVIEW = "review"  # where the runs were written last, and what is missing there
PROVENANCE = "provenance"  # commit and data, written once by the search that created the study

# User attributes of a trial.
METRICS = "metrics"  # name -> final value
HISTORY = "history"  # "step" -> list of int, metric -> list of float, all of one length
SEED = "seed"
WORKER = "worker"  # index of the worker process, from 0
ATTEMPTS = "attempts"  # how often the trial was started
INTERRUPTIONS = "interruptions"  # how often its search, not its own process, disappeared
REASON = "reason"  # why it FAILED, one line
TRACEBACK = "traceback"  # the last lines of the exception's trace
STAGE = "stage"  # name of the stage of a staged search
NOTES = "notes"  # what the objective annotated
POINT = "point"  # names that its objective asked for, in this order; the others had no effect
REPEAT = "repeat"  # which repetition of the same point with another seed, 0 for the first

COMPLETE = "complete"
PRUNED = "pruned"
FAILED = "failed"
RUNNING = "running"
WAITING = "waiting"
STATES = (COMPLETE, PRUNED, FAILED, RUNNING, WAITING)
FINISHED = (COMPLETE, PRUNED, FAILED)

# Optuna's name of each state.
OPTUNA_STATES = {
    "COMPLETE": COMPLETE,
    "PRUNED": PRUNED,
    "FAIL": FAILED,
    "RUNNING": RUNNING,
    "WAITING": WAITING,
}


@dataclass(frozen=True, kw_only=True)
class TrialRecord:
    """One trial of a study, as everything outside the search sees it.

    Attributes:
        number: Position in the study, from 0.
        state: One of `STATES`.
        params: What the objective received, fixed parameters included; where it says what it asked
            for, exactly that. Empty while the trial waits for its parameters.
        values: The study's metrics in their order; empty unless the trial is complete. A pruned
            trial has the first metric as last reported, when it reported any.
        metrics: Everything the objective returned.
        history: `"step"` and one list per reported metric, all of one length.
        started: Local time of the last start, or None.
        finished: Local time of the end, or None.
        seed: The trial's own seed, or None for a trial that did not start.
        worker: Index of the worker that ran it.
        attempts: How often it was started.
        reason: Why it failed, or None.
        traceback: Last lines of the exception's trace, or None.
        stage: Stage of a staged search, or None.
        notes: What the objective annotated.
        repeat: 0, or which repetition of the same point with another seed this is.
        constraints: Constraint to its violation; at most 0 is feasible.
        asked: Names that the objective asked for, in this order; empty where it did not say.
    """

    number: int
    state: str
    params: Mapping[str, Any] = field(default_factory=dict)
    values: tuple[float, ...] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    history: Mapping[str, Sequence[float]] = field(default_factory=dict)
    started: datetime | None = None
    finished: datetime | None = None
    seed: int | None = None
    worker: int | None = None
    attempts: int = 0
    reason: str | None = None
    traceback: str | None = None
    stage: str | None = None
    notes: Mapping[str, Any] = field(default_factory=dict)
    repeat: int = 0
    constraints: Mapping[str, float] = field(default_factory=dict)
    asked: Sequence[str] = ()

    @property
    def value(self) -> float | None:
        """The first metric, or None."""
        return self.values[0] if self.values else None

    @property
    def duration(self) -> float | None:
        """Seconds from start to end, or None."""
        if self.started is None or self.finished is None:
            return None
        return (self.finished - self.started).total_seconds()

    @property
    def feasible(self) -> bool:
        """Whether no constraint is violated."""
        return all(violation <= 0 for violation in self.constraints.values())

    @property
    def steps(self) -> int:
        """The last step that was reported, 0 without any."""
        return int(max(self.history.get("step", ()), default=0))


def count_finished(counts: Mapping[str, int]) -> int:
    """Number of complete, pruned and failed trials.

    Args:
        counts: Some of `STATES` to numbers of trials.

    Example:
        >>> count_finished({"complete": 2, "failed": 1, "running": 4})
        3
    """
    return sum(counts.get(state, 0) for state in FINISHED)


def read_trials(study: optuna.Study) -> list[TrialRecord]:
    """Reads every trial of a study, in the order of their numbers.

    Args:
        study: The study; its storage is read once.

    Returns:
        One record per trial, also for trials that run or wait.
    """
    from tuning.space.space import Space

    stored = study.user_attrs.get(SPACE)
    space = Space.from_dict(stored) if stored is not None else None
    return [record_of(trial, space) for trial in study.get_trials(deepcopy=False)]


def record_of(trial: Any, space: Any = None) -> TrialRecord:
    """Translates one `optuna.trial.FrozenTrial`.

    Args:
        trial: The frozen trial.
        space: The study's `Space`; it adds fixed parameters and restores choices that Optuna
            cannot hold. Without it the parameters are Optuna's.

    Returns:
        The record.
    """
    attributes = trial.user_attrs
    params = dict(trial.params)
    if space is not None and params:
        params = space.decode(params)
    asked = attributes.get(POINT, ())
    if asked:
        params = {name: value for name, value in params.items() if name in asked}
    return TrialRecord(
        number=trial.number,
        state=OPTUNA_STATES[trial.state.name],
        params=params,
        values=tuple(trial.values or ()),
        metrics=attributes.get(METRICS, {}),
        history=attributes.get(HISTORY, {}),
        started=trial.datetime_start,
        finished=trial.datetime_complete,
        seed=attributes.get(SEED),
        worker=attributes.get(WORKER),
        attempts=attributes.get(ATTEMPTS, 0),
        reason=attributes.get(REASON),
        traceback=attributes.get(TRACEBACK),
        stage=attributes.get(STAGE),
        notes=attributes.get(NOTES, {}),
        repeat=attributes.get(REPEAT, 0),
        constraints=dict(trial.constraints),
        asked=tuple(asked),
    )


def annotate_study(study: optuna.Study, key: str, value: Any) -> None:
    """Writes one attribute of a study.

    Args:
        study: The study.
        key: Name; the names of this module belong to the search.
        value: Anything JSON can hold.

    Raises:
        ValueError: If the name belongs to the search.
    """
    if key in (SPACE, SETTINGS, FACTS, STAGES, GROWTH, LEARNT, WARM_START):
        raise ValueError(f"{key!r} of a study is written by the search alone: take another name.")
    study.set_user_attr(key, value)


def record_result(study: optuna.Study, result: Mapping[str, Any]) -> None:
    """Writes what the final evaluation of a study's winner found.

    Args:
        study: The study.
        result: Anything JSON can hold; replaces an earlier result.
    """
    study.set_user_attr(RESULT, dict(result))


def bounded_metrics(records: Sequence[TrialRecord]) -> list[str]:
    """Names of the metrics that constraints bound, in the order of the constraints.

    Args:
        records: The trials of a study.

    Example:
        >>> bounded_metrics([TrialRecord(number=0, state=COMPLETE, constraints={"size <= 9": -1})])
        ['size']
    """
    constraints = dict.fromkeys(one for record in records for one in record.constraints)
    return list(dict.fromkeys(one.rsplit(" ", 2)[0] for one in constraints))


def best_record(
    records: Sequence[TrialRecord], *, maximize: bool, objective: int = 0
) -> TrialRecord | None:
    """Finds the best complete and feasible trial.

    Args:
        records: The trials.
        maximize: Whether larger is better.
        objective: Which of the metrics decides.

    Returns:
        The best record; of equal ones the earliest. None when no trial is complete and feasible
        with a finite value.

    Example:
        >>> trials = [TrialRecord(number=i, state=COMPLETE, values=(v,))
        ...           for i, v in enumerate([0.2, 0.9, 0.9])]
        >>> best_record(trials, maximize=True).number
        1
    """
    best, sign = None, -1.0 if maximize else 1.0
    for record in records:
        if record.state != COMPLETE or not record.feasible or len(record.values) <= objective:
            continue
        value = record.values[objective]
        if not math.isfinite(value):
            continue
        if best is None or sign * value < sign * best.values[objective]:
            best = record
    return best


def best_records(found: Iterable[TrialRecord], *, maximize: bool) -> list[TrialRecord]:
    """Sorts the complete and feasible trials, the best by the first metric first.

    Args:
        found: The trials; repetitions of a point and values that are not finite are left out.
        maximize: Whether larger is better.

    Example:
        >>> trials = [TrialRecord(number=i, state=COMPLETE, values=(v,))
        ...           for i, v in enumerate([0.2, 0.9, 0.5])]
        >>> [record.number for record in best_records(trials, maximize=True)]
        [1, 2, 0]
    """
    sign = -1.0 if maximize else 1.0
    good = [
        record
        for record in found
        if record.state == COMPLETE
        and record.feasible
        and record.repeat == 0
        and record.values
        and math.isfinite(record.values[0])
    ]
    return sorted(good, key=lambda record: (sign * record.values[0], record.number))
