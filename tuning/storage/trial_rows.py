"""Reads trials in a few statements, without an object for each row."""

from __future__ import annotations

import functools
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from optuna.distributions import BaseDistribution, json_to_distribution
from optuna.trial import FrozenTrial
from sqlalchemy.orm import Session

from tuning.internals.optuna import models

_TRIALS = models.TrialModel.__table__
_PARAMETER, _VALUE, _STEP, _SYSTEM, _USER = "parameter", "value", "step", "system", "user"
# Kind to its table, and the columns that are its name, place, number and text.
_DETAILS: dict[str, tuple[Any, str | None, str | None, str | None, str]] = {
    _PARAMETER: (models.TrialParamModel, "param_name", None, "param_value", "distribution_json"),
    _VALUE: (models.TrialValueModel, None, "objective", "value", "value_type"),
    _STEP: (
        models.TrialIntermediateValueModel,
        None,
        "step",
        "intermediate_value",
        "intermediate_value_type",
    ),
    _SYSTEM: (models.TrialSystemAttributeModel, "key", None, None, "value_json"),
    _USER: (models.TrialUserAttributeModel, "key", None, None, "value_json"),
}
_MOST_IDS = 1000  # that a statement names; of more it takes all of the study
_distribution = functools.lru_cache(maxsize=4096)(json_to_distribution)


def read_trials(
    session: Session,
    study_id: int,
    known: Mapping[int, FrozenTrial | None] | None,
    *,
    user_attributes: bool = False,
) -> list[FrozenTrial]:
    """Reads trials as Optuna's store does.

    Distributions that are equal are one object, which nobody may change.

    Args:
        session: An open transaction.
        study_id: Id of the study.
        known: Ids of the trials that are wanted, each with what was read of it before; parameters
            that it has then are not read again. None for all trials of the study.
        user_attributes: Whether their user attributes are read, which no strategy needs.

    Returns:
        The trials in the order of their ids.
    """
    if known is not None and not known:
        return []
    wanted = None if known is None else list(known)
    lacking = [one for one, trial in (known or {}).items() if trial is None or not trial.params]
    query = sa.select(_TRIALS).where(_TRIALS.c.study_id == study_id).order_by(_TRIALS.c.trial_id)
    if wanted is not None:
        query = query.where(_TRIALS.c.trial_id.in_(wanted))
    # States come first: on a server each statement sees what others have written until then, and
    # whatever a trial has when it is seen to have ended was written together with its state.
    trials = session.execute(query).mappings().all()
    details = _details(
        session,
        study_id,
        {
            _PARAMETER: wanted if known is None else lacking,
            _VALUE: wanted,
            _STEP: wanted,
            _SYSTEM: wanted,
            **({_USER: wanted} if user_attributes else {}),
        },
    )
    found = []
    for row in trials:
        trial_id = int(row["trial_id"])
        before = None if known is None or trial_id in lacking else known[trial_id]
        params = details[_PARAMETER, trial_id]
        found.append(
            FrozenTrial(
                trial_id=trial_id,
                number=row["number"],
                state=row["state"],
                value=None,
                values=_values(details[_VALUE, trial_id]) if row["state"].is_finished() else None,
                datetime_start=local_time_of(row["datetime_start"]),
                datetime_complete=local_time_of(row["datetime_complete"]),
                params=before.params if before else _params(params),
                distributions=before.distributions if before else _space(params),
                user_attrs=_attributes(details[_USER, trial_id]),
                system_attrs=_attributes(details[_SYSTEM, trial_id]),
                intermediate_values=_intermediate_values(details[_STEP, trial_id]),
            )
        )
    return found


def _details(
    session: Session, study_id: int, wanted: Mapping[str, Sequence[int] | None]
) -> defaultdict[tuple[str, int], list[Any]]:
    """What belongs to trials, by kind and trial, in the order in which it was written.

    All of it in one statement: each is a way to the server and back.

    Args:
        session: An open transaction.
        study_id: Id of the study.
        wanted: Kind to the ids of trials; None for all of the study.
    """
    found: defaultdict[tuple[str, int], list[Any]] = defaultdict(list)
    trials = sa.select(_TRIALS.c.trial_id).where(_TRIALS.c.study_id == study_id)
    parts = [
        _part(kind, trials if trial_ids is None or len(trial_ids) > _MOST_IDS else trial_ids)
        for kind, trial_ids in wanted.items()
        if trial_ids is None or trial_ids
    ]
    if parts:
        for row in session.execute(sa.union_all(*parts).order_by("position")).all():
            found[row.kind, row.trial_id].append(row)
    return found


def _part(kind: str, trial_ids: Any) -> sa.Select[Any]:
    """The rows of one table under names that all have in common."""
    model, name, place, number, text = _DETAILS[kind]
    table = model.__table__
    (position,) = table.primary_key
    nothing = sa.null()
    columns = {
        "kind": sa.literal(kind, sa.String),
        "trial_id": table.c.trial_id,
        "position": position,
        "name": sa.cast(table.c[name] if name else nothing, sa.String),
        "place": sa.cast(table.c[place] if place else nothing, sa.Integer),
        "number": table.c[number] if number else sa.cast(nothing, sa.Float(53)),
        "text": sa.cast(table.c[text], sa.Text),
    }
    query = sa.select(*(column.label(label) for label, column in columns.items()))
    return query.where(table.c.trial_id.in_(trial_ids))


def _params(rows: Iterable[Any]) -> dict[str, Any]:
    return {row.name: _distribution(row.text).to_external_repr(row.number) for row in rows}


def _space(rows: Iterable[Any]) -> dict[str, BaseDistribution]:
    return {row.name: _distribution(row.text) for row in rows}


def _attributes(rows: Iterable[Any]) -> dict[str, Any]:
    return {row.name: json.loads(row.text) for row in rows}


def _values(rows: Iterable[Any]) -> list[float] | None:
    convert = models.TrialValueModel.stored_repr_to_value
    kinds = models.TrialValueModel.TrialValueType
    by_objective = {row.place: convert(row.number, kinds[row.text]) for row in rows}
    return [by_objective[objective] for objective in sorted(by_objective)] or None


def _intermediate_values(rows: Iterable[Any]) -> dict[int, float]:
    model = models.TrialIntermediateValueModel
    kinds = model.TrialIntermediateValueType
    convert = model.stored_repr_to_intermediate_value
    return {row.place: convert(row.number, kinds[row.text]) for row in rows}


def local_time_of(stored: datetime | None) -> datetime | None:
    """The store has times without a zone, in UTC; Optuna shows local ones without a zone."""
    return None if stored is None else stored.replace(tzinfo=UTC).astimezone().replace(tzinfo=None)
