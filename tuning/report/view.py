"""A study as tables and figures see it: read once, then plain values."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from tuning.results.confirmation import Confirmation, confirmations
from tuning.results.result import pareto_front
from tuning.results.winner import FIRST, choose_winner
from tuning.space.space import Space
from tuning.storage.records import (
    COMPLETE,
    EVALUATION,
    FINISHED,
    PROVENANCE,
    PRUNED,
    RESULT,
    SETTINGS,
    SPACE,
    TrialRecord,
    best_record,
    bounded_metrics,
    read_trials,
)


@dataclass(frozen=True, kw_only=True)
class StudySnapshot:
    """A study at one moment.

    Attributes:
        name: Name of the study.
        metrics: `(name, whether larger is better)`, at least one.
        records: All trials in the order of their numbers. A pruned one has each metric as last
            reported, NaN for those it did not report.
        space: The search space, or None when the study does not hold it.
        settings: The settings of the search.
        result: The final evaluation; empty before it.
        evaluation: What the winner did on the test rows, by the names of
            `tuning.report.evaluation.EVALUATIONS`.
        provenance: Commit and data, as `tuning.tracking.provenance` writes them.
    """

    name: str
    metrics: Sequence[tuple[str, bool]]
    records: Sequence[TrialRecord]
    space: Space | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    result: Mapping[str, Any] = field(default_factory=dict)
    evaluation: Mapping[str, Any] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)

    @property
    def maximize(self) -> bool:
        """Whether the first metric grows to the better."""
        return self.metrics[0][1]

    @property
    def metric(self) -> str:
        """Name of the first metric."""
        return self.metrics[0][0]

    @cached_property
    def bounded(self) -> list[str]:
        """Names of the metrics that constraints bound; read once, as every row asks for them."""
        return bounded_metrics(self.records)

    @cached_property
    def finished(self) -> list[TrialRecord]:
        """Trials that have ended, the first that ended first."""
        ended = [r for r in self.records if r.state in FINISHED and r.finished is not None]
        return sorted(ended, key=lambda record: (record.finished, record.number))

    @cached_property
    def started(self) -> datetime | None:
        """Start of the first trial."""
        return min((r.started for r in self.records if r.started is not None), default=None)

    @property
    def best(self) -> TrialRecord | None:
        """The best complete and feasible trial by the first metric, if that is finite."""
        return best_record(self.complete(), maximize=self.maximize)

    @property
    def confirmed(self) -> list[Confirmation]:
        """Points that were run again with other seeds, the best mean first."""
        if self.space is None:
            return []
        return confirmations(self.records, self.space, maximize=self.maximize)

    @property
    def front(self) -> list[TrialRecord]:
        """The trials that no other one beats, in the order of their numbers."""
        directions = ["maximize" if larger else "minimize" for _, larger in self.metrics]
        numbers = set(pareto_front(self.records, directions))
        return [record for record in self.records if record.number in numbers]

    @property
    def winner(self) -> TrialRecord | None:
        """The trial that wins: by confirmation, by the rule for a front, else the best."""
        metrics = [(name, "maximize" if larger else "minimize") for name, larger in self.metrics]
        return choose_winner(
            self.records,
            metrics,
            [record.number for record in self.front],
            rule=self.settings.get("winner", FIRST),
            confirmed=self.confirmed,
        )

    def complete(self, objective: int = 0) -> list[TrialRecord]:
        """Complete trials whose value of one metric is finite.

        Args:
            objective: Which metric, from 0.
        """
        return [
            record
            for record in self.records
            if record.state == COMPLETE
            and len(record.values) > objective
            and math.isfinite(record.values[objective])
        ]

    def of_state(self, state: str) -> list[TrialRecord]:
        """Trials in one of the states of `tuning.storage.records`."""
        return [record for record in self.records if record.state == state]

    def pruned(self, objective: int = 0) -> list[TrialRecord]:
        """Pruned trials whose last report of one metric is finite.

        Args:
            objective: Which metric, from 0.
        """
        return [
            record
            for record in self.of_state(PRUNED)
            if len(record.values) > objective and math.isfinite(record.values[objective])
        ]

    def seconds(self, moment: datetime | None) -> float:
        """Seconds from the start of the first trial to a moment; 0 for None."""
        if moment is None or self.started is None:
            return 0.0
        return (moment - self.started).total_seconds()

    @property
    def parameters(self) -> list[str]:
        """Names of the searched parameters."""
        if self.space is not None:
            return list(self.space.searched)
        return list(dict.fromkeys(name for record in self.records for name in record.params))


def view_study(study: Any, trials: Sequence[TrialRecord] | None = None) -> StudySnapshot:
    """Reads a study once.

    Args:
        study: An `optuna.Study`.
        trials: Its trials, where they have been read; else they are read.

    Returns:
        Its view.
    """
    attributes = study.user_attrs
    stored = attributes.get(SPACE)
    settings = attributes.get(SETTINGS, {})
    directions = [direction.name == "MAXIMIZE" for direction in study.directions]
    names = _metric_names(study, settings)
    found = read_trials(study) if trials is None else trials
    return StudySnapshot(
        name=study.study_name,
        metrics=list(zip(names, directions, strict=True)),
        records=[_with_last_report(record, names) for record in found],
        space=None if stored is None else Space.from_dict(stored),
        settings=settings,
        result=attributes.get(RESULT) or {},
        evaluation=attributes.get(EVALUATION) or {},
        provenance=attributes.get(PROVENANCE) or {},
    )


def _with_last_report(record: TrialRecord, names: Sequence[str]) -> TrialRecord:
    """A pruned trial with a value per metric: Optuna keeps none of a study of several metrics."""
    if record.state != PRUNED or len(record.values) == len(names):
        return record
    reported = [record.history.get(name) or [math.nan] for name in names]
    last = tuple(math.nan if line[-1] is None else float(line[-1]) for line in reported)
    return replace(record, values=last) if any(map(math.isfinite, last)) else record


def as_view(study: Any) -> StudySnapshot:
    """Accepts a study or its view."""
    return study if isinstance(study, StudySnapshot) else view_study(study)


def _metric_names(study: Any, settings: Mapping[str, Any]) -> list[str]:
    count = len(study.directions)
    named = [str(metric[0]) for metric in settings.get("metrics", ())]
    named = named or list(study.metric_names or ())
    if len(named) == count:
        return named
    return ["objective"] if count == 1 else [f"objective_{index}" for index in range(count)]
