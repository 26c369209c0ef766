"""A study, opened for one search."""

from __future__ import annotations

from dataclasses import dataclass, field

import optuna
from optuna.storages import BaseStorage, get_storage

from tuning.engine.checks import check_search
from tuning.internals.optuna import study_id
from tuning.results.ledger import Ledger
from tuning.settings import SearchSettings
from tuning.space.asked import AskedParameters
from tuning.space.learning import holds, with_learnt
from tuning.space.space import Space
from tuning.storage import records
from tuning.storage.claims import ClaimBook
from tuning.storage.database import StudyStorage, open_storage
from tuning.storage.growth import learn_space
from tuning.storage.leases import LEASE_SECONDS
from tuning.storage.studies import create_study


@dataclass(kw_only=True)
class OpenedStudy:
    """A study in its store, with what a search reads of it and writes to it.

    Attributes:
        given: The space of the search.
        space: The study's space, which may hold more: what its trials asked for.
        settings: The settings of the search.
        storage: The store.
        backend: The store as Optuna's samplers and pruners read it.
        study: The study.
        book: The claims of this search.
        ledger: The trials as they were at the last look.
    """

    given: Space
    space: Space = field(init=False)
    settings: SearchSettings
    storage: StudyStorage
    backend: BaseStorage
    study: optuna.Study
    book: ClaimBook
    ledger: Ledger

    @classmethod
    def open(
        cls,
        space: Space,
        settings: SearchSettings,
        *,
        lease: float = LEASE_SECONDS,
        most_running: int | None = None,
    ) -> OpenedStudy:
        """Opens a study, or makes it.

        Args:
            space: The space.
            settings: The settings of the search.
            lease: Seconds after which other searches take trials over that are not renewed.
            most_running: Most trials at once, in all searches that say so; None for any number.

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
            given=space,
            settings=settings,
            storage=storage,
            backend=backend,
            study=study,
            book=ClaimBook(storage, study_id(study), lease=lease, most_running=most_running),
            ledger=Ledger(
                storage,
                study_id(study),
                space=space,
                directions=[direction for _, direction in settings.metrics],
            ),
        )

    def __post_init__(self) -> None:
        self.space = self.given
        self.look()

    def look(self) -> bool:
        """Takes in what the trials of any search have found; whether the space has changed."""
        learnt = self.study.user_attrs.get(records.LEARNT, {})
        return self._becomes(with_learnt(self.given, learnt))

    def learn(self, asked: AskedParameters) -> bool:
        """Adds what a trial was asked for to the study; whether the space has changed.

        Raises:
            ValueError: If one name stands for two ranges.
        """
        if all(holds(self.space, self.given, asked, name) for name in asked.dimensions):
            return False
        self.ledger.refresh()
        runs = [
            {name: one.params[name] for name in one.asked if name in one.params}
            for one in self.ledger.finished
            if one.asked
        ]
        number = study_id(self.study)
        return self._becomes(learn_space(self.storage, number, self.given, asked, runs))

    def _becomes(self, space: Space) -> bool:
        changed = space != self.space
        if changed:
            self.space = self.ledger.space = space
        return changed
