"""Search tasks from recipes: every point of a grid was trained, the validation curves are kept.

`python -m benchmarks.record_table NAME` trains a grid and writes `results/tables/NAME.csv`, one
line for each training, and `NAME.json` with its origin. The test rows are never looked at.
"""

from __future__ import annotations

import csv
import functools
import itertools
import random
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks._task import Point, Task
from tuning import Choice, Int, Space
from tuning.space.dimensions import Dimension

FOLDER = Path(__file__).resolve().parent / "results" / "tables"
SEED = "seed"
Curve = tuple[float, ...]
Key = tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Table:
    """A grid over a recipe's hyperparameters.

    Attributes:
        recipe: Name of the recipe.
        metric: Its metric of validation.
        maximize: Whether larger is better.
        ordered: Name to values from low to high; a task's parameter is their index, so that
            every searcher can use the order.
        unordered: Name to values without an order; a task's parameter is the value.
        fixed: The other hyperparameters that are not the recipe's defaults.
        data: Options of the dataset's loader.
        seeds: Seeds of the jobs that trained the grid, once each.
    """

    recipe: str
    metric: str
    maximize: bool
    ordered: Mapping[str, Sequence[float]]
    unordered: Mapping[str, Sequence[Any]]
    fixed: Mapping[str, Any]
    data: Mapping[str, Any] = field(default_factory=dict)
    seeds: Sequence[int] = (1, 2, 3)

    @property
    def values(self) -> dict[str, Sequence[Any]]:
        """Name to values; what decides the compiled function comes first and changes least."""
        return {**self.unordered, **self.ordered}

    @property
    def space(self) -> Space:
        """The space of the task, whose points are all recorded."""
        ordered = {name: Int(0, len(values) - 1) for name, values in self.ordered.items()}
        unordered = {name: Choice(values) for name, values in self.unordered.items()}
        dimensions: dict[str, Dimension] = {**unordered, **ordered}
        return Space(dimensions)

    def key(self, point: Point) -> Key:
        """Indices of a task's point, in the order of `values`."""
        return tuple(
            point[name] if name in self.ordered else list(values).index(point[name])
            for name, values in self.values.items()
        )

    def keys(self) -> Iterator[Key]:
        """Every point's indices."""
        return itertools.product(*(range(len(values)) for values in self.values.values()))

    def loss(self, curve: Curve) -> float:
        """The best epoch of a validation curve, turned so that smaller is better."""
        return 1 - max(curve) if self.maximize else min(curve)


TABLES: Mapping[str, Table] = {
    "digits-mlp": Table(
        recipe="digits-mlp",
        metric="val_accuracy",
        maximize=True,
        unordered={
            "widths": ([32], [64], [64, 32], [128, 64]),
            "activation": ("relu", "tanh"),
            "optimizer": ("adam", "rmsprop", "nesterov"),
        },
        ordered={
            "dropout": (0.0, 0.2, 0.4),
            "learning_rate": (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2),
        },
        fixed={"epochs": 10},
        data={"validation": 0.4},
    ),
    "digits-cnn": Table(
        recipe="digits-cnn",
        metric="val_accuracy",
        maximize=True,
        unordered={
            "batch_norm": (True, False),
            "optimizer": ("adam", "rmsprop", "nesterov"),
        },
        ordered={
            "dense": (32, 128),
            "batch_size": (32, 64),
            "dropout": (0.0, 0.25, 0.5),
            "learning_rate": (3e-4, 1e-3, 3e-3, 1e-2, 3e-2),
        },
        fixed={"epochs": 8, "widths": [16, 32]},
        data={"validation": 0.4},
        seeds=(1, 2),
    ),
}


@functools.cache
def curves(name: str) -> dict[Key, list[Curve]]:
    """The recorded validation curves of a table: point to one curve for each seed.

    Args:
        name: A key of `TABLES`.

    Raises:
        ValueError: If the file does not hold every point of the grid once for each seed.
    """
    table, found = TABLES[name], dict[Key, dict[str, Curve]]()
    with (FOLDER / f"{name}.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            key = tuple(int(row[column]) for column in table.values)
            epochs = [text for column, text in row.items() if column.isdigit()]
            found.setdefault(key, {})[row[SEED]] = tuple(float(text) for text in epochs if text)
    wanted = {str(seed) for seed in table.seeds}
    if set(found) != set(table.keys()) or any(set(one) != wanted for one in found.values()):
        raise ValueError(
            f"{name}.csv must hold every point of the grid once for each of the seeds "
            f"{sorted(wanted)}. Got {len(found)} points: record the table again."
        )
    return {key: list(one.values()) for key, one in found.items()}


@functools.cache
def losses(name: str) -> dict[Key, list[float]]:
    """What each training of a table lost; one that failed lost as much as the worst.

    Args:
        name: A key of `TABLES`.
    """
    table = TABLES[name]
    known = {key: [table.loss(c) if c else None for c in cs] for key, cs in curves(name).items()}
    worst = max(loss for some in known.values() for loss in some if loss is not None)
    return {key: [worst if x is None else x for x in some] for key, some in known.items()}


def task_of(name: str) -> Task:
    """A table as a task: a search sees one of the trainings, the truth is their mean.

    Args:
        name: A key of `TABLES`.
    """
    table, found = TABLES[name], losses(name)
    means = {key: statistics.mean(some) for key, some in found.items()}

    def value(point: Point) -> float:
        return means[table.key(point)]

    def measured(point: Point, generator: random.Random) -> float:
        return generator.choice(found[table.key(point)])

    return Task(space=table.space, value=value, optimum=min(means.values()), measured=measured)
