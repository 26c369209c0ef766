"""One search over a recipe by us, by KerasTuner and by a plain Optuna loop.

Each returns a trace: `[seconds since the process was started, value]` for every trial that
ended with a value, in the order of their ends.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks import _recipe_models as models
from benchmarks._contestant import seconds_since_start
from pipelines.recipes.recipe import Recipe
from pipelines.recipes.registry import load_recipe
from tuning import Space

Trace = list[tuple[float, float]]


@dataclass(frozen=True, kw_only=True)
class Work:
    """What all contestants do.

    Attributes:
        recipe: Name of the recipe.
        fixed: Hyperparameters that are not searched, `epochs` among them.
        trials: How many.
        seed: Of the search and the weights.
        data: Options of the dataset's loader.
        target: Stop when a trial reaches this validation accuracy.
        points: Points that are tried first.
    """

    recipe: str
    fixed: Mapping[str, Any]
    trials: int
    seed: int
    data: Mapping[str, Any] = field(default_factory=dict)
    target: float | None = None
    points: Sequence[dict[str, Any]] = field(default_factory=list)

    @property
    def loaded(self) -> Recipe:
        """The recipe."""
        return load_recipe(self.recipe)

    @property
    def space(self) -> Space:
        """What is searched."""
        return models.searched(self.loaded, self.fixed)

    def reached(self, value: float | None) -> bool:
        """Whether a value ends the search."""
        return self.target is not None and value is not None and value >= self.target


class _TargetReached(Exception):  # noqa: N818 - it is no error
    """Ends a search early."""


def ours(work: Work, **settings: Any) -> tuple[Trace, dict[str, Any]]:
    """`tuning.search` over the recipe's objective, as `cookbook tune` runs it without MLflow."""
    from pipelines.jobs.trial import RECIPE_MODULES
    from tuning import SearchSettings, open_study
    from tuning.storage.records import read_trials
    from tuning.workers.early import early_pool

    with tempfile.TemporaryDirectory() as root:
        chosen = SearchSettings(
            study="benchmark",
            root=root,
            trials=work.trials,
            seed=work.seed,
            metrics=(("val_accuracy", "maximize"),),
            budget=int(work.fixed["epochs"]),
            warm_start={"points": work.points},
            **settings,
        )
        with early_pool(chosen, RECIPE_MODULES) as pool:
            if pool is not None:
                pool.prepare()
            _search(work, chosen, pool)
        found = read_trials(open_study("benchmark", chosen.url))
    return _trace_of(found), _facts_of(found)


def _search(work: Work, settings: Any, pool: Any) -> None:
    from pipelines.jobs.recipe.objective import RecipeObjective
    from pipelines.jobs.recipe.target import with_values
    from tuning import search

    data = models.request(work.loaded, work.data)
    recipe = with_values(work.loaded, work.fixed)
    objective = RecipeObjective(recipe=recipe, data=data, metric="val_accuracy", maximize=True)

    def watch(progress: Any) -> None:
        if work.reached(progress.best_value):
            raise _TargetReached

    with contextlib.suppress(_TargetReached):
        search(objective, work.space, settings, on_progress=watch, pool=pool)


def _trace_of(found: Sequence[Any]) -> Trace:
    import psutil

    began = psutil.Process().create_time()
    done = [r for r in found if r.state == "complete" and r.finished is not None]
    return sorted((r.finished.timestamp() - began, float(r.value)) for r in done)


def _facts_of(found: Sequence[Any]) -> dict[str, Any]:
    states = [record.state for record in found]
    begins = [r.started.timestamp() for r in found if r.started is not None]
    ends = [r.finished.timestamp() for r in found if r.finished is not None]
    return {
        "states": {state: states.count(state) for state in set(states)},
        "search_seconds": max(ends) - min(begins),
    }


def keras_tuner(work: Work, make_oracle: Callable[[Work], Any]) -> tuple[Trace, dict[str, Any]]:
    """KerasTuner's own loop over `Model.fit`, its checkpoints and logs included."""
    import keras_tuner as kt

    recipe, space = work.loaded, work.space
    x, y, x_val, y_val = models.arrays(recipe, work.data)
    began = seconds_since_start()
    trace: Trace = []

    class Model(kt.HyperModel):
        def build(self, hp: Any) -> Any:
            params = {**work.fixed, **models.suggest_keras_tuner(hp, space)}
            return models.build(recipe, params, x, classes=10)

        def fit(self, hp: Any, model: Any, *args: Any, **kwargs: Any) -> Any:
            params = {**recipe.defaults, **work.fixed, **models.suggest_keras_tuner(hp, space)}
            return model.fit(*args, batch_size=params["batch_size"], **kwargs)

    class Tuner(kt.Tuner):
        def on_trial_end(self, trial: Any) -> None:
            super().on_trial_end(trial)
            score = self.oracle.get_trial(trial.trial_id).score
            if score is not None:
                trace.append((seconds_since_start(), float(score)))
            if work.reached(score):
                raise _TargetReached

    with tempfile.TemporaryDirectory() as root:
        tuner = Tuner(make_oracle(work), Model(), directory=root, project_name="benchmark")
        epochs = int(work.fixed["epochs"])
        with contextlib.suppress(_TargetReached):
            tuner.search(x, y, epochs=epochs, validation_data=(x_val, y_val), verbose=0)
    return trace, {"search_seconds": seconds_since_start() - began}


def optuna_loop(work: Work, *, prune: bool) -> tuple[Trace, dict[str, Any]]:
    """A loop as Optuna's tutorials write it: `Model.fit` in the objective, one process."""
    import keras
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    recipe, space = work.loaded, work.space
    x, y, x_val, y_val = models.arrays(recipe, work.data)
    began = seconds_since_start()
    trace: Trace = []

    def objective(trial: Any) -> float:
        params = {**recipe.defaults, **work.fixed, **models.suggest_optuna(trial, space)}
        keras.backend.clear_session()
        model = models.build(recipe, params, x, classes=10)
        history = model.fit(
            x,
            y,
            batch_size=params["batch_size"],
            epochs=int(params["epochs"]),
            validation_data=(x_val, y_val),
            callbacks=_pruning(trial) if prune else [],
            verbose=0,
        )
        return float(max(history.history["val_accuracy"]))

    def note(study: Any, trial: Any) -> None:
        if trial.state.name == "COMPLETE":
            trace.append((seconds_since_start(), trial.value))
        if work.reached(trial.value):
            study.stop()

    study = optuna.create_study(
        direction="maximize", sampler=optuna.samplers.TPESampler(seed=work.seed)
    )
    for point in work.points:
        study.enqueue_trial(models.by_index(point, space))
    study.optimize(objective, n_trials=work.trials, callbacks=[note])
    return trace, {"search_seconds": seconds_since_start() - began}


def _pruning(trial: Any) -> list[Any]:
    import optuna_integration

    return [optuna_integration.KerasPruningCallback(trial, "val_accuracy")]
