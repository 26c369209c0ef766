"""A job that a worker serves."""

from __future__ import annotations

from dataclasses import dataclass

from tuning.engine.session import Session
from tuning.service.job_record import JobRecord
from tuning.service.served import ServedJob

# Why a session ended to what is said of its job.
_WORDS = {
    "trials": "has all trials",
    "exhausted": "has tried every point of its space",
    "patience": "has not improved for as long as its `patience` says",
    "target": "is as good as its `stop_at` asks for",
    "timeout": "is at the end of its `timeout`",
}


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

    @property
    def ended_early(self) -> str:
        """What ended the session before it had its trials; empty when it has them."""
        return "" if self.session.reason == "trials" else self.how_it_ended

    @property
    def how_it_ended(self) -> str:
        """How the session ended, said of the job."""
        return _WORDS.get(self.session.reason, self.session.reason)
