"""The parent run of a study from the submission of its job on, before the study exists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Engine

from tuning.storage.senders import Sender
from tuning.tracking.content import ROLE, ROLE_STUDY, STUDY, STUDY_ID, as_tags
from tuning.tracking.runs import Tracker
from tuning.tracking.study_runs import ENDED, StudyRuns


@dataclass(frozen=True, kw_only=True)
class Announced:
    """A job as MLflow shows it.

    Attributes:
        name: Name of the job and of its study.
        mark: What the runs of the study carry: its `tracking_id`, now or later.
        experiment: MLflow experiment of the runs.
        status: `SCHEDULED`, `RUNNING`, `FINISHED`, `KILLED` or `FAILED`.
        submitted: Milliseconds since 1970.
        ended: Milliseconds since 1970, or None.
        tags: Further tags, for example who submitted it.
    """

    name: str
    mark: str
    experiment: str
    status: str
    submitted: int
    ended: int | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


def announce(job: Announced, tracking_uri: str, engine: Engine) -> bool:
    """Shows a job with its status; the run is made once, and is the parent run of its study.

    Args:
        job: The job.
        tracking_uri: Where the runs go.
        engine: Of the store of the studies, which says who may write.

    Returns:
        False when another process writes the runs of this study now: call again.

    Raises:
        TrackingError: If MLflow does not answer.
    """
    sender = Sender(engine, job.mark)
    if not sender.take():
        return False
    try:
        tracker = Tracker(tracking_uri, experiment=job.experiment)
        parent = StudyRuns.find(tracker, job.mark).parent
        tags = as_tags(dict(job.tags))
        if parent is None:
            marks = {STUDY: job.name, STUDY_ID: job.mark, ROLE: ROLE_STUDY}
            run = tracker.start(job.name, tags=tags | marks, start=job.submitted)
            shown = "RUNNING"  # as MLflow begins every run
        else:
            run, shown = tracker.run(parent.info.run_id), parent.info.status
            changed = {key: text for key, text in tags.items() if parent.data.tags.get(key) != text}
            run.write(tags=changed)
        if shown != job.status and job.status in ENDED:
            run.finish(job.status, end=job.ended)
        elif shown != job.status:
            run.show(job.status)
    finally:
        sender.give_back()
    return True
