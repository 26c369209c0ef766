"""The queue: jobs with their states, kept in the store of the studies.

Rules:
    1. A name belongs to one job for ever; a second submission under it is refused.
    2. A state changes only along `job_record.BEFORE`, in one transaction that checks it.
    3. Nothing that ended is deleted: a job is removed with its study alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tuning._names import unknown_name
from tuning.errors import JobError
from tuning.service.capacity import NOTHING, Resources
from tuning.service.job_log import JobLog
from tuning.service.job_record import BEFORE, CANCELLED, ENDED, PAUSED, QUEUED, RUNNING, JobRecord
from tuning.service.tables import JOBS, LOG, METADATA, add_columns
from tuning.service.version import newest, own_version
from tuning.storage.database import StudyStorage
from tuning.storage.identity import store_id
from tuning.storage.leases import wall_time
from tuning.units import parse_seconds
from tuning.workers.plain import plain_text


class _NameTakenError(Exception):
    """Another job has the name."""


class JobQueue:
    """The jobs of one store.

    Args:
        storage: The store.

    Attributes:
        log: The logs of the jobs.
    """

    def __init__(self, storage: StudyStorage) -> None:
        self._storage = storage
        self.log = JobLog(storage, self._identity)
        storage.make_tables(METADATA)
        add_columns(storage)

    @property
    def store_id(self) -> str:
        """What the store is called where several of them share a folder."""
        return store_id(self._storage)

    def submit(
        self,
        name: str,
        text: str,
        *,
        submitter: str,
        trials: int | None = None,
        timeout: float | None = None,
        priority: int = 0,
        weight: float = 1.0,
        cap: int | None = None,
        needs: Resources = NOTHING,
    ) -> JobRecord:
        """Adds a job to the queue.

        Args:
            name: Name of the job and of its study.
            text: Its YAML, already checked.
            submitter: Who submits it.
            trials: Trials it asks for, or None when a grid or its time decides.
            timeout: Seconds from its start after which it ends, or None.
            priority: Jobs of higher priority get free slots first.
            weight: Share of the slots beside jobs of the same priority, above 0.
            cap: Most concurrent trials on all workers together, at least 1, or None.
            needs: What a worker's slots must have.

        Returns:
            The job, queued.

        Raises:
            JobError: If the name is taken or a number is out of its range.
        """
        _check_numbers(weight=weight, cap=cap)
        values = {
            "name": name,
            "text": text,
            "submitter": submitter,
            "trials": trials,
            "timeout": timeout,
            "priority": priority,
            "weight": weight,
            "cap": cap,
            "labels": json.dumps(sorted(set(needs.labels))),
            "gpus": needs.gpus or None,
            "memory": needs.memory or None,
            "state": QUEUED,
            "version": own_version(),
        }

        moments: list[float] = []  # of tries whose COMMIT may have come without its answer

        def write(session: Session) -> None:
            moments.append(wall_time(session))
            try:
                session.execute(sa.insert(JOBS).values(submitted=moments[-1], **values))
            except IntegrityError as error:
                raise _NameTakenError from error

        try:
            self._storage.transaction(write)
        except _NameTakenError:
            known = self.job(name)
            if known.submitted not in moments[:-1]:
                raise JobError(
                    f"A job named {name!r} exists already: {known.submitter} submitted it and it "
                    f"is {known.state}. Give another name."
                ) from None
        return self.job(name)

    def job(self, name: str) -> JobRecord:
        """Reads one job.

        Args:
            name: Its name.

        Raises:
            JobError: If there is no such job.
        """
        found = self.jobs(names=[name])
        if not found:
            raise JobError(unknown_name("job", name, [job.name for job in self.jobs()]))
        return found[0]

    def jobs(
        self, *, states: Sequence[str] | None = None, names: Sequence[str] | None = None
    ) -> list[JobRecord]:
        """Reads jobs, the oldest first.

        Args:
            states: Only those in one of these states.
            names: Only those with one of these names.
        """
        query = sa.select(JOBS).order_by(JOBS.c.id)
        if states is not None:
            query = query.where(JOBS.c.state.in_(list(states)))
        if names is not None:
            query = query.where(JOBS.c.name.in_(list(names)))

        def read(session: Session) -> list[JobRecord]:
            rows = session.execute(query).mappings().all()
            return [_record(dict(row), now=wall_time(session)) for row in rows]

        return self._storage.transaction(read, reads=True)

    def move(
        self,
        name: str,
        state: str,
        *,
        reason: str = "",
        changes: Mapping[str, Any] | None = None,
    ) -> bool:
        """Brings a job into a state, when the state it is in allows that.

        Args:
            name: The job.
            state: The new state.
            reason: Why, for those who read it later.
            changes: What had been changed when the reason was found: with other changes by now
                the job stays where it is. None for whatever they are.

        Returns:
            False when the job is in a state from which it cannot come there.
        """
        before = set(BEFORE[state])

        def write(session: Session) -> bool:
            values: dict[str, Any] = {"state": state, "reason": plain_text(reason)}
            if state == RUNNING:
                values["started"] = sa.func.coalesce(JOBS.c.started, wall_time(session))
            elif state == QUEUED:  # its `timeout` counts anew, as that of the same command does
                values["started"] = None
            values["ended"] = wall_time(session) if state in ENDED else None
            query = sa.update(JOBS).where(JOBS.c.name == name)
            if changes is not None:
                query = query.where(JOBS.c.changes == json.dumps(dict(changes)))
            changed = session.execute(query.where(JOBS.c.state.in_(before)).values(**values))
            if not changed.rowcount:  # type: ignore[attr-defined]
                return False
            before.add(state)  # the COMMIT may come through while its answer is lost
            return True

        return self._storage.transaction(write)

    def cancel(self, name: str, *, reason: str = "") -> JobRecord:
        """Cancels a job; its running trials are stopped, what finished stays readable.

        Raises:
            JobError: If there is no such job or it is over.
        """
        return self._command(name, CANCELLED, reason=reason)

    def pause(self, name: str) -> JobRecord:
        """Keeps a job from starting trials; those that run are given back.

        Raises:
            JobError: If there is no such job or it neither waits nor runs.
        """
        return self._command(name, PAUSED)

    def resume(self, name: str) -> JobRecord:
        """Puts a paused job, or one that failed or was cancelled, into the queue again.

        Raises:
            JobError: If there is no such job or it waits or runs already.
        """
        return self._command(name, QUEUED)

    def set_priority(self, name: str, priority: int) -> JobRecord:
        """Changes a job's priority, also while it runs."""
        return self._update(name, {"priority": priority})

    def change(self, name: str, changes: Mapping[str, Any]) -> JobRecord:
        """Changes keys of a job, also while it runs; workers read them within seconds.

        Args:
            name: The job.
            changes: Keys of the job with their new values, already checked.
        """
        job = self.job(name)
        values: dict[str, Any] = {
            "changes": json.dumps({**job.changes, **changes}),
            "version": newest(job.version),
        }
        if "trials" in changes:
            values["trials"] = changes["trials"]
        if "timeout" in changes:
            values["timeout"] = parse_seconds(changes["timeout"])
        return self._update(name, values)

    def forget(self, name: str) -> None:
        """Removes a job and its log, when its study is deleted."""

        def write(session: Session) -> None:
            identity = sa.select(JOBS.c.id).where(JOBS.c.name == name).scalar_subquery()
            session.execute(sa.delete(LOG).where(LOG.c.job_id == identity))
            session.execute(sa.delete(JOBS).where(JOBS.c.name == name))

        self._storage.transaction(write)

    def _command(self, name: str, state: str, *, reason: str = "") -> JobRecord:
        if not self.move(name, state, reason=reason):
            known = self.job(name)
            raise JobError(
                f"The job {name!r} is {known.state}; only a job that is "
                f"{' or '.join(BEFORE[state])} can become {state}."
            )
        return self.job(name)

    def _update(self, name: str, values: Mapping[str, Any]) -> JobRecord:
        query = sa.update(JOBS).where(JOBS.c.name == name).values(**values)
        self._storage.transaction(lambda session: session.execute(query))
        return self.job(name)

    def _identity(self, name: str) -> int:
        query = sa.select(JOBS.c.id).where(JOBS.c.name == name)
        found = self._storage.transaction(
            lambda session: session.execute(query).scalar(), reads=True
        )
        if found is None:
            self.job(name)  # says which names there are
        return int(found or 0)


def _check_numbers(*, weight: float, cap: int | None) -> None:
    if not 0 < weight < float("inf"):
        raise JobError(f"`0 < weight` must hold. Got weight={weight}.")
    if cap is not None and cap < 1:
        raise JobError(f"`cap >= 1` must hold. Got cap={cap}: pause the job to run no trial.")


def _record(row: Mapping[str, Any], *, now: float) -> JobRecord:
    values = {key: value for key, value in row.items() if key != "id"}
    if values["started"] is not None:
        values["elapsed"] = (values["ended"] or now) - values["started"]
    values["changes"] = json.loads(values["changes"])
    values["labels"] = tuple(json.loads(values["labels"]))
    return JobRecord(**values)
