"""Hyperparameter search over any objective: spaces, strategies, studies, workers, tracking."""

from typing import TYPE_CHECKING

from tuning._lazy import lazy_attributes

if TYPE_CHECKING:
    from tuning.context import Context as Context
    from tuning.engine import search as search
    from tuning.errors import JobError as JobError
    from tuning.errors import Pruned as Pruned
    from tuning.errors import StoreError as StoreError
    from tuning.errors import TrialError as TrialError
    from tuning.folds import cross_validated as cross_validated
    from tuning.job import Job as Job
    from tuning.job import load_job as load_job
    from tuning.result import Progress as Progress
    from tuning.result import SearchResult as SearchResult
    from tuning.settings import SearchSettings as SearchSettings
    from tuning.space import Choice as Choice
    from tuning.space import Fixed as Fixed
    from tuning.space import Float as Float
    from tuning.space import Int as Int
    from tuning.space import Space as Space
    from tuning.studies import open_study as open_study

_REFERENCES = {
    "Choice": "tuning.space:Choice",
    "Context": "tuning.context:Context",
    "Fixed": "tuning.space:Fixed",
    "Float": "tuning.space:Float",
    "Int": "tuning.space:Int",
    "Job": "tuning.job:Job",
    "JobError": "tuning.errors:JobError",
    "Progress": "tuning.result:Progress",
    "Pruned": "tuning.errors:Pruned",
    "SearchResult": "tuning.result:SearchResult",
    "SearchSettings": "tuning.settings:SearchSettings",
    "Space": "tuning.space:Space",
    "StoreError": "tuning.errors:StoreError",
    "TrialError": "tuning.errors:TrialError",
    "cross_validated": "tuning.folds:cross_validated",
    "load_job": "tuning.job:load_job",
    "open_study": "tuning.studies:open_study",
    "search": "tuning.engine:search",
}
__all__ = list(_REFERENCES)
__getattr__, __dir__ = lazy_attributes(__name__, _REFERENCES)
