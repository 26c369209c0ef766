"""Trials per hour of a random search on the digits: ours, KerasTuner, a plain Optuna loop.

Every contestant trains the same random points of the same space for the same epochs.
"""

from __future__ import annotations

from typing import Any

from benchmarks import _loops
from benchmarks import _recipe_models as models
from benchmarks._contestant import Contestant, Measured
from benchmarks._harness import Benchmark, Goal, Quantity, alternate, finish, parser
from pipelines.recipes.registry import load_recipe

# Widths and batch size are fixed, so that points differ little in what they cost.
CASES: dict[str, dict[str, Any]] = {
    "cnn": {"recipe": "digits-cnn", "fixed": {"widths": [16, 32], "batch_size": 32}, "trials": 12},
    "mlp": {"recipe": "digits-mlp", "fixed": {"widths": [64, 32], "batch_size": 32}, "trials": 24},
}
KERAS_TUNER, OPTUNA = "KerasTuner RandomSearch", "Optuna loop, Model.fit"
PACE = "trials_per_hour"
QUANTITIES = (
    Quantity(key=PACE, unit="trials/hour"),
    Quantity(key="with_start_per_hour", unit="trials/hour with start and imports"),
)
GOALS = (
    Goal(case="cnn", key=PACE, peer=KERAS_TUNER, must=4, goal=6),
    Goal(case="cnn", key=PACE, peer=OPTUNA, must=2, goal=3),
    Goal(case="mlp", key=PACE, peer=KERAS_TUNER, must=10, goal=50),
)
UNEQUAL = (
    "our workers have oneDNN's kernels on, the peers what TensorFlow chooses for this processor",
    "we run one process per core with one thread each, the peers one process with all threads",
    "KerasTuner also writes checkpoints and JSON files of every trial, we write SQLite, the "
    "Optuna loop keeps its study in memory; nobody logs to MLflow",
    "the first pace runs from the first trial's start to the last one's end, tracing included; "
    "the second one over the whole process, imports and worker start included",
)


def ours(**arguments: Any) -> Measured:
    """Our search with as many workers as cores."""
    work = _work(**arguments)
    _, facts = _loops.ours(work, strategy="random", pruner="none")
    return _paces(work, facts)


def keras_tuner(**arguments: Any) -> Measured:
    """KerasTuner with its random oracle, the points given."""
    work = _work(**arguments)
    _, facts = _loops.keras_tuner(work, _given_points)
    return _paces(work, facts)


def optuna(**arguments: Any) -> Measured:
    """The loop of Optuna's tutorials, the points given."""
    work = _work(**arguments)
    _, facts = _loops.optuna_loop(work, prune=False)
    return _paces(work, facts)


def _work(*, recipe: str, fixed: dict[str, Any], trials: int, seed: int) -> _loops.Work:
    space = models.searched(load_recipe(recipe), fixed)
    points = models.random_points(space, trials, seed=seed)
    return _loops.Work(recipe=recipe, fixed=fixed, trials=trials, seed=seed, points=points)


def _paces(work: _loops.Work, facts: dict[str, Any]) -> Measured:
    from benchmarks._contestant import seconds_since_start

    return {
        PACE: 3600 * work.trials / facts["search_seconds"],
        "with_start_per_hour": 3600 * work.trials / seconds_since_start(),
        **facts,
    }


def _given_points(work: _loops.Work) -> Any:
    import keras_tuner as kt

    stored = [models.by_index(point, work.space) for point in work.points]

    class GivenPoints(kt.oracles.RandomSearchOracle):
        def populate_space(self, trial_id: str) -> dict[str, Any]:
            return {"status": kt.engine.trial.TrialStatus.RUNNING, "values": stored[int(trial_id)]}

    return GivenPoints(
        objective=kt.Objective("val_accuracy", "max"), max_trials=work.trials, seed=work.seed
    )


def contestants(case: str, *, quick: bool) -> list[Contestant]:
    """The three contestants of a case.

    Args:
        case: A key of `CASES`.
        quick: Few trials and epochs.
    """
    sizes = CASES[case]
    arguments = {
        "recipe": sizes["recipe"],
        "fixed": {**sizes["fixed"], "epochs": 3 if quick else 15},
        "trials": 4 if quick else sizes["trials"],
    }
    needs = {KERAS_TUNER: ("keras_tuner", "tensorboard"), OPTUNA: ("optuna",)}
    functions = {"ours": "ours", KERAS_TUNER: "keras_tuner", OPTUNA: "optuna"}
    return [
        Contestant(
            name=name,
            run=f"benchmarks.trials:{function}",
            arguments=arguments,
            needs=needs.get(name, ()),
            plain=name != "ours",
        )
        for name, function in functions.items()
    ]


def main() -> None:
    """Runs all cases."""
    command = parser(__doc__ or "")
    command.add_argument("--case", choices=sorted(CASES), action="append")
    options = command.parse_args()
    cases = options.case or sorted(CASES)
    rounds = options.rounds or (1 if options.quick else 5)
    benchmark = Benchmark(
        name="trials",
        title="Random search on the digits",
        quantities=QUANTITIES,
        goals=() if options.quick else GOALS,
        unequal=UNEQUAL,
        quick=options.quick,
        settings={"cases": {case: CASES[case] for case in cases}, "rounds": rounds},
    )
    rows = [
        row
        for case in cases
        for row in alternate(case, contestants(case, quick=options.quick), seeds=range(rounds))
    ]
    finish(benchmark, rows)


if __name__ == "__main__":
    main()
