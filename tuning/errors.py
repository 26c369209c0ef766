"""Failures by what they end: a trial, the whole search, or only the way to the store."""

from __future__ import annotations


class Pruned(Exception):  # noqa: N818 - a decision, not an error
    """The trial is not worth finishing; raised by `Context.report`."""


class TrialError(Exception):
    """This point cannot be evaluated: its trial fails, the search goes on.

    Raise it from an objective for a combination of parameters that makes no sense.
    """


class JobError(Exception):
    """The job itself is broken: the search stops at once.

    Raise it from an objective when no other point could do better, for example when the data
    are missing.
    """


class OtherJobError(JobError):
    """A study belongs to one job, and this is another one.

    Args:
        message: What is different, and the way out.
        study: Name of the study.
    """

    def __init__(self, message: str, study: str = "") -> None:
        super().__init__(message)
        self.study = study


class StoreError(JobError):
    """The study's database cannot be read or written. Finished trials are safe in it."""
