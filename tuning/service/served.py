"""What a worker needs to know of a job: `tuning` knows no recipes, so others resolve them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from tuning.service.job_record import JobRecord
from tuning.settings import SearchSettings
from tuning.space.space import Space
from tuning.workers.objective import Payload


class DataMissingError(Exception):
    """The job's data are not on this machine; another worker may have them."""


class ServedJob(Protocol):
    """One job, resolved on this machine."""

    @property
    def space(self) -> Space:
        """What is searched."""

    @property
    def settings(self) -> SearchSettings:
        """How it is searched; the study has the job's name."""

    @property
    def payload(self) -> Payload:
        """The objective."""

    def follow(self) -> None:
        """Begins to show the search in MLflow; the study exists. Never raises."""

    def close(self) -> None:
        """Stops showing the search, which goes on elsewhere or later. Never raises."""


# Raises `JobError` for a job that is wrong everywhere, `DataMissingError` for one wrong here.
Resolve = Callable[[JobRecord], ServedJob]
# The command that ends a job's study, in a process of its own.
EndCommand = Callable[[JobRecord], Sequence[str]]
