"""Serves jobs of the queue: from their text to what workers run, and their end."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.jobs.mlflow.review import Review
from pipelines.jobs.plan import plan_job
from pipelines.service.catch_up import catch_up
from pipelines.service.submission import DATA_VARIABLE, placed_data, read_submission
from tuning.errors import JobError, StoreError
from tuning.service.client import Client
from tuning.service.job_record import DONE, FAILED, FINISHING, JobRecord
from tuning.service.served import DataMissingError
from tuning.service.version import is_newer
from tuning.tracking import default_tracking_uri
from tuning.workers.objective import Payload, pack

if TYPE_CHECKING:
    from pipelines.jobs.plan import Plan
    from tuning import SearchSettings, Space

TRACKING_VARIABLE = "MLFLOW_TRACKING_URI"
NO_TRACKING = "--no-tracking"


@dataclass(frozen=True)
class Service:
    """Where a worker's stores and data are.

    Attributes:
        url: The store of studies.
        root: Folder of files and of the embedded stores.
        tracks: Whether runs are sent to MLflow.
    """

    url: str
    root: Path
    tracks: bool = True

    @property
    def tracking_uri(self) -> str | None:
        """MLflow's address, the embedded store without `MLFLOW_TRACKING_URI`."""
        if not self.tracks:
            return None
        return os.environ.get(TRACKING_VARIABLE) or default_tracking_uri(self.root)

    def plan(self, job: JobRecord) -> Plan:
        """Resolves a job without reading its data.

        Raises:
            JobError: If the job is wrong or not allowed.
        """
        checked = read_submission(job.text, name=job.name, source=job.name, changes=job.changes)
        # The worker's slots are there already; the process of an end needs none.
        asked = {"storage": self.url, "workers": None, "gpus": 0, "memory": None}
        checked = checked.model_copy(update={**asked, "data": placed_data(checked)})
        plan = plan_job(checked, root=self.root, data_dir=os.environ.get(DATA_VARIABLE))
        # All workers of a job, and whoever ends it, go by one clock.
        return dataclasses.replace(plan, settings=plan.settings.changed(spent=job.elapsed))

    def resolve(self, job: JobRecord) -> Served:
        """Resolves a job and reads its data.

        Raises:
            JobError: If the job is wrong or not allowed.
            DataMissingError: If its data are not here.
        """
        from pipelines.datasets.errors import DataError

        plan = self.plan(job)
        try:
            plan = plan.identified()
        except DataError as error:
            raise DataMissingError(f"The data of this job are not here: {error}") from error
        return Served(plan, self.tracking_uri, mark=job.mark)

    def end_command(self, job: JobRecord) -> Sequence[str]:
        """The command that ends a job's study; its environment has the store's address."""
        command = [sys.executable, "-P", "-m", "pipelines.service.end", job.name, str(self.root)]
        return command if self.tracks else [*command, NO_TRACKING]


class Served:
    """One job on this machine; see `tuning.service.served.ServedJob`.

    Args:
        plan: The job, its data read.
        tracking_uri: Where its runs go, or None for nowhere.
        mark: What its runs carry since its submission.
    """

    def __init__(self, plan: Plan, tracking_uri: str | None, *, mark: str) -> None:
        self._plan = plan
        self._mark = mark
        self._review = Review(
            plan.settings,
            tracking_uri,
            provenance=plan.target.provenance(plan.settings),
            note=lambda text: None,
        )

    @property
    def space(self) -> Space:
        """What is searched."""
        return self._plan.target.space

    @property
    def settings(self) -> SearchSettings:
        """How it is searched."""
        return self._plan.settings

    @property
    def payload(self) -> Payload:
        """The objective as it travels to the workers."""
        return pack(self._plan.target.objective(self._plan.settings))

    def follow(self) -> None:
        """Begins to show the search in MLflow, in the run that its submission made."""
        settings = self._plan.settings
        with contextlib.suppress(
            JobError, StoreError
        ):  # the search goes on, whatever becomes of it
            _adopt(settings.study, settings.url, self._mark)
            self._review.follow()

    def close(self) -> None:
        """Stops showing the search, which goes on elsewhere or later; `Board` shows its state."""
        with contextlib.suppress(JobError, StoreError):
            self._review.close(interrupted=True, keeps_status=True)


def mark_of(job: JobRecord, client: Client) -> str:
    """What the runs of a job carry in MLflow: what its study says, or else the job's own mark."""
    from tuning.storage.studies import open_study
    from tuning.tracking.study_runs import TRACKING_ID

    try:
        return str(open_study(job.name, client.url).user_attrs.get(TRACKING_ID, job.mark))
    except JobError:  # it has no study yet
        return job.mark


def _adopt(study: str, url: str, mark: str) -> None:
    """Gives a study the mark of its job, unless an earlier version gave it one."""
    from tuning.storage.studies import open_study
    from tuning.tracking.study_runs import TRACKING_ID

    opened = open_study(study, url)
    if TRACKING_ID not in opened.user_attrs:
        opened.set_user_attr(TRACKING_ID, mark)


def end_job(name: str, client: Client, service: Service) -> dict[str, Any]:
    """Ends a job whose study has its trials: refit, one look at the test rows, one record.

    Several workers may come here; the store lets one of them refit, and the others read.

    Args:
        name: The job.
        client: The store.
        service: Where everything is.

    Returns:
        What the study records as its result; empty when no trial can win.

    Raises:
        Exception: Whatever went wrong; the job stays `finishing` for another worker, unless the
            job itself is to blame.
    """
    from pipelines.jobs.run import run_plan

    job = client.queue.job(name)
    try:
        _adopt(name, service.url, job.mark)
        result = run_plan(
            service.plan(job),
            tracking=service.tracking_uri or False,
            on_note=lambda text: client.queue.log.add(name, text, source="end"),
        )
    except JobError as error:
        if not is_newer(job.version):
            client.queue.move(name, FAILED, reason=str(error))
        raise
    shortfall = result.search.shortfall
    if shortfall:
        early = f" The job {job.reason}." if job.reason else ""
        client.queue.move(name, FAILED, reason=shortfall + early)
    elif result.search.stopped_because != "interrupted":
        # Of several workers that read the same result, the one that closes the job sends it.
        closes = client.queue.move(name, DONE, reason=job.reason)
        if closes and service.tracking_uri and not result.synced:
            catch_up(
                name,
                service.url,
                service.tracking_uri,
                note=lambda text: client.queue.log.add(name, text, source="end"),
            )
    elif client.queue.job(name).state == FINISHING:
        client.queue.log.add(
            name, "the end was interrupted; a worker takes it up again", source="end"
        )
    return dict(result.final)
