"""Finished studies for the tests of tracking and report, made without a search."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import optuna
from optuna.trial import FrozenTrial, TrialState

from tuning.internals.optuna import CONSTRAINT_PREFIX
from tuning.space.space import Choice, Fixed, Float, Int, Space
from tuning.storage import records
from tuning.strategies.distributions import distributions_of

START = datetime(2026, 11, 20, 12, 0, 0)
SPACE = Space(
    {
        "learning_rate": Float(1e-4, 1e-1, log=True),
        "optimizer": Choice(["adam", "sgd", "rmsprop"]),
        "momentum": Float(0.0, 0.99, when={"optimizer": "sgd"}),
        "units": Int(16, 128, step=16),
        "dropout": Float(0.0, 0.5),
        "layers": Choice([[32], [64, 32]]),
        "batch_size": Fixed(64),
    }
)


def new_study(
    storage: Any,
    name: str = "digits",
    *,
    space: Space = SPACE,
    metrics: Sequence[tuple[str, str]] = (("val_accuracy", "maximize"),),
    settings: Mapping[str, Any] | None = None,
) -> optuna.Study:
    """Creates a study as the search does."""
    study = optuna.create_study(
        storage=storage, study_name=name, directions=[direction for _, direction in metrics]
    )
    study.set_user_attr(records.SPACE, space.to_dict())
    plain = {"study": name, "metrics": [list(metric) for metric in metrics], "strategy": "tpe"}
    study.set_user_attr(records.SETTINGS, plain | dict(settings or {}))
    return study


def add_trial(
    study: optuna.Study,
    params: Mapping[str, Any],
    *,
    values: Sequence[float] = (),
    state: str = records.COMPLETE,
    start: float = 0.0,
    seconds: float = 2.0,
    excess: Mapping[str, float] | None = None,
    **attributes: Any,
) -> None:
    """Adds a trial that started `start` seconds after `START` and took `seconds`.

    `excess` is by how much it breaks each constraint, negative where it keeps it.
    """
    space = Space.from_dict(study.user_attrs[records.SPACE])
    encoded = space.encode(params)
    known = distributions_of(space)
    ended = state in records.FINISHED
    states = {"failed": TrialState.FAIL}
    study.add_trial(
        FrozenTrial(
            number=-1,
            trial_id=-1,
            state=states.get(state) or TrialState[state.upper()],
            value=None,
            values=list(values) or None,
            datetime_start=None if state == records.WAITING else START + timedelta(seconds=start),
            datetime_complete=START + timedelta(seconds=start + seconds) if ended else None,
            params=encoded,
            distributions={key: known[key] for key in encoded},
            user_attrs=attributes,
            system_attrs={f"{CONSTRAINT_PREFIX}{k}": v for k, v in (excess or {}).items()},
            intermediate_values={},
        )
    )


def confirmed_study(storage: Any, name: str = "digits") -> optuna.Study:
    """Makes a staged study whose best single value, of trial 0, was luck: trial 1 is confirmed."""
    study = new_study(storage, name, settings={"trials": None, "total": 6})
    common = {"optimizer": "adam", "units": 32, "dropout": 0.1, "layers": [32]}
    points = [{"learning_rate": rate, **common} for rate in (0.01, 0.02)]
    for stage, repeat, values in (
        ("explore", 0, (0.99, 0.95)),
        ("confirm", 1, (0.60, 0.94)),
        ("confirm", 2, (0.94, 0.93)),
    ):
        for params, value in zip(points, values, strict=True):
            attributes = {records.STAGE: stage, records.REPEAT: repeat}
            add_trial(study, params, values=[value], **attributes)
    return study


def demo_study(
    storage: Any, name: str = "digits", *, trials: int = 24, seed: int = 0, **options: Any
) -> optuna.Study:
    """Makes a study of a smooth function of the learning rate with every kind of trial."""
    study = new_study(storage, name, **options)
    generator = random.Random(seed)  # noqa: S311 - not a secret
    free = [0.0, 0.0]
    for number in range(trials):
        params = _point(generator)
        quality = 0.985 - 0.03 * (math.log10(params["learning_rate"]) + 2.2) ** 2
        quality -= 0.1 * (params["dropout"] - 0.2) ** 2 + generator.gauss(0, 0.003)
        state = records.COMPLETE
        if number % 12 == 5:
            state = records.FAILED
        elif number > 3 and generator.random() < 0.3:
            state = records.PRUNED
        epochs = 15 if state == records.COMPLETE else generator.choice([2, 4])
        worker = free.index(min(free))
        seconds = 0.35 * epochs + 0.8
        history = _history(generator, quality, epochs)
        attributes: dict[str, Any] = {
            records.SEED: generator.randrange(2**31),
            records.WORKER: worker,
            records.ATTEMPTS: 1,
            records.HISTORY: history,
        }
        if state == records.FAILED:
            attributes[records.REASON] = "ResourceExhausted: out of memory"
        values = [history["val_accuracy"][-1]] if state == records.PRUNED else []
        values = values if len(study.directions) == 1 else []
        if state == records.COMPLETE:
            last = history["val_accuracy"][-1]
            attributes[records.METRICS] = {"val_accuracy": last, "parameters": 9000.0 + number}
            values = [last, 9000.0 + 150 * params["units"]][: len(study.directions)]
        add_trial(
            study,
            params,
            values=values,
            state=state,
            start=free[worker],
            seconds=seconds,
            **attributes,
        )
        free[worker] += seconds + 0.1
    return study


def _point(generator: random.Random) -> dict[str, Any]:
    params = {
        "learning_rate": 10 ** generator.uniform(-4, -1),
        "optimizer": generator.choice(["adam", "sgd", "rmsprop"]),
        "units": generator.randrange(16, 129, 16),
        "dropout": generator.uniform(0, 0.5),
        "layers": generator.choice([[32], [64, 32]]),
    }
    if params["optimizer"] == "sgd":
        params["momentum"] = generator.uniform(0, 0.99)
    return params


def _history(generator: random.Random, quality: float, epochs: int) -> dict[str, list[float]]:
    steps = list(range(1, epochs + 1))
    return {
        "step": steps,
        "val_accuracy": [quality * (1 - math.exp(-step / 2.5)) for step in steps],
        "loss": [2.3 * math.exp(-step / 4) + generator.random() * 0.02 for step in steps],
    }
