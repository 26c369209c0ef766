"""Studies in a few words: how far they are, and what is best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import optuna

from tuning.internals.optuna import study_id
from tuning.space.space import Space
from tuning.storage import records
from tuning.storage.best_trial import best_trial, numbered_trial
from tuning.storage.counts import last_changes, trial_counts
from tuning.storage.database import StudyStorage, open_storage
from tuning.storage.faults import readable_errors
from tuning.storage.records import TrialRecord
from tuning.storage.studies import storage_url

_NO_TRIALS = dict.fromkeys(records.STATES, 0)


@dataclass(frozen=True, kw_only=True)
class StudySummary:
    """One study in a listing.

    Attributes:
        name: Name of the study.
        metrics: Its metrics and directions.
        counts: State to number of trials.
        total: Trials it was asked for, or None.
        best: The winner, where the result of the search names it; else the best trial by the
            first metric, or None.
        last_change: When a trial last started or ended, or None.
        strategy: Name of the strategy, or None.
    """

    name: str
    metrics: Sequence[tuple[str, str]]
    counts: Mapping[str, int]
    total: int | None
    best: TrialRecord | None
    last_change: datetime | None
    strategy: str | None

    @property
    def status(self) -> str:
        """`"running"`, `"finished"`, `"unfinished"` or `"empty"`."""
        if self.counts.get(records.RUNNING):
            return "running"
        over = records.count_finished(self.counts)
        if over == 0:
            return "empty"
        return "unfinished" if self.total is not None and over < self.total else "finished"


def list_studies(storage: str | None = None, *, root: str = "mlruns") -> list[StudySummary]:
    """Summarises every study of a store, the last changed first.

    Args:
        storage: URL of the store, or None for the embedded one.
        root: Folder of the embedded store.
    """
    url = storage_url(storage, root)
    opened = open_storage(url)
    with readable_errors(url):
        counts, changes = trial_counts(opened), last_changes(opened)
        found = [
            _summary(
                optuna.Study(study_name=name, storage=opened),
                opened,
                counts=counts.get(name, _NO_TRIALS),
                last_change=last_change,
            )
            for name, last_change in changes.items()
        ]
    return sorted(found, key=lambda s: s.last_change or datetime.min, reverse=True)


def study_names(storage: str | None = None, *, root: str = "mlruns") -> list[str]:
    """Names of every study of a store, the one whose trials changed last first.

    Args:
        storage: URL of the store, or None for the embedded one.
        root: Folder of the embedded store.
    """
    found = last_changes(open_storage(storage_url(storage, root)))
    return sorted(found, key=lambda name: found[name] or datetime.min, reverse=True)


def _summary(
    study: optuna.Study,
    storage: StudyStorage,
    *,
    counts: Mapping[str, int],
    last_change: datetime | None,
) -> StudySummary:
    known = study.user_attrs
    result = known.get(records.RESULT) or {}
    settings = known.get(records.SETTINGS, {})
    directions = [direction.name.lower() for direction in study.directions]
    names = study.metric_names or [f"value_{i}" for i in range(len(directions))]
    stored = known.get(records.SPACE)
    space = None if stored is None else Space.from_dict(stored)
    # What was confirmed wins, not the luckiest single value.
    winner = result.get("best_trial")
    if winner is not None and result.get("trials") == records.count_finished(counts):
        best = numbered_trial(storage, study_id(study), winner, space=space)
    else:
        maximize = directions[0] == "maximize"
        best = best_trial(storage, study_id(study), space=space, maximize=maximize)
    return StudySummary(
        name=study.study_name,
        metrics=list(zip(names, directions, strict=True)),
        counts=counts,
        total=settings.get("total", settings.get("trials")),
        best=best,
        last_change=last_change,
        strategy=settings.get("strategy"),
    )
