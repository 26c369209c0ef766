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


class StoreError(JobError):
    """The study's database cannot be read or written. Finished trials are safe in it."""
