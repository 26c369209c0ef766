"""The space of a study that grows: what it was before, and when."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tuning.space.growth import grown
from tuning.space.space import Space
from tuning.storage import records

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


def note_growth(study: optuna.Study, space: Space) -> None:
    """Keeps the space that a study had before, when this one has more points."""
    stored = study.user_attrs.get(records.SPACE)
    if stored is None or not (names := grown(Space.from_dict(stored), space)):
        return
    entry = {
        "time": datetime.now().isoformat(timespec="seconds"),
        "trials": len(study.get_trials(deepcopy=False)),
        "parameters": names,
        "before": stored,
    }
    study.set_user_attr(records.GROWTH, [*study.user_attrs.get(records.GROWTH, []), entry])
