"""What is used of Optuna without its promise: rows of its tables, and what samplers are told."""

from __future__ import annotations

import copy
from collections.abc import Container

import optuna
from optuna.storages import BaseStorage, RDBStorage
from optuna.storages._rdb import models
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from typing_extensions import override

from tuning.internals import PrivateName, require

__all__ = [
    "CONSTRAINT_PREFIX",
    "PRIVATE_NAMES",
    "REPEATABLE_READS",
    "REPEATABLE_WRITES",
    "RUNG_PREFIX",
    "STORE_LOGGER",
    "FilteredStudy",
    "add_trial",
    "engine_of",
    "id_of",
    "models",
    "storage_of",
    "study_id",
]

STORE_LOGGER = "optuna.storages._rdb.storage"
CONSTRAINT_PREFIX = "constraints:"  # where Optuna 5 keeps what `trial.set_constraint` was given
RUNG_PREFIX = "completed_rung_"  # where the halving pruners keep a trial's value at each rung

# What samplers and pruners call of a store by themselves: reads, and writes that replace a value,
# so that a call whose answer was lost may be made again.
REPEATABLE_READS = (
    "get_trial",
    "_get_trials",
    "get_all_studies",
    "get_study_id_from_name",
    "get_study_name_from_id",
    "get_study_directions",
    "get_study_user_attrs",
    "get_study_system_attrs",
    "get_trial_id_from_study_id_trial_number",
)
REPEATABLE_WRITES = (
    "set_study_user_attr",
    "set_study_system_attr",
    "set_trial_user_attr",
    "set_trial_system_attr",
)

_MODELS = "optuna.storages._rdb.models"
_COLUMNS = {
    "BaseModel": "metadata",
    "StudyModel": "study_id study_name",
    "TrialModel": "trial_id number study_id state datetime_start datetime_complete",
    "TrialParamModel": "trial_id param_name param_value distribution_json",
    "TrialUserAttributeModel": "trial_id key value_json",
    "TrialSystemAttributeModel": "trial_id key value_json",
    "TrialValueModel": "trial_id objective value value_type TrialValueType value_to_stored_repr "
    "stored_repr_to_value",
    "TrialIntermediateValueModel": "trial_id step intermediate_value intermediate_value_type "
    "TrialIntermediateValueType intermediate_value_to_stored_repr "
    "stored_repr_to_intermediate_value",
}
_ROWS = "tuning.storage, which writes a trial in one transaction,"


def _name(owner: str, name: str, user: str, *parameters: str) -> PrivateName:
    return PrivateName(
        package="optuna", owner=owner, name=name, user=user, parameters=parameters or None
    )


PRIVATE_NAMES = (
    _name(
        "optuna:Study", "_get_trials", "FilteredStudy", "self", "deepcopy", "states", "use_cache"
    ),
    _name("optuna:Study()", "_study_id", "tuning.storage"),
    _name("optuna:Study()", "_storage", "tuning.engine"),
    _name("optuna.storages._cached_storage:_CachedStorage()", "_backend", "tuning.tracking"),
    _name("optuna.trial:FrozenTrial()", "_trial_id", "tuning.storage.history"),
    _name(
        "optuna.storages:RDBStorage",
        "_get_prepared_new_trial",
        _ROWS,
        *("self", "study_id", "template_trial", "session"),
    ),
    *(
        _name("optuna.storages:RDBStorage", method, "tuning.storage.database")
        for method in (*REPEATABLE_READS, *REPEATABLE_WRITES)
    ),
    *(
        _name(f"{_MODELS}:{table}", column, _ROWS)
        for table, columns in _COLUMNS.items()
        for column in columns.split()
    ),
)
require(PRIVATE_NAMES)


def study_id(study: optuna.Study) -> int:
    """The study's id in its store."""
    return int(study._study_id)


def storage_of(study: optuna.Study) -> BaseStorage:
    """The store that a study reads."""
    return study._storage


def backend_of(study: optuna.Study) -> BaseStorage:
    """The store behind the cache that Optuna puts in front of its databases."""
    storage = study._storage
    backend: BaseStorage = getattr(storage, "_backend", storage)
    return backend


def engine_of(study: optuna.Study) -> Engine | None:
    """The database engine of a study's store, None for a store that is no database."""
    engine: Engine | None = getattr(backend_of(study), "engine", None)
    return engine


def add_trial(
    storage: RDBStorage, study: int, template: FrozenTrial | None, session: Session
) -> models.TrialModel:
    """Adds a trial within a transaction.

    Args:
        storage: The store.
        study: Id of the study.
        template: What the trial begins with, or None for a running one without parameters.
        session: The transaction.

    Returns:
        The trial's row with its number.
    """
    return storage._get_prepared_new_trial(study, template, session)


class FilteredStudy(optuna.Study):
    """A study whose samplers are told `told` instead of its trials.

    Every sampler of Optuna reads through `Study._get_trials`. `require` above refuses an Optuna
    whose method has another name or other parameters, and a test runs each sampler on a study
    that tells nothing.
    """

    def told(self) -> list[FrozenTrial]:
        """The trials in the order of their numbers; what it returns is not changed."""
        return super()._get_trials(deepcopy=False)

    @override
    def _get_trials(
        self,
        deepcopy: bool = True,
        states: Container[TrialState] | None = None,
        use_cache: bool = False,
    ) -> list[FrozenTrial]:
        told = self.told()
        if states is not None:
            told = [trial for trial in told if trial.state in states]
        return copy.deepcopy(told) if deepcopy else told


def id_of(trial: FrozenTrial) -> int:
    """A trial's id in its store."""
    return int(trial._trial_id)
