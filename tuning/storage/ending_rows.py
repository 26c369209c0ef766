"""The rows of how trials ended: their parameters, values and reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from optuna.distributions import BaseDistribution, distribution_to_json
from sqlalchemy.orm import Session

from tuning.internals.optuna import models

if TYPE_CHECKING:
    from tuning.storage.claim_rows import Ending


def write_details(session: Session, endings: Mapping[int, Ending]) -> None:
    """Writes what trials were asked for, their values and their reports.

    Args:
        session: An open transaction.
        endings: Id of a trial to its ending.
    """
    parameter = models.TrialParamModel.__table__
    found = _parameters_of(endings)
    if found:
        keys = [(row["trial_id"], row["param_name"]) for row in found]
        place = sa.tuple_(parameter.c.trial_id, parameter.c.param_name)
        session.execute(sa.delete(parameter).where(place.in_(keys)))
    for trial_id, ending in endings.items():
        if ending.asked is not None:
            others = sa.delete(parameter).where(parameter.c.trial_id == trial_id)
            session.execute(others.where(parameter.c.param_name.not_in(ending.asked)))
    for table, rows in (
        (parameter, found),
        (models.TrialValueModel.__table__, _values_of(endings)),
        (models.TrialIntermediateValueModel.__table__, _intermediate_values_of(endings)),
    ):
        if rows:
            session.execute(sa.insert(table), rows)


def _parameters_of(endings: Mapping[int, Ending]) -> list[dict[str, Any]]:
    return [
        parameter_row(trial_id, name, value, distribution)
        for trial_id, ending in endings.items()
        for name, (value, distribution) in ending.parameters.items()
    ]


def parameter_row(
    trial_id: int, name: str, value: Any, distribution: BaseDistribution
) -> dict[str, Any]:
    """The row of a trial's parameter.

    Args:
        trial_id: Id of the trial.
        name: The parameter.
        value: Its value as Optuna holds it.
        distribution: Its distribution.
    """
    return {
        "trial_id": trial_id,
        "param_name": name,
        "param_value": distribution.to_internal_repr(value),
        "distribution_json": distribution_to_json(distribution),
    }


def _values_of(endings: Mapping[int, Ending]) -> list[dict[str, Any]]:
    convert = models.TrialValueModel.value_to_stored_repr
    rows = []
    for trial_id, ending in endings.items():
        for objective, value in enumerate(ending.values or ()):
            stored, kind = convert(value)
            rows.append(
                {"trial_id": trial_id, "objective": objective, "value": stored, "value_type": kind}
            )
    return rows


def _intermediate_values_of(endings: Mapping[int, Ending]) -> list[dict[str, Any]]:
    convert = models.TrialIntermediateValueModel.intermediate_value_to_stored_repr
    rows = []
    for trial_id, ending in endings.items():
        for step, value in ending.intermediate.items():
            stored, kind = convert(value)
            rows.append(
                {
                    "trial_id": trial_id,
                    "step": step,
                    "intermediate_value": stored,
                    "intermediate_value_type": kind,
                }
            )
    return rows
