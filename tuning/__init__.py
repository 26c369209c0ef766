"""Hyperparameter search over any objective: spaces, strategies, studies, workers, tracking."""

from typing import TYPE_CHECKING

from tuning._lazy import lazy_attributes

if TYPE_CHECKING:
    from tuning.engine.loop import search as search
    from tuning.errors import JobError as JobError
    from tuning.errors import Pruned as Pruned
    from tuning.errors import StoreError as StoreError
    from tuning.errors import TrialError as TrialError
    from tuning.results.result import Progress as Progress
    from tuning.results.result import SearchResult as SearchResult
    from tuning.service.client import Client as Client
    from tuning.settings import SearchSettings as SearchSettings
    from tuning.space.space import Choice as Choice
    from tuning.space.space import Fixed as Fixed
    from tuning.space.space import Float as Float
    from tuning.space.space import Int as Int
    from tuning.space.space import Space as Space
    from tuning.storage.studies import open_study as open_study
    from tuning.workers.context import Context as Context
    from tuning.workers.cross_validation import cross_validated as cross_validated

_REFERENCES = {
    "Choice": "tuning.space.space:Choice",
    "Client": "tuning.service.client:Client",
    "Context": "tuning.workers.context:Context",
    "Fixed": "tuning.space.space:Fixed",
    "Float": "tuning.space.space:Float",
    "Int": "tuning.space.space:Int",
    "JobError": "tuning.errors:JobError",
    "Progress": "tuning.results.result:Progress",
    "Pruned": "tuning.errors:Pruned",
    "SearchResult": "tuning.results.result:SearchResult",
    "SearchSettings": "tuning.settings:SearchSettings",
    "Space": "tuning.space.space:Space",
    "StoreError": "tuning.errors:StoreError",
    "TrialError": "tuning.errors:TrialError",
    "cross_validated": "tuning.workers.cross_validation:cross_validated",
    "open_study": "tuning.storage.studies:open_study",
    "search": "tuning.engine.loop:search",
}
__all__ = list(_REFERENCES)
__getattr__, __dir__ = lazy_attributes(__name__, _REFERENCES)
