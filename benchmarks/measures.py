"""What each measure that makes a trial cheap brings: the same trials with one of them left out.

Random trials of the digits recipes, one after the other in one process, as a worker of a search
runs them. The first trial, which imports, is not counted.
"""

from __future__ import annotations

import gc
import time
from typing import Any

from benchmarks import _recipe_models as models
from benchmarks._contestant import Contestant, Measured
from benchmarks._harness import Benchmark, Quantity, alternate, finish, parser
from benchmarks.breakdown import ONE_THREAD
from benchmarks.trials import CASES
from pipelines.recipes.registry import load_recipe

QUANTITIES = (
    Quantity(key="seconds", unit="s a trial", larger_is_better=False),
    Quantity(key="cpu_seconds", unit="s of processor time a trial", larger_is_better=False),
)
WITHOUT = {
    "ours": "",
    "no functions kept between trials": "kept",
    "updates as Keras writes them": "fused",
    "graphs rewritten by TensorFlow": "rewriting",
    "collector walks through all imports": "freeze",
    "data loaded for each trial": "data",
    "oneDNN off": "onednn",
    "all threads": "threads",
}


class _Context:
    """Takes the place of a search: nothing is pruned and nothing stored."""

    fold = None

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def report(self, epoch: int, metrics: Any) -> None:
        """Listens to an epoch."""


def trials(*, recipe: str, fixed: dict[str, Any], count: int, without: str, seed: int) -> Measured:
    """Runs random trials without one measure.

    Args:
        recipe: Name of the recipe.
        fixed: Hyperparameters that are not searched.
        count: Trials that are counted.
        without: Which measure is left out; empty for none.
        seed: Decides the points.
    """
    from pipelines.jobs.recipe.objective import RecipeObjective
    from pipelines.jobs.recipe.target import with_values
    from pipelines.training.data import cached_dataset

    found = load_recipe(recipe)
    space = models.searched(found, fixed)
    points = models.random_points(space, count + 1, seed=seed)
    objective = RecipeObjective(
        recipe=with_values(found, fixed),
        data=models.request(found),
        metric="val_accuracy",
        maximize=True,
    )
    _leave_out(without)
    seconds, processor = 0.0, 0.0
    for number, point in enumerate(points):
        if without == "data":
            cached_dataset.cache_clear()
        began, used = time.perf_counter(), time.process_time()
        objective(point, _Context(seed=number))  # type: ignore[arg-type]
        if number:
            seconds += time.perf_counter() - began
            processor += time.process_time() - used
        elif without != "freeze":
            gc.collect()
            gc.freeze()
    return {"seconds": seconds / count, "cpu_seconds": processor / count}


def _leave_out(measure: str) -> None:
    from pipelines.jobs import trial
    from pipelines.jobs.recipe import objective
    from pipelines.training.tensorflow import trainer

    places: dict[str, tuple[Any, str]] = {
        "kept": (objective, "kept_trainers"),
        "fused": (trainer, "fuse_updates"),
        "rewriting": (trial, "_skip_graph_rewriting"),
    }
    if measure in places:
        module, name = places[measure]
        setattr(module, name, lambda *_: None)


def contestants(case: str, *, quick: bool) -> list[Contestant]:
    """One contestant for each measure that is left out."""
    sizes = CASES[case]
    arguments = {
        "recipe": sizes["recipe"],
        "fixed": {**sizes["fixed"], "epochs": 2 if quick else 15},
        "count": 2 if quick else 12,
    }
    return [
        Contestant(
            name=name,
            run="benchmarks.measures:trials",
            arguments={**arguments, "without": left_out},
            environment=({} if left_out == "threads" else ONE_THREAD)
            | ({"TF_ENABLE_ONEDNN_OPTS": "0"} if left_out == "onednn" else {}),
        )
        for name, left_out in WITHOUT.items()
    ]


def main() -> None:
    """Measures all cases."""
    options = parser(__doc__ or "").parse_args()
    rounds = options.rounds or (1 if options.quick else 3)
    benchmark = Benchmark(
        name="measures",
        title="A trial with one measure left out",
        quantities=QUANTITIES,
        quick=options.quick,
        settings={"cases": CASES, "rounds": rounds},
    )
    rows = [
        row
        for case in sorted(CASES)
        for row in alternate(case, contestants(case, quick=options.quick), seeds=range(rounds))
    ]
    finish(benchmark, rows)


if __name__ == "__main__":
    main()
