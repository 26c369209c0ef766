"""A study, opened for one search."""

from __future__ import annotations

from dataclasses import dataclass

import optuna
from optuna.storages import BaseStorage, get_storage

from tuning.engine.checks import check_search
from tuning.internals.optuna import study_id
from tuning.results.ledger import Ledger
from tuning.settings import SearchSettings
from tuning.space.space import Space
from tuning.storage.claims import ClaimBook
from tuning.storage.database import StudyStorage, open_storage
from tuning.storage.leases import LEASE_SECONDS
from tuning.storage.studies import create_study


@dataclass(frozen=True, kw_only=True)
class OpenedStudy:
    """A study in its store, with what a search reads of it and writes to it.

    Attributes:
        space: The study's space.
        settings: The settings of the search.
        storage: The store.
        backend: The store as Optuna's samplers and pruners read it.
        study: The study.
        book: The claims of this search.
        ledger: The trials as they were at the last look.
    """

    space: Space
    settings: SearchSettings
    storage: StudyStorage
    backend: BaseStorage
    study: optuna.Study
    book: ClaimBook
    ledger: Ledger

    @classmethod
    def open(
        cls, space: Space, settings: SearchSettings, *, lease: float = LEASE_SECONDS
    ) -> OpenedStudy:
        """Opens a study, or makes it.

        Args:
            space: The space.
            settings: The settings of the search.
            lease: Seconds after which other searches take trials over that are not renewed.

        Raises:
            JobError: If the space or the settings are broken, or the study is another job's.
            StoreError: If the store cannot be used.
        """
        # A study keeps its space, so one of a broken job could not be repaired under its name.
        check_search(space, settings)
        storage = open_storage(settings.url, wait=settings.store_timeout)
        backend = get_storage(storage)
        study = create_study(
            settings.study,
            backend,
            space=space,
            metrics=settings.metrics,
            settings=settings.to_dict(),
            url=settings.url,
            facts=settings.trial_facts,
        )
        return cls(
            space=space,
            settings=settings,
            storage=storage,
            backend=backend,
            study=study,
            book=ClaimBook(storage, study_id(study), lease=lease),
            ledger=Ledger(
                storage,
                study_id(study),
                space=space,
                directions=[direction for _, direction in settings.metrics],
            ),
        )
