"""The space of a study that grows: by its job, or by what its trials ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy.orm import Session

from tuning.internals.optuna import backend_of, study_id
from tuning.space.asked import AskedParameters
from tuning.space.growth import grown
from tuning.space.learning import Learnt, learn, with_learnt
from tuning.space.space import Space
from tuning.storage import records
from tuning.storage.claim_rows import Rows
from tuning.storage.database import StudyStorage

if TYPE_CHECKING:
    import optuna


def other_space(study: optuna.Study, space: Space) -> str:
    """Why a space is none that a study can grow into; empty when it is the same or a larger one.

    Args:
        study: The study; one without a space takes any.
        space: The space of a search.
    """
    stored = study.user_attrs.get(records.SPACE)
    if stored is None:
        return ""
    try:
        grown(Space.from_dict(stored), space)
    except ValueError as error:
        after = space.to_dict()
        changed = sorted(k for k in stored.keys() | after.keys() if stored.get(k) != after.get(k))
        return (
            f"A study has one space. {study.study_name!r} has another one in "
            f"{', '.join(changed)}. {error}"
        )
    return ""


def take_space(study: optuna.Study, space: Space) -> None:
    """Gives a study its space; the one that it had before is kept when this one has more points.

    In one transaction: of several workers that take a wider space over, one notes the growth.

    Args:
        study: The study, in a `StudyStorage`.
        space: The space of a search.
    """
    storage = cast("StudyStorage", backend_of(study))
    rows = Rows(study_id(study))

    def write(session: Session) -> None:
        rows.lock(session)
        stored = rows.study_attribute(session, records.SPACE)
        if stored is not None and (names := grown(Space.from_dict(stored), space)):
            _note(rows, session, stored, names)
        rows.set_study_attribute(session, records.SPACE, space.to_dict())

    storage.transaction(write)


def learn_space(
    storage: StudyStorage,
    study_id: int,
    given: Space,
    asked: AskedParameters,
    runs: Sequence[Mapping[str, Any]],
) -> Space:
    """Adds what a trial was asked for to its study, in one transaction.

    Args:
        storage: The store.
        study_id: Id of the study in it.
        given: The space of the search.
        asked: The trial's point, and the dimensions of what it was not given.
        runs: The points of the trials before it, each in the order of its questions.

    Returns:
        The study's space from now on; several searches learn it together.

    Raises:
        ValueError: If one name stands for two ranges; nothing is written.
    """
    rows = Rows(study_id)

    def write(session: Session) -> Space:
        rows.lock(session)
        before: Learnt = rows.study_attribute(session, records.LEARNT) or {}
        after = learn(given, before, asked, runs)
        if after != before:
            stored = rows.study_attribute(session, records.SPACE)
            names = [name for name, form in after.items() if before.get(name) != form]
            _note(rows, session, stored, names)
            rows.set_study_attribute(session, records.LEARNT, after)
            space = with_learnt(given, after).to_dict()
            rows.set_study_attribute(session, records.SPACE, space)
        return with_learnt(given, after)

    return storage.transaction(write)


def _note(rows: Rows, session: Session, before: Mapping[str, Any], names: Sequence[str]) -> None:
    """Keeps the space that a study had before some parameters of it grew."""
    growth = rows.study_attribute(session, records.GROWTH) or []
    entry = {
        "time": datetime.now().isoformat(timespec="seconds"),
        "trials": rows.count(session),
        "parameters": list(names),
        "before": before,
    }
    rows.set_study_attribute(session, records.GROWTH, [*growth, entry])
