"""Studies by name: opened, listed, deleted."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Mapping, Sequence
from typing import Any, cast

import optuna
from optuna.exceptions import DuplicatedStudyError, ExperimentalWarning
from optuna.storages import BaseStorage, get_storage
from sqlalchemy.orm import Session

from tuning._names import unknown_name
from tuning.errors import JobError, OtherJobError
from tuning.internals.optuna import backend_of, study_id
from tuning.settings import SearchSettings
from tuning.space.learning import with_learnt
from tuning.space.space import Space
from tuning.storage import records
from tuning.storage.claim_rows import Rows
from tuning.storage.claims import ClaimBook
from tuning.storage.database import StudyStorage, open_storage
from tuning.storage.faults import readable_errors, retrying
from tuning.storage.finals import FinalBook
from tuning.storage.fingerprint import differences, plain_facts, sentence
from tuning.storage.growth import other_space, take_space

_WAY_OUT = "Take another name (`study`), go back to the old values, or delete the old study."


def storage_url(storage: str | None, root: str = "mlruns") -> str:
    """Returns the store's URL, the embedded one under `root` when none is given."""
    from pathlib import Path

    return storage or f"sqlite:///{Path(root).resolve() / 'studies.db'}"


def open_study(name: str, storage: str | None = None, *, root: str = "mlruns") -> optuna.Study:
    """Opens an existing study for reading.

    Args:
        name: Name of the study.
        storage: URL of the store, or None for the embedded one.
        root: Folder of the embedded store.

    Returns:
        The `optuna.Study`; `tuning.storage.records.read_trials` reads its trials.

    Raises:
        JobError: If there is no such study.
        StoreError: If the store cannot be opened.
    """
    url = storage_url(storage, root)
    backend = get_storage(open_storage(url))
    return load_study(name, backend, url)


def load_study(name: str, backend: BaseStorage, url: str) -> optuna.Study:
    """Loads an existing study from an open store.

    Args:
        name: Name of the study.
        backend: The store.
        url: Its URL, for messages.

    Raises:
        JobError: If there is no such study.
    """
    with readable_errors(url):
        try:
            return optuna.Study(study_name=name, storage=backend)
        except KeyError as error:
            known = [study.study_name for study in backend.get_all_studies()]
            raise JobError(unknown_name("study", name, known)) from error


def create_study(
    name: str,
    backend: BaseStorage,
    *,
    space: Space,
    metrics: Sequence[tuple[str, str]],
    settings: Mapping[str, Any],
    url: str,
    facts: Mapping[str, Any] | None = None,
) -> optuna.Study:
    """Opens a study to be searched, making it when it does not exist.

    Rules:
        1. A study belongs to one job: its space, its metrics and its facts, which together decide
           the numbers of a trial, are those it was made with. The space alone may grow: every
           trial so far stays a point of it, and the study keeps what it was before, and when.
        2. A search with another space, metric or fact is refused before anything is written.
        3. A fact that the study does not have is taken from the search: an earlier version of
           the program made the study without it.
        4. Everything else, such as the number of trials or workers, may differ at each search.

    Args:
        name: Name of the study.
        backend: The store.
        space: The space; that of an existing study must be the same or a part of it.
        metrics: Metrics and directions; the same.
        settings: Plain settings, written again at every search.
        url: The store's URL, for messages.
        facts: What else decides the numbers of a trial, see `tuning.storage.fingerprint`; the same.

    Raises:
        JobError: If the study exists with other metrics or facts, or with a space that is no part
            of this one.
    """
    given = plain_facts(facts or {})
    with readable_errors(url):
        directions = [direction for _, direction in metrics]
        # A duplicate is resumed, or was made by another search at the same moment.
        with contextlib.suppress(DuplicatedStudyError):
            retrying(
                lambda: backend.create_new_study(
                    [optuna.study.StudyDirection[d.upper()] for d in directions], name
                )
            )
        study = optuna.Study(study_name=name, storage=backend)
        space = with_learnt(space, study.user_attrs.get(records.LEARNT, {}))
        _check_same(study, space, metrics, given)
        study.set_user_attr(records.FACTS, {**given, **study.user_attrs.get(records.FACTS, {})})
        take_space(study, space)
        if earlier := study.user_attrs.get(records.RESULT):
            study.set_user_attr(records.EARLIER, earlier)
        study.set_user_attr(records.SETTINGS, dict(settings))
        if not study.metric_names:
            with warnings.catch_warnings():
                # Marked experimental since 3.2; it names the axes of every Optuna plot.
                warnings.simplefilter("ignore", ExperimentalWarning)
                study.set_metric_names([metric for metric, _ in metrics])
    return study


def check_study(settings: SearchSettings, space: Space) -> None:
    """Refuses what `create_study` would refuse, for those who write files before they search.

    Args:
        settings: Name, store, metrics and facts of the study, which need not exist.
        space: Its space.

    Raises:
        JobError: If the study exists with another space, other metrics or other facts.
    """
    backend = get_storage(open_storage(settings.url))
    with readable_errors(settings.url):
        if settings.study in [study.study_name for study in backend.get_all_studies()]:
            study = optuna.Study(study_name=settings.study, storage=backend)
            whole = with_learnt(space, study.user_attrs.get(records.LEARNT, {}))
            _check_same(study, whole, settings.metrics, plain_facts(settings.trial_facts))


def _check_same(
    study: optuna.Study,
    space: Space,
    metrics: Sequence[tuple[str, str]],
    facts: Mapping[str, Any],
) -> None:
    name, stored = study.study_name, study.user_attrs
    # The facts come first: they say why the space is another one.
    different = differences(stored.get(records.FACTS, {}), facts)
    if different:
        message = f"A study belongs to one job. {name!r} has {sentence(different)}. {_WAY_OUT}"
        raise OtherJobError(message, name)
    if reason := other_space(study, space):
        raise OtherJobError(f"{reason} {_WAY_OUT}", name)
    directions = [direction.name.lower() for direction in study.directions]
    names = study.metric_names or [name for name, _ in metrics]
    old_metrics = list(zip(names, directions, strict=False))
    if old_metrics != [tuple(metric) for metric in metrics]:
        received = [tuple(metric) for metric in metrics]
        raise OtherJobError(
            f"A study has one set of metrics. {name!r} has {old_metrics}, got {received}. "
            f"{_WAY_OUT}",
            name,
        )


def first_attribute(study: optuna.Study, name: str, value: Any) -> Any:
    """Gives a study an attribute that it has not got yet, in one transaction.

    Args:
        study: The study, in a `StudyStorage`.
        name: The attribute.
        value: Anything JSON can hold.

    Returns:
        What the study has from now on: of several searches that begin at once the first one's.
    """
    rows = Rows(study_id(study))

    def write(session: Session) -> Any:
        rows.lock(session)
        known = rows.study_attribute(session, name)
        if known is None:
            rows.set_study_attribute(session, name, value)
        return value if known is None else known

    return cast("StudyStorage", backend_of(study)).transaction(write)


def delete_study(name: str, storage: str | None = None, *, root: str = "mlruns") -> None:
    """Deletes a study, its trials and its claims; files of the trials stay.

    Args:
        name: Name of the study.
        storage: URL of the store, or None for the embedded one.
        root: Folder of the embedded store.

    Raises:
        JobError: If there is no such study, or it is being searched.
    """
    url = storage_url(storage, root)
    opened = open_storage(url)
    backend = get_storage(opened)
    study = load_study(name, backend, url)
    book = ClaimBook(opened, study_id(study))
    book.leases.reap()  # claims of searches that are gone do not count
    running = book.counts()[records.RUNNING]
    if running:
        raise JobError(
            f"A study that is being searched cannot be deleted. {name!r} has {running} running "
            "trials: end its searches first."
        )
    final = FinalBook(opened, study_id(study))
    if final.is_held():
        raise JobError(f"A study that is being finished cannot be deleted. Wait for {name!r}.")
    with readable_errors(url):
        book.forget()
        final.forget()
        backend.delete_study(study_id(study))
