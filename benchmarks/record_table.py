"""Trains every point of a table's grid with our own search and keeps the validation curves."""

from __future__ import annotations

import argparse
import csv
import json
import tempfile
import time
from collections.abc import Sequence
from typing import Any

from benchmarks._harness import CONSOLE
from benchmarks._machine import Origin, command_line
from benchmarks._recipe_models import request
from benchmarks._recorded import FOLDER, SEED, TABLES, Key, Table
from pipelines.jobs.recipe.objective import RecipeObjective
from pipelines.jobs.recipe.target import with_values
from pipelines.recipes.registry import load_recipe
from tuning import Choice, SearchSettings, Space, open_study, search
from tuning.storage.records import FINISHED, read_trials


def record(table: Table, seed: int) -> list[dict[str, Any]]:
    """Trains a grid once, every trial on one thread of its own.

    Args:
        table: The grid.
        seed: Seed of the job.

    Returns:
        One row for each point: the indices of its values, the seed and the metric after each
        epoch; a training that failed has no epochs.

    Raises:
        RuntimeError: If the search was interrupted.
    """
    recipe = load_recipe(table.recipe)
    space = Space({name: Choice(values) for name, values in table.values.items()})
    objective = RecipeObjective(
        recipe=with_values(recipe, table.fixed),
        data=request(recipe, table.data),
        metric=table.metric,
        maximize=table.maximize,
    )
    with tempfile.TemporaryDirectory() as root:
        settings = SearchSettings(
            study="table",
            root=root,
            strategy="grid",
            pruner="none",
            metrics=((table.metric, "maximize" if table.maximize else "minimize"),),
            budget=int(table.fixed["epochs"]),
            seed=seed,
        )
        search(objective, space, settings)
        trials = read_trials(open_study("table", settings.url))
    if any(trial.state not in FINISHED for trial in trials):
        raise RuntimeError(f"The search of seed {seed} was interrupted: record the table again.")
    rows = [
        _row(table, trial.params, seed, trial.history.get(table.metric, ())) for trial in trials
    ]
    return sorted(rows, key=lambda row: list(row.values())[: len(table.values)])


def _row(table: Table, params: Any, seed: int, curve: Sequence[float]) -> dict[str, Any]:
    key: Key = tuple(list(values).index(params[name]) for name, values in table.values.items())
    epochs = {str(epoch): f"{value:.5g}" for epoch, value in enumerate(curve, start=1)}
    return {**dict(zip(table.values, key, strict=True)), SEED: seed, **epochs}


def main() -> None:
    """Records the tables that are named, all by default."""
    command = argparse.ArgumentParser(description=__doc__)
    command.add_argument("names", nargs="*", choices=[[], *TABLES], help="tables; all by default")
    names = command.parse_args().names or list(TABLES)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in names:
        table, rows, origin = TABLES[name], list[dict[str, Any]](), Origin()
        for seed in table.seeds:
            rows += record(table, seed)
            CONSOLE.log(f"{name}: {len(rows)} trainings after {time.time() - origin.started:.0f} s")
        epochs = [str(epoch) for epoch in range(1, 1 + int(table.fixed["epochs"]))]
        with (FOLDER / f"{name}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, [*table.values, SEED, *epochs], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        content = {
            **origin.to_dict(command_line("record_table")),
            "recipe": table.recipe,
            "metric": table.metric,
            "values": table.values,
            "fixed": table.fixed,
            "data": table.data,
            "seeds": table.seeds,
            "trainings": len(rows),
            "failed": sum(epochs[0] not in row for row in rows),
        }
        (FOLDER / f"{name}.json").write_text(json.dumps(content, indent=1) + "\n")
        CONSOLE.print(f"Written to benchmarks/results/tables/{name}.csv.")


if __name__ == "__main__":
    main()
