"""The parent run of a study, kept up to date by differences."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tuning.report.view import view_study
from tuning.storage.records import RESULT, SPACE, TrialRecord
from tuning.tracking.content import DESCRIPTION, Point, as_tags, milliseconds, safe_key
from tuning.tracking.description import describe_study
from tuning.tracking.parent import (
    BEST_VALUE,
    digest,
    incumbent_points,
    maximize_of,
    parent_tags,
    result_points,
)
from tuning.tracking.quiet import tracking_errors
from tuning.tracking.runs import Run, Tracker
from tuning.tracking.runs_view import save_view, view_url
from tuning.tracking.study_files import StudyFiles
from tuning.tracking.study_runs import name_data, provenance_of, shared_tags, study_params

FILES_DIGEST = "internal.files"  # tag: what the files of the run were drawn from


@dataclass
class Changes:
    """What the parent run lacks."""

    params: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    points: list[Point] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.params or self.tags or self.points)


class ParentRun:
    """Compares the parent run with its study and writes what differs.

    Args:
        tracker: The experiment.
        entity: MLflow's entity of the run.
        study: The `optuna.Study`.
    """

    def __init__(self, tracker: Tracker, entity: Any, study: Any) -> None:
        self._tracker = tracker
        self._entity = entity
        self._study = study
        self._files = StudyFiles(study)
        self._best_steps: set[int] | None = None
        self._named = False  # the data, by this object

    @property
    def run(self) -> Run:
        """The run."""
        return self._tracker.run(self._entity.info.run_id)

    @property
    def status(self) -> str:
        """Status as last read."""
        return self._entity.info.status

    def refresh(self) -> None:
        """Reads the run again."""
        with tracking_errors(self._tracker.tracking_uri):
            self._entity = self._tracker.client.get_run(self._entity.info.run_id)

    def changes(self, records: Sequence[TrialRecord]) -> Changes:
        """Finds what the run lacks.

        Args:
            records: All trials of the study.
        """
        known, maximize = self._entity.data, maximize_of(self._study)
        changes = Changes(tags=parent_tags(records, view_study(self._study, records).winner))
        for name, text in study_params(self._study).items():
            if known.params.get(name) is None:
                changes.params[name] = text
            elif known.params[name] != text:  # MLflow never changes a parameter
                changes.tags[safe_key(f"settings.{name}")] = text
        changes.tags |= as_tags({"space": self._study.user_attrs.get(SPACE)})  # it may have grown
        # A run that was made with the submission of a job does not know its data yet.
        shared = shared_tags(self._study, provenance_of(self._study))
        changes.tags |= {key: text for key, text in shared.items() if key not in known.tags}
        changes.tags |= self._description(records)
        changes.tags = {k: v for k, v in changes.tags.items() if known.tags.get(k) != v}
        result = self._study.user_attrs.get(RESULT) or {}
        points = result_points(result, int(time.time() * 1000))
        changes.points = [p for p in points if known.metrics.get(p.key) != p.value]
        if len(maximize) == 1:
            best = incumbent_points(records, maximize=maximize[0])
            changes.points += [point for point in best if point.step not in self._known_steps()]
        return changes

    def _description(self, records: Sequence[TrialRecord]) -> dict[str, str]:
        """The description as a tag, until the files of the run show the same result."""
        if not self.lacks_files(records):
            return {}  # what a person has written since then stays
        result = self._study.user_attrs.get(RESULT) or {}
        best = next((r.params for r in records if r.number == result.get("best_trial")), None)
        text = describe_study(
            result,
            provenance_of(self._study),
            run_id=self._entity.info.run_id,
            best=best,
            trials_url=view_url(self.run, self._study),
        )
        return as_tags({DESCRIPTION: text or None})

    def apply(self, changes: Changes) -> None:
        """Writes changes in one batch."""
        self.run.write(params=changes.params, tags=changes.tags, points=changes.points)
        if not self._entity.inputs.dataset_inputs and not self._named:
            self._named = True
            name_data(self.run, provenance_of(self._study))
        self._known_steps().update(p.step for p in changes.points if p.key == BEST_VALUE)
        data = self._entity.data
        data.params.update(changes.params)
        data.tags.update(changes.tags)
        data.metrics.update({point.key: point.value for point in changes.points})

    def lacks_files(self, records: Sequence[TrialRecord]) -> bool:
        """Whether the files of the run show less than the study holds."""
        return self._entity.data.tags.get(FILES_DIGEST) != digest(self._study, records)

    def draw_files(self, records: Sequence[TrialRecord]) -> None:
        """Draws ahead what the files show of the trials."""
        if self.lacks_files(records):
            self._files.draw(records)

    def store_files(self, records: Sequence[TrialRecord]) -> None:
        """Draws and stores figures, report, trials and attributes."""
        with tempfile.TemporaryDirectory() as folder:
            self._files.write(records, Path(folder), run_url=self.run.url)
            self.run.file(folder)
        save_view(self.run, self._study)
        mark = digest(self._study, records)
        self.run.write(tags={FILES_DIGEST: mark})
        self._entity.data.tags[FILES_DIGEST] = mark

    def end(self, status: str, records: Sequence[TrialRecord]) -> None:
        """Ends the run at the end of its last trial."""
        ends = [milliseconds(r.finished) for r in records if r.finished is not None]
        self.run.finish(status, end=max(ends, default=self._entity.info.start_time))

    def _known_steps(self) -> set[int]:
        if self._best_steps is None:
            with tracking_errors(self._tracker.tracking_uri):
                history = self._tracker.client.get_metric_history(
                    self._entity.info.run_id, BEST_VALUE
                )
            self._best_steps = {metric.step for metric in history}
        return self._best_steps
