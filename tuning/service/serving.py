"""A job that a worker serves."""

from __future__ import annotations

from dataclasses import dataclass

from tuning.engine.session import Session
from tuning.service.job_record import JobRecord
from tuning.service.served import ServedJob


@dataclass(frozen=True)
class Serving:
    """A job with its session.

    Attributes:
        job: As it was when the session began.
        served: What it is about.
        session: Its search on this worker.
    """

    job: JobRecord
    served: ServedJob
    session: Session
