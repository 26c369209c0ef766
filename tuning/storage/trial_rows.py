"""Reads trials in a few statements, without an object for each row."""

from __future__ import annotations

import functools
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
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
    trial_ids: Collection[int] | None,
    *,
    user_attributes: bool = False,
) -> list[FrozenTrial]:
    """Reads trials as Optuna's store does.

    Distributions that are equal are one object, which nobody may change.

    Args:
        session: An open transaction.
        study_id: Id of the study.
        trial_ids: Which trials; None for all of the study.
        user_attributes: Whether their user attributes are read, which no strategy needs.

    Returns:
        The trials in the order of their ids.
    """
    if trial_ids is not None and not trial_ids:
        return []
    reads_all = trial_ids is None or len(trial_ids) > _MOST_IDS
    values = {"study": study_id} if reads_all else {"study": study_id, "ids": list(trial_ids or ())}
    query, details_query = _queries(reads_all=reads_all, user_attributes=user_attributes)
    # States come first: on a server each statement sees what others have written until then, and
    # whatever a trial has when it is seen to have ended was written together with its state.
    trials = session.execute(query, values).all()
    details: defaultdict[tuple[str, int], list[Any]] = defaultdict(list)
    for row in session.execute(details_query, values).all():
        details[row.kind, row.trial_id].append(row)
    return [
        _trial(row, details)
        for row in trials
        if not reads_all or trial_ids is None or row.trial_id in trial_ids
    ]


def _trial(row: Any, details: Mapping[tuple[str, int], list[Any]]) -> FrozenTrial:
    trial_id = int(row.trial_id)
    params = details[_PARAMETER, trial_id]
    return FrozenTrial(
        trial_id=trial_id,
        number=row.number,
        state=row.state,
        value=None,
        values=_values(details[_VALUE, trial_id]) if row.state.is_finished() else None,
        datetime_start=local_time_of(row.datetime_start),
        datetime_complete=local_time_of(row.datetime_complete),
        params=_params(params),
        distributions=_space(params),
        user_attrs=_attributes(details[_USER, trial_id]),
        system_attrs=_attributes(details[_SYSTEM, trial_id]),
        intermediate_values=_intermediate_values(details[_STEP, trial_id]),
    )


@functools.cache  # to put them together takes longer than to run them
def _queries(*, reads_all: bool, user_attributes: bool) -> tuple[Any, Any]:
    """The statement that reads trials, and the one that reads all that belongs to them.

    Of a few trials, whose `ids` it takes, or of all of the `study`.
    """
    query = sa.select(_TRIALS).where(_TRIALS.c.study_id == sa.bindparam("study"))
    ids: Any = sa.bindparam("ids", expanding=True)
    if reads_all:
        ids = sa.select(_TRIALS.c.trial_id).where(_TRIALS.c.study_id == sa.bindparam("study"))
    else:
        query = query.where(_TRIALS.c.trial_id.in_(ids))
    kinds = [kind for kind in _DETAILS if kind != _USER or user_attributes]
    # One statement for all of them: each is a way to the server and back.
    parts = [_part(kind, ids) for kind in kinds]
    return query.order_by(_TRIALS.c.trial_id), sa.union_all(*parts).order_by("position")


def _part(kind: str, trial_ids: Any) -> sa.Select[Any]:
    """The rows of one table under names that all have in common."""
    model, name, place, number, text = _DETAILS[kind]
    table = model.__table__
    (position,) = table.primary_key
    nothing = sa.null()
    columns = {
        "kind": sa.literal(kind, sa.String),
        "trial_id": table.c.trial_id,
        "position": position,  # in the order in which it was written
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
