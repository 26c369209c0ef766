"""Time of one suggestion in a long study, beside Optuna's samplers on the same store.

A suggestion is all of what happens between a free worker and its parameters: the trial is claimed,
the trials that ended meanwhile are read, a point is chosen and written.
"""

from __future__ import annotations

import contextlib
import functools
import statistics
import tempfile
import time
from collections.abc import Callable
from typing import Any

from benchmarks._contestant import Contestant, Measured
from benchmarks._harness import CONSOLE, Benchmark, Goal, Quantity, alternate, finish, parser
from benchmarks._postgres import cluster, fresh_database
from benchmarks._stored_trials import SPACE, loss, store_trials

QUANTITIES = (
    Quantity(key="milliseconds", unit="ms a suggestion, median", larger_is_better=False),
    Quantity(key="slowest", unit="ms, the slowest in ten", larger_is_better=False),
    Quantity(key="processor", unit="ms of this process, mean", larger_is_better=False),
)
UNEQUAL = (
    "Optuna's `ask` writes a running trial; ours also claims it with a lease, refuses points that "
    "were tried, and writes the trial's seed and attempt",
    "above 500 ended trials our `tpe` and `hybrid` learn from the best 125 and the latest 375",
    "the peer of `hybrid` is Optuna's default sampler, TPE",
)
MUST = {"random": 15.0, "tpe": 15.0, "hybrid": 30.0}  # milliseconds
MEASURED, WARM = 24, 4


def _timed(ask: Callable[[], Any], tell: Callable[[Any], object]) -> Measured:
    seconds, processor = [], []
    for _ in range(WARM + MEASURED):
        start, spent = time.perf_counter(), time.process_time()
        asked = ask()
        seconds.append(time.perf_counter() - start)
        processor.append(time.process_time() - spent)
        tell(asked)
    kept = sorted(1000 * one for one in seconds[WARM:])
    return {
        "milliseconds": statistics.median(kept),
        "slowest": kept[int(0.9 * len(kept))],
        "processor": 1000 * statistics.mean(processor[WARM:]),
    }


def ours(*, strategy: str, trials: int, server: str | None, seed: int) -> Measured:
    """Suggestions of one of our strategies.

    Args:
        strategy: Its name.
        trials: Complete trials in the store.
        server: URL of a database of the PostgreSQL server, which gets another one; None for
            SQLite in a folder of its own.
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
    from tuning.storage.studies import create_study

    with tempfile.TemporaryDirectory() as root:
        settings = SearchSettings(
            study="suggestions",
            storage=None if server is None else fresh_database(server),
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
        store_trials(storage, study_id(study), trials, seed=seed)
        book = ClaimBook(storage, study_id(study))
        asker = Asker(study, storage, space=SPACE, settings=settings)
        phase = single_phase(SPACE, settings)

        def ask() -> Any:
            claim = book.claim(phase.limit)
            if claim is None:
                raise RuntimeError("The study has no trial left to claim.")
            started: Any = next(asker.start([(claim, 0)], phase))[0]
            return claim, started.params

        def tell(asked: Any) -> None:
            claim, point = asked
            book.finish(claim, Ending(state=TrialState.COMPLETE, values=[loss(point)]))

        return _timed(ask, tell)


def optuna_ask(*, sampler: str, trials: int, server: str | None, seed: int) -> Measured:
    """Suggestions of `study.ask` with one of Optuna's samplers.

    Args:
        sampler: `"random"` or `"tpe"`, with Optuna's defaults.
        trials: Complete trials in the store.
        server: URL of a database of the PostgreSQL server, which gets another one; None for
            SQLite in a folder of its own.
        seed: Of the trials and the sampler.
    """
    import optuna

    from tuning.internals.optuna import study_id
    from tuning.storage.database import open_storage
    from tuning.strategies.distributions import distributions_of

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    makers = {"random": optuna.samplers.RandomSampler, "tpe": optuna.samplers.TPESampler}
    with tempfile.TemporaryDirectory() as root:
        url = f"sqlite:///{root}/studies.db" if server is None else fresh_database(server)
        storage = open_storage(url)
        study = optuna.create_study(storage=storage, sampler=makers[sampler](seed=seed))
        store_trials(storage, study_id(study), trials, seed=seed)
        ask = functools.partial(study.ask, distributions_of(SPACE))
        return _timed(ask, lambda trial: study.tell(trial, loss(trial.params)))


def _contestants(strategy: str, trials: int, server: str | None) -> list[Contestant]:
    common = {"trials": trials, "server": server}
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
    command.add_argument("--sqlite", action="store_true", help="on SQLite instead of PostgreSQL")
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
            "store": "SQLite" if options.sqlite else "PostgreSQL",
        },
    )
    rows = []
    with contextlib.nullcontext() if options.sqlite else cluster() as server:
        for case, (strategy, count) in cases.items():
            contestants = _contestants(strategy, count, server.url if server else None)
            rows += alternate(case, contestants, seeds=range(rounds))
    CONSOLE.print("Goals: at most 15 ms for random and tpe, 30 ms for hybrid.")
    finish(benchmark, rows)


if __name__ == "__main__":
    main()
