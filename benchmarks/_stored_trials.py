"""A study with many trials, written in one transaction: how long studies are got to be measured."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np

from tuning import Choice, Float, Int, Space

SPACE = Space(
    {
        "rate": Float(1e-4, 1e-1, log=True),
        "dropout": Float(0.0, 0.5),
        "units": Int(16, 256, log=True),
        "layers": Int(1, 4),
        "optimizer": Choice(["adam", "sgd", "rmsprop"]),
        "batch": Choice([16, 32, 64, 128]),
        "decay": Float(1e-6, 1e-2, log=True),
    }
)


def loss(point: dict[str, Any]) -> float:
    """A bowl over three of the parameters."""
    return float(
        (point["dropout"] - 0.2) ** 2 + abs(np.log10(point["rate"]) + 2.5) + point["layers"] / 9
    )


def store_trials(storage: Any, study: int, count: int, *, seed: int) -> None:
    """Adds complete trials at random points of `SPACE`, as a search would have left them.

    Args:
        storage: An Optuna store with tables.
        study: Id of an empty study with one metric.
        count: How many trials.
        seed: Of their points.
    """
    import sqlalchemy as sa
    from optuna.distributions import distribution_to_json

    from tuning.internals.optuna import models
    from tuning.strategies.cube import Cube
    from tuning.strategies.distributions import distributions_of

    if not count:  # an insert of no rows would be one of an empty row
        return
    cube, distributions = Cube(SPACE), distributions_of(SPACE)
    rows = cube.snap(np.random.default_rng(seed).random((count, len(cube.names))))
    points = [cube.decode(row) for row in rows]
    texts = {name: distribution_to_json(one) for name, one in distributions.items()}
    now = datetime.now()
    trials = [
        {"study_id": study, "number": n, "state": "COMPLETE"}
        | {"datetime_start": now, "datetime_complete": now}
        for n in range(count)
    ]

    def write(session: Any) -> None:
        session.execute(sa.insert(models.TrialModel), trials)
        query = sa.select(models.TrialModel.trial_id).where(models.TrialModel.study_id == study)
        ids = list(session.scalars(query.order_by(models.TrialModel.number)))
        params = [
            {"trial_id": trial_id, "param_name": name, "distribution_json": texts[name]}
            | {"param_value": distributions[name].to_internal_repr(value)}
            for trial_id, point in zip(ids, points, strict=True)
            for name, value in point.items()
        ]
        values = [
            {"trial_id": trial_id, "objective": 0, "value": loss(point), "value_type": "FINITE"}
            for trial_id, point in zip(ids, points, strict=True)
        ]
        session.execute(sa.insert(models.TrialParamModel), params)
        session.execute(sa.insert(models.TrialValueModel), values)

    storage.transaction(write)
