"""Every searcher on a task, in this process: point after point, `(true, observed)` values."""

from __future__ import annotations

import copy
import itertools
import random
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks._recipe_models import suggest_keras_tuner, suggest_optuna
from benchmarks._task import Task
from benchmarks._tasks import TASKS

Values = list[tuple[float, float]]
Ask = Callable[[Task, int, int], Iterator[Any]]


def run(searcher: str, task_name: str, seed: int, trials: int) -> Values:
    """Runs one search.

    Args:
        searcher: A key of `SEARCHERS`.
        task_name: A key of `benchmarks._tasks.TASKS`.
        seed: Of the search and of the noise; from 1, because KerasTuner takes 0 for none.
        trials: Points to evaluate.

    Returns:
        True and observed value of each point; fewer than `trials` when the searcher gave up.
    """
    task = TASKS[task_name]
    noise = random.Random(seed)  # noqa: S311 - a search, not a secret
    values: Values = []
    steps = SEARCHERS[searcher](task, seed, trials)
    point = next(steps, None)
    while point is not None and len(values) < trials:
        observed = task.observed(point, noise)
        values.append((task.value(point), observed))
        try:
            point = steps.send(observed)
        except StopIteration:
            break
    return values


def _ours(strategy: str) -> Callable[..., Any]:
    """Our strategies by the steps of `tuning.engine.drawing`, on a store in memory."""

    def steps(task: Task, seed: int, trials: int) -> Any:
        import optuna
        from optuna.trial import TrialState

        from tuning.strategies import STRATEGIES
        from tuning.strategies.distributions import distributions_of

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        storage = optuna.storages.InMemoryStorage()
        study_id = storage.create_new_study([optuna.study.StudyDirection.MINIMIZE], "search")
        distributions, seen = distributions_of(task.space), set()
        for number in range(trials):
            trial_id = storage.create_new_trial(study_id)
            for draw in range(STRATEGIES[strategy].draws + 200):
                chosen = strategy if draw < STRATEGIES[strategy].draws else "random"
                keys = (seed, number, draw, trials)
                point = _draw(storage, storage.get_trial(trial_id), task, chosen, keys)
                if task.space.key(point) not in seen:
                    break
            seen.add(task.space.key(point))
            for name, value in task.space.encode(point).items():
                inner = distributions[name].to_internal_repr(value)
                storage.set_trial_param(trial_id, name, inner, distributions[name])
            observed = yield point
            storage.set_trial_state_values(trial_id, TrialState.COMPLETE, [observed])

    return steps


def _draw(storage: Any, trial: Any, task: Task, strategy: str, keys: tuple[int, ...]) -> Any:
    from tuning.seeds import derive_seed
    from tuning.strategies import STRATEGIES, Request, make_sampler
    from tuning.strategies.distributions import propose
    from tuning.strategies.view import StudyView

    seed, number, draw, trials = keys
    request = Request(
        space=task.space,
        seed=derive_seed(seed, "sample", number, draw),
        job_seed=seed,
        trials=trials,
    )
    sampler = make_sampler(strategy, request)
    view = StudyView(
        "search",
        storage,
        _Stored(storage),
        space=task.space,
        part=task.space,
        counts_pruned=STRATEGIES[strategy].counts_pruned,
        most=STRATEGIES[strategy].most,
    )
    return propose(sampler, view, copy.deepcopy(trial), task.space)


class _Stored:
    """The trials of the only study of a store in memory."""

    def __init__(self, storage: Any) -> None:
        (study,) = storage.get_all_studies()
        trials = storage.get_all_trials(study._study_id, deepcopy=False)
        self.open = [trial for trial in trials if not trial.state.is_finished()]
        self.ended = [trial for trial in trials if trial.state.is_finished()]


def _optuna(kind: str) -> Callable[..., Any]:
    def steps(task: Task, seed: int, trials: int) -> Any:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        sampler = getattr(optuna.samplers, kind)(seed=seed)
        study = optuna.create_study(sampler=sampler)
        for _ in range(trials):
            trial = study.ask()
            observed = yield suggest_optuna(trial, task.space)
            study.tell(trial, observed)

    return steps


def _keras_tuner(kind: str) -> Callable[..., Any]:
    def steps(task: Task, seed: int, trials: int) -> Any:
        import keras_tuner as kt

        from tuning.strategies.oracle import QuickOracle

        # Its own suggestions cost a second each; these are the same to six digits.
        kinds = {"bayesian": QuickOracle, "random": kt.oracles.RandomSearchOracle}
        hp = kt.HyperParameters()
        suggest_keras_tuner(hp, task.space)
        with tempfile.TemporaryDirectory() as root:
            oracle = kinds[kind](
                objective=kt.Objective("loss", "min"),
                max_trials=trials,
                seed=seed,
                hyperparameters=hp,
            )
            oracle._set_project_dir(root, "search")  # what a Tuner does first
            oracle.verbose = 0
            for _ in itertools.count():
                trial = oracle.create_trial("tuner")
                if trial.status != "RUNNING":
                    return  # it found no new point
                observed = yield suggest_keras_tuner(trial.hyperparameters, task.space)
                oracle.update_trial(trial.trial_id, {"loss": observed})
                trial.status = "COMPLETED"
                oracle.end_trial(trial)

    return steps


SEARCHERS: dict[str, Callable[..., Any]] = {
    "ours": _ours("hybrid"),
    "ours, tpe": _ours("tpe"),
    "ours, random": _ours("random"),
    "ours, qmc": _ours("qmc"),
    "ours, genetic": _ours("genetic"),
    "ours, cmaes": _ours("cmaes"),
    "ours, bayesian": _ours("bayesian"),
    "ours, gp": _ours("gp"),
    "Optuna TPE": _optuna("TPESampler"),
    "Optuna random": _optuna("RandomSampler"),
    "KerasTuner Bayesian": _keras_tuner("bayesian"),
    "KerasTuner random": _keras_tuner("random"),
}

# A Gaussian process costs up to half a second a point.
SLOW = ("ours, bayesian", "ours, gp", "KerasTuner Bayesian")
