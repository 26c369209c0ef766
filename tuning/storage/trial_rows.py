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
    read = functools.partial(_rows, session, study_id)
    params = read(models.TrialParamModel, wanted if known is None else lacking)
    values = read(models.TrialValueModel, wanted)
    steps = read(models.TrialIntermediateValueModel, wanted)
    system = read(models.TrialSystemAttributeModel, wanted)
    user = read(models.TrialUserAttributeModel, wanted if user_attributes else [])
    found = []
    for row in trials:
        trial_id = int(row["trial_id"])
        before = None if known is None or trial_id in lacking else known[trial_id]
        found.append(
            FrozenTrial(
                trial_id=trial_id,
                number=row["number"],
                state=row["state"],
                value=None,
                values=_values(values[trial_id]) if row["state"].is_finished() else None,
                datetime_start=local_time_of(row["datetime_start"]),
                datetime_complete=local_time_of(row["datetime_complete"]),
                params=before.params if before else _params(params[trial_id]),
                distributions=before.distributions if before else _space(params[trial_id]),
                user_attrs=_attributes(user[trial_id]),
                system_attrs=_attributes(system[trial_id]),
                intermediate_values=_intermediate_values(steps[trial_id]),
            )
        )
    return found


def _rows(
    session: Session, study_id: int, model: Any, trial_ids: Sequence[int] | None
) -> defaultdict[int, list[Any]]:
    """Rows of one table by trial, in the order in which they were written."""
    table = model.__table__
    query = sa.select(table).order_by(*table.primary_key)
    if trial_ids is None:
        trials = sa.select(_TRIALS.c.trial_id).where(_TRIALS.c.study_id == study_id)
        query = query.where(table.c.trial_id.in_(trials))
    else:
        query = query.where(table.c.trial_id.in_(trial_ids))
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in session.execute(query).mappings() if trial_ids is None or trial_ids else ():
        found[row["trial_id"]].append(row)
    return found


def _params(rows: Iterable[Any]) -> dict[str, Any]:
    return {
        row["param_name"]: _distribution(row["distribution_json"]).to_external_repr(
            row["param_value"]
        )
        for row in rows
    }


def _space(rows: Iterable[Any]) -> dict[str, BaseDistribution]:
    return {row["param_name"]: _distribution(row["distribution_json"]) for row in rows}


def _attributes(rows: Iterable[Any]) -> dict[str, Any]:
    return {row["key"]: json.loads(row["value_json"]) for row in rows}


def _values(rows: Iterable[Any]) -> list[float] | None:
    convert = models.TrialValueModel.stored_repr_to_value
    by_objective = {row["objective"]: convert(row["value"], row["value_type"]) for row in rows}
    return [by_objective[objective] for objective in sorted(by_objective)] or None


def _intermediate_values(rows: Iterable[Any]) -> dict[int, float]:
    convert = models.TrialIntermediateValueModel.stored_repr_to_intermediate_value
    return {
        row["step"]: convert(row["intermediate_value"], row["intermediate_value_type"])
        for row in rows
    }


def local_time_of(stored: datetime | None) -> datetime | None:
    """The store has times without a zone, in UTC; Optuna shows local ones without a zone."""
    return None if stored is None else stored.replace(tzinfo=UTC).astimezone().replace(tzinfo=None)
