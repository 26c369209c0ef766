"""Who runs a load beside us: plain Optuna in processes, Ray Tune."""

from __future__ import annotations

import multiprocessing
import tempfile
from typing import Any

import psutil

from benchmarks._contestant import Measured
from benchmarks._load import CALLS, Watch, call, calls_of, figures, noted_calls
from benchmarks._machine import ROOT
from benchmarks._postgres import fresh_database
from benchmarks._stored_trials import SPACE, store_trials
from tuning import Choice, Float, Int


def optuna_processes(
    *, server: str, sampler: str, stored: int, trials: int, processes: int, limit: float, seed: int
) -> Measured:
    """`study.optimize` in many processes, each with a store and a sampler of its own.

    Args:
        server: URL of a database of the PostgreSQL server; the load gets one of its own.
        sampler: `"random"` or `"tpe"`, with Optuna's defaults.
        stored: Trials that the study has before.
        trials: Trials that are asked for.
        processes: How many.
        limit: Seconds after which no process begins a trial.
        seed: Of the stored points and, with the process's number, of the samplers.
    """
    import optuna

    from tuning.internals.optuna import study_id
    from tuning.storage.database import open_storage

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    url = fresh_database(server)
    with noted_calls() as calls:
        storage = optuna.storages.RDBStorage(url)
        study = optuna.create_study(study_name="load", storage=storage)
        storage.engine.dispose()
        ours = open_storage(url)
        store_trials(ours, study_id(study), stored, seed=seed)
        ours.engine.dispose()
        forks = multiprocessing.get_context("fork")
        barrier = forks.Barrier(processes)
        arguments = (url, sampler, stored + trials, limit, barrier)
        running = [
            forks.Process(target=_optimize, args=(*arguments, 1000 * seed + number))
            for number in range(processes)
        ]
        for process in running:
            process.start()
        pids = [psutil.Process(process.pid) for process in running]
        with Watch(url, lambda: pids) as watch:
            for process in running:
                process.join()
        states = (optuna.trial.TrialState.COMPLETE, optuna.trial.TrialState.FAIL)
        finished = len(study.get_trials(deepcopy=False, states=states)) - stored
        found = calls_of(calls)
        # What the time limit cut off was not asked for.
        asked = min(trials, finished)
        return figures(found, watch, slots=processes, asked=asked, finished=finished)


def _optimize(
    url: str, sampler: str, total: int, limit: float, barrier: Any, seed: int
) -> None:  # in a process of its own
    import optuna
    from optuna.study import MaxTrialsCallback

    makers = {"random": optuna.samplers.RandomSampler, "tpe": optuna.samplers.TPESampler}
    study = optuna.load_study(study_name="load", storage=url, sampler=makers[sampler](seed=seed))
    study.get_trials(deepcopy=False)  # a long study is read before the clock starts
    barrier.wait()
    study.optimize(_optuna_objective, timeout=limit, callbacks=[MaxTrialsCallback(total)])


def _optuna_objective(trial: Any) -> float:
    params: dict[str, Any] = {}
    for name, one in SPACE.dimensions.items():
        if isinstance(one, Choice):
            params[name] = trial.suggest_categorical(name, list(one.options))
        elif isinstance(one, Int):
            params[name] = trial.suggest_int(name, one.low, one.high, log=one.log)
        elif isinstance(one, Float):
            params[name] = trial.suggest_float(name, one.low, one.high, log=one.log)
    return call(str(trial.number), params)


def ray_tune(*, sampler: str, trials: int, workers: int, seed: int) -> Measured:
    """Ray Tune on a local cluster, with points of its own or of its Optuna search.

    Args:
        sampler: `"random"` or `"tpe"`.
        trials: Trials that are run.
        workers: Trials at a time.
        seed: Of the search.
    """
    import ray
    from ray import tune

    with noted_calls() as calls, tempfile.TemporaryDirectory() as root:
        environment = {CALLS: str(calls), "PYTHONPATH": str(ROOT)}
        ray.init(
            num_cpus=workers,
            include_dashboard=False,
            log_to_driver=False,
            runtime_env={"env_vars": environment},
        )
        tuner = tune.Tuner(
            _ray_trial,
            param_space={} if sampler == "tpe" else _ray_space(),
            tune_config=tune.TuneConfig(
                metric="loss",
                mode="min",
                num_samples=trials,
                max_concurrent_trials=workers,
                reuse_actors=True,
                search_alg=_ray_search(seed) if sampler == "tpe" else None,
            ),
            run_config=tune.RunConfig(storage_path=root, verbose=0),
        )
        found = tuner.fit()
        finished = len(found) - found.num_errors
        ray.shutdown()
        return figures(calls_of(calls), None, slots=workers, asked=trials, finished=finished)


def _ray_trial(config: dict[str, Any]) -> None:
    from ray import tune

    tune.report({"loss": call(tune.get_context().get_trial_id(), config)})


def _ray_space() -> dict[str, Any]:
    from ray import tune

    space: dict[str, Any] = {}
    for name, one in SPACE.dimensions.items():
        if isinstance(one, Choice):
            space[name] = tune.choice(list(one.options))
        elif isinstance(one, Int):
            space[name] = (tune.lograndint if one.log else tune.randint)(one.low, one.high + 1)
        elif isinstance(one, Float):
            space[name] = (tune.loguniform if one.log else tune.uniform)(one.low, one.high)
    return space


def _ray_search(seed: int) -> Any:
    from ray.tune.search.optuna import OptunaSearch

    from tuning.strategies.distributions import distributions_of

    return OptunaSearch(distributions_of(SPACE), metric="loss", mode="min", seed=seed)
