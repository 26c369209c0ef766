"""Time of one suggestion in a long study, beside Optuna's samplers on the same store.

A suggestion is all of what happens between a free worker and its parameters: the trial is claimed,
the trials that ended meanwhile are read, a point is chosen and written.
"""

from __future__ import annotations

import functools
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

import numpy as np

from benchmarks._contestant import Contestant, Measured
from benchmarks._harness import CONSOLE, Benchmark, Goal, Quantity, alternate, finish, parser
from tuning import Choice, Float, Int, Space

QUANTITIES = (
    Quantity(key="milliseconds", unit="ms a suggestion, median", larger_is_better=False),
    Quantity(key="slowest", unit="ms, the slowest in ten", larger_is_better=False),
)
UNEQUAL = (
    "Optuna's `ask` writes a running trial; ours also claims it with a lease, refuses points that "
    "were tried, and writes the trial's seed and attempt",
    "above 500 ended trials our `tpe` and `hybrid` learn from the best 125 and the latest 375",
    "the peer of `hybrid` is Optuna's default sampler, TPE",
)
MUST = {"random": 15.0, "tpe": 15.0, "hybrid": 30.0}  # milliseconds
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
MEASURED, WARM = 24, 4


def loss(point: dict[str, Any]) -> float:
    """A bowl over three of the parameters."""
    return (point["dropout"] - 0.2) ** 2 + abs(np.log10(point["rate"]) + 2.5) + point["layers"] / 9


def _stored(storage: Any, study: int, count: int, *, seed: int) -> None:
    """Writes so many complete trials in one transaction, as a search would have left them."""
    import sqlalchemy as sa

    from tuning.internals.optuna import models
    from tuning.strategies.cube import Cube
    from tuning.strategies.distributions import distributions_of

    cube, distributions = Cube(SPACE), distributions_of(SPACE)
    rows = cube.snap(np.random.default_rng(seed).random((count, len(cube.names))))
    points = [cube.decode(row) for row in rows]
    texts = {name: _text(distribution) for name, distribution in distributions.items()}
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


def _text(distribution: Any) -> str:
    from optuna.distributions import distribution_to_json

    return distribution_to_json(distribution)


def _timed(ask: Callable[[], Any], tell: Callable[[Any], object]) -> Measured:
    seconds = []
    for _ in range(WARM + MEASURED):
        start = time.perf_counter()
        asked = ask()
        seconds.append(time.perf_counter() - start)
        tell(asked)
    kept = sorted(1000 * one for one in seconds[WARM:])
    return {"milliseconds": statistics.median(kept), "slowest": kept[int(0.9 * len(kept))]}


def ours(*, strategy: str, trials: int, url: str | None, seed: int) -> Measured:
    """Suggestions of one of our strategies.

    Args:
        strategy: Its name.
        trials: Complete trials in the store.
        url: The store; None for SQLite in a folder of its own.
        seed: Of the trials and the search.
    """
    from optuna.storages import get_storage
    from optuna.trial import TrialState

    from tuning import SearchSettings
    from tuning.engine.phases import single_phase
    from tuning.engine.suggestions import Asker
    from tuning.internals.optuna import study_id
    from tuning.storage.claim_rows import Ending
    from tuning.storage.claims import ClaimBook
    from tuning.storage.database import open_storage
    from tuning.storage.studies import create_study, delete_study

    with tempfile.TemporaryDirectory() as root:
        settings = SearchSettings(
            study=f"suggestions-{uuid.uuid4().hex[:8]}",
            storage=url,
            root=root,
            strategy=strategy,
            trials=trials + WARM + MEASURED,
            metrics=(("loss", "minimize"),),
            seed=seed,
        )
        storage = open_storage(settings.url)
        study = create_study(
            settings.study,
            get_storage(storage),
            space=SPACE,
            metrics=settings.metrics,
            settings={},
            url=settings.url,
        )
        _stored(storage, study_id(study), trials, seed=seed)
        book = ClaimBook(storage, study_id(study))
        asker = Asker(study, storage, space=SPACE, settings=settings)
        phase = single_phase(SPACE, settings)

        def ask() -> Any:
            claim = book.claim(phase.limit)
            if claim is None:
                raise RuntimeError("The study has no trial left to claim.")
            return claim, asker.start(claim, phase, 0)[0]

        def tell(asked: Any) -> None:
            claim, point = asked
            book.finish(claim, Ending(state=TrialState.COMPLETE, values=[loss(point)]))

        measured = _timed(ask, tell)
        delete_study(settings.study, settings.url)
        return measured


def optuna_ask(*, sampler: str, trials: int, url: str | None, seed: int) -> Measured:
    """Suggestions of `study.ask` with one of Optuna's samplers.

    Args:
        sampler: `"random"` or `"tpe"`, with Optuna's defaults.
        trials: Complete trials in the store.
        url: The store; None for SQLite in a folder of its own.
        seed: Of the trials and the sampler.
    """
    import optuna

    from tuning.internals.optuna import study_id
    from tuning.storage.database import open_storage
    from tuning.strategies.distributions import distributions_of

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    makers = {"random": optuna.samplers.RandomSampler, "tpe": optuna.samplers.TPESampler}
    with tempfile.TemporaryDirectory() as root:
        storage = open_storage(url or f"sqlite:///{root}/studies.db")
        study = optuna.create_study(storage=storage, sampler=makers[sampler](seed=seed))
        _stored(storage, study_id(study), trials, seed=seed)
        ask = functools.partial(study.ask, distributions_of(SPACE))
        measured = _timed(ask, lambda trial: study.tell(trial, loss(trial.params)))
        optuna.delete_study(study_name=study.study_name, storage=storage)
        return measured


def _contestants(strategy: str, trials: int, url: str | None) -> list[Contestant]:
    common = {"trials": trials, "url": url}
    found = [
        Contestant(
            name="ours",
            run="benchmarks.suggestions:ours",
            arguments={"strategy": strategy, **common},
        )
    ]
    if strategy in MUST:
        sampler = "random" if strategy == "random" else "tpe"
        found.append(
            Contestant(
                name=f"Optuna {sampler}",
                run="benchmarks.suggestions:optuna_ask",
                arguments={"sampler": sampler, **common},
            )
        )
    return found


def main() -> None:
    """Measures each strategy at each number of stored trials."""
    command = parser(__doc__ or "")
    command.add_argument("--storage", help="a PostgreSQL address; SQLite by default")
    options = command.parse_args()
    sizes = (100, 1000) if options.quick else (100, 1000, 2000, 10_000)
    strategies = ("random", "tpe", "hybrid") + (() if options.quick else ("qmc", "genetic"))
    rounds = options.rounds or (1 if options.quick else 3)
    cases = {f"{s}, {n:,} trials": (s, n) for s in strategies for n in sizes}
    goals = [
        Goal(case=case, key="milliseconds", must=MUST[strategy])
        for case, (strategy, count) in cases.items()
        if strategy in MUST and count in (2000, 10_000)
    ]
    benchmark = Benchmark(
        name="suggestions",
        title="Time of a suggestion in a long study",
        quantities=QUANTITIES,
        goals=goals,
        unequal=UNEQUAL,
        quick=options.quick,
        settings={
            "stored_trials": sizes,
            "strategies": strategies,
            "suggestions": MEASURED,
            "rounds": rounds,
            "store": "PostgreSQL" if options.storage else "SQLite",
        },
    )
    rows = []
    for case, (strategy, count) in cases.items():
        contestants = _contestants(strategy, count, options.storage)
        rows += alternate(case, contestants, seeds=range(rounds))
    CONSOLE.print("Goals: at most 15 ms for random and tpe, 30 ms for hybrid.")
    finish(benchmark, rows)


if __name__ == "__main__":
    main()
