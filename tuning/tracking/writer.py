"""Writes the runs of one study: every finished trial once, the parent run after them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tuning.storage.records import TrialRecord
from tuning.tracking.content import milliseconds, trial_content
from tuning.tracking.parent import in_order_of_end, metric_names, parent_status, searched_names
from tuning.tracking.parent_run import ParentRun
from tuning.tracking.runs import Run, Tracker
from tuning.tracking.study_runs import (
    ENDED,
    RUNNING,
    SCHEDULED,
    UNCHANGED,
    StudyRuns,
    create_parent,
    provenance_of,
    sender_of,
    shared_tags,
    tracking_id,
)


@dataclass(frozen=True, kw_only=True)
class SyncReport:
    """What a synchronisation did.

    Attributes:
        run_id: The parent run, or None before it exists.
        experiment_id: Its experiment.
        url: Its page in the MLflow UI.
        created: Trials whose runs were new.
        completed: Trials whose runs had been cut off.
        tidied: Runs that were brought back to their parent, or deleted as doubles.
        updated: Whether the parent run or its files changed.
        left: Finished trials that MLflow still lacks: another process is writing them.
    """

    run_id: str | None = None
    experiment_id: str | None = None
    url: str | None = None
    created: int = 0
    completed: int = 0
    tidied: int = 0
    updated: bool = False
    left: int = 0

    @property
    def changed(self) -> bool:
        """Whether anything was written."""
        return bool(self.created or self.completed or self.tidied or self.updated)


class StudyWriter:
    """Keeps the runs of one study up to date.

    Args:
        study: The `optuna.Study`; only its user attribute `tracking_id` is written.
        tracking_uri: Where the runs go.
        experiment: See `tuning.tracking.sync`.
        artifact_root: See `Tracker`.

    Raises:
        TrackingError: If MLflow does not answer; so do all methods.
    """

    def __init__(
        self,
        study: Any,
        tracking_uri: str,
        *,
        experiment: str | None = None,
        artifact_root: str | Path | None = None,
    ) -> None:
        self._study = study
        provenance = provenance_of(study)
        name = experiment or provenance.experiment or study.study_name
        self._tracker = Tracker(tracking_uri, experiment=name, artifact_root=artifact_root)
        self._names = metric_names(study)
        self._tags = shared_tags(study, provenance)
        self._searched = searched_names(study)
        self._sender = sender_of(study)
        self._holds = False
        self.report = SyncReport(experiment_id=self._tracker.experiment_id)
        self._find()

    @property
    def parent(self) -> Run | None:
        """The parent run, or None before it exists."""
        return None if self._parent is None else self._parent.run

    def missing(self, records: Sequence[TrialRecord]) -> list[TrialRecord]:
        """Finished trials that MLflow lacks, the first that ended first."""
        return [r for r in in_order_of_end(records) if r.number not in self._runs.ended]

    def write(self, records: Sequence[TrialRecord], *, running: bool = False) -> int:
        """Writes the trials that MLflow lacks, and with them the parent run.

        Args:
            records: All trials of the study.
            running: Whether the search goes on: the parent run is shown as running.

        Returns:
            How many finished trials are left to another process that writes them.
        """
        missing = self.missing(records)
        runs, parent = self._runs, self._parent
        work = missing or runs.astray or runs.surplus or parent is None
        if (work or (running and self._waits)) and self._may_write(records):
            if running and self._parent is not None and self._parent.status != RUNNING:
                self._parent.run.show(RUNNING)
                self._parent.refresh()
            for record in self.missing(records):
                if not self._may_write(records):
                    break
                self._write_trial(record)
            self._update_parent(records)
        left = len(self.missing(records))
        self.report = replace(self.report, left=left)
        return left

    def finish(
        self, records: Sequence[TrialRecord], *, status: str | None = None, files: bool = True
    ) -> None:
        """Ends the parent run and stores its files, as far as they changed.

        Args:
            records: All trials of the study.
            status: `FINISHED`, `KILLED` or `FAILED`; `UNCHANGED` for what the run shows; None to
                conclude it from the study.
            files: Whether to draw and store figures, report and JSON files.
        """
        if self._parent is None or self.report.left:
            return
        self._parent.refresh()
        self._update_parent(records)
        shown = self._parent.status
        wanted = status or parent_status(self._study, records, shown)
        wanted = shown if wanted == UNCHANGED else wanted
        if wanted != shown and wanted in ENDED and self._may_write(records):
            self._parent.end(wanted, records)
            self._add(updated=True)
        if files and self._parent.lacks_files(records) and self._may_write(records):
            self._parent.store_files(records)
            self._add(updated=True)

    def draw(self, records: Sequence[TrialRecord]) -> None:
        """Draws ahead what `finish` stores of the trials, which are over.

        Args:
            records: All trials of the study.
        """
        if self._parent is not None:
            self._parent.draw_files(records)

    def close(self) -> None:
        """Lets other processes write the runs of this study."""
        if self._sender is not None and self._holds:
            self._sender.give_back()
        self._holds = False

    def _may_write(self, records: Sequence[TrialRecord]) -> bool:
        """Takes, or keeps, the right to write the study's runs, and makes the parent run exist."""
        fresh = not self._holds
        self._holds = self._sender is None or self._sender.take()
        if not self._holds:
            return False
        if fresh:
            self._find()  # the last holder may have written since we looked
        if self._parent is None:
            begins = [milliseconds(r.started) for r in records if r.started is not None]
            start = min(begins, default=int(time.time() * 1000))
            create_parent(self._tracker, self._study, start=start)
            self._find()
            self._add(updated=True)
        if fresh:
            self._add(tidied=self._runs.tidy(self._tracker))
        return True

    @property
    def _waits(self) -> bool:
        """Whether the parent run was made with the submission of a job and shows it as waiting."""
        return self._parent is not None and self._parent.status == SCHEDULED

    def _find(self) -> None:
        self._runs = StudyRuns.find(self._tracker, tracking_id(self._study))
        self._parent: ParentRun | None = None
        if self._runs.parent is not None:
            self._parent = ParentRun(self._tracker, self._runs.parent, self._study)
            run = self._parent.run
            self.report = replace(self.report, run_id=run.run_id, url=run.url)

    def _write_trial(self, record: TrialRecord) -> None:
        content = trial_content(
            record, metrics=self._names, tags=self._tags, searched=self._searched
        )
        begun = self._runs.begun.get(record.number)
        if begun is not None:
            run = self._tracker.run(begun)
        else:
            run = self._tracker.start(
                content.name, tags=content.tags, parent=self._runs.parent_id, start=content.start
            )
            self._runs.begun[record.number] = run.run_id
        run.fill(content)
        self._runs.ended[record.number] = run.run_id
        self._add(created=int(begun is None), completed=int(begun is not None))

    def _update_parent(self, records: Sequence[TrialRecord]) -> None:
        if self._parent is None:
            return
        changes = self._parent.changes(records)
        if changes and self._may_write(records):
            self._parent.apply(changes)
            self._add(updated=True)

    def _add(
        self, *, created: int = 0, completed: int = 0, tidied: int = 0, updated: bool = False
    ) -> None:
        old = self.report
        self.report = replace(
            old,
            created=old.created + created,
            completed=old.completed + completed,
            tidied=old.tidied + tidied,
            updated=old.updated or updated,
        )
