"""The runs of one study as MLflow has them: what is there, what is missing, and who may write."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tuning.internals.optuna import engine_of
from tuning.storage.records import PROVENANCE, SETTINGS, SPACE
from tuning.storage.senders import Sender
from tuning.tracking.content import (
    ROLE,
    ROLE_STUDY,
    ROLE_TRIAL,
    STUDY,
    STUDY_ID,
    TRIAL,
    as_params,
    as_tags,
)
from tuning.tracking.provenance import Provenance
from tuning.tracking.quiet import tracking_errors
from tuning.tracking.runs import Run, Tracker

TRACKING_ID = "tracking_id"  # study attribute: tells two studies of one name apart
# MLflow's words for where a run is.
SCHEDULED, RUNNING = "SCHEDULED", "RUNNING"
ENDED = ("FINISHED", "KILLED", "FAILED")
UNCHANGED = "UNCHANGED"  # no status, but to leave what a run shows
_PARENT = "mlflow.parentRunId"


def tracking_id(study: Any) -> str:
    """Reads the mark that a study's runs carry; the first call makes it.

    Args:
        study: The `optuna.Study`.

    Returns:
        32 hexadecimal digits.
    """
    if TRACKING_ID not in study.user_attrs:
        study.set_user_attr(TRACKING_ID, secrets.token_hex(16))
    return study.user_attrs[TRACKING_ID]  # read again: another process may have been later


@dataclass
class StudyRuns:
    """The parent run and the children of a study, found by their tags.

    Attributes:
        parent: MLflow's entity of the parent run, or None.
        ended: Trial number to the run id of a child that is whole.
        begun: Trial number to the run id of a child whose writing was cut off.
        surplus: Run ids that two writers wrote at the same time.
        astray: Run ids of children whose parent run is gone.
    """

    parent: Any = None
    ended: dict[int, str] = field(default_factory=dict)
    begun: dict[int, str] = field(default_factory=dict)
    surplus: list[str] = field(default_factory=list)
    astray: list[str] = field(default_factory=list)

    @classmethod
    def find(cls, tracker: Tracker, mark: str) -> StudyRuns:
        """Reads what MLflow has of a study.

        Args:
            tracker: The experiment.
            mark: The study's `tracking_id`.

        Raises:
            TrackingError: If MLflow does not answer.
        """
        runs, children = cls(), []
        for run in tracker.search(STUDY_ID, mark):  # the oldest first
            if run.data.tags.get(ROLE) == ROLE_STUDY:
                if runs.parent is None:
                    runs.parent = run
                else:
                    runs.surplus.append(run.info.run_id)
            elif run.data.tags.get(ROLE) == ROLE_TRIAL:
                children.append(run)
        children.sort(key=lambda run: run.info.status not in ENDED)  # whole ones first
        for child in children:
            runs._add(child)
        return runs

    def _add(self, child: Any) -> None:
        number, run_id = int(child.data.tags[TRIAL]), child.info.run_id
        if number in self.ended or number in self.begun:
            self.surplus.append(run_id)
            return
        (self.ended if child.info.status in ENDED else self.begun)[number] = run_id
        if self.parent is None or child.data.tags.get(_PARENT) != self.parent.info.run_id:
            self.astray.append(run_id)

    @property
    def parent_id(self) -> str | None:
        """Run id of the parent run."""
        return None if self.parent is None else self.parent.info.run_id

    def tidy(self, tracker: Tracker) -> int:
        """Deletes surplus runs and brings children back to their parent.

        Returns:
            How many runs were changed.
        """
        for run_id in self.astray:
            tracker.run(run_id).write(tags={_PARENT: str(self.parent_id)})
        with tracking_errors(tracker.tracking_uri):
            for run_id in self.surplus:
                tracker.client.delete_run(run_id)
        changed = len(self.astray) + len(self.surplus)
        self.astray, self.surplus = [], []
        return changed


def shared_tags(study: Any, provenance: Provenance) -> dict[str, str]:
    """Tags that the parent run and all children of a study carry."""
    tags = {
        STUDY: study.study_name,
        STUDY_ID: tracking_id(study),
        "mlflow.source.name": provenance.program,
        "mlflow.source.type": "LOCAL",
    }
    return as_tags(tags | provenance.run_tags())


def provenance_of(study: Any) -> Provenance:
    """Reads where a study's results come from; empty when nobody wrote it."""
    return Provenance.from_dict(study.user_attrs.get(PROVENANCE, {}))


def create_parent(tracker: Tracker, study: Any, *, start: int) -> Run:
    """Creates the parent run of a study.

    Args:
        tracker: The experiment.
        study: The study.
        start: Milliseconds since 1970.

    Returns:
        The run, without metrics yet.
    """
    provenance = provenance_of(study)
    tags = shared_tags(study, provenance) | {ROLE: ROLE_STUDY}
    run = tracker.start(study.study_name, tags=tags, start=start)
    run.write(params=study_params(study), tags=as_tags({"space": study.user_attrs.get(SPACE)}))
    name_data(run, provenance)
    return run


def name_data(run: Run, provenance: Provenance) -> None:
    """Names the data of a parent run, as far as they are known."""
    if provenance.dataset and provenance.fingerprint:
        run.dataset(provenance.dataset, provenance.fingerprint)


def study_params(study: Any) -> dict[str, str]:
    """Parameters of the parent run: the settings of the search, without empty ones."""
    settings: Mapping[str, Any] = study.user_attrs.get(SETTINGS, {})
    return as_params({k: v for k, v in settings.items() if v not in (None, [], {}, ())})


def sender_of(study: Any) -> Sender | None:
    """The right to write the runs of a study; None where no other process can see the study."""
    engine = engine_of(study)
    return None if engine is None else Sender(engine, tracking_id(study))
