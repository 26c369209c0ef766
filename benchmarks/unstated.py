"""Tries values that a source does not state, and keeps what they reach on validation rows.

`COOKBOOK_DATA=... python -m benchmarks.unstated cifar10-lenet batch_size=512 patience=5,ema=0.9`
trains the recipe once for each argument, which changes its defaults, and adds one entry for each to
`benchmarks/results/unstated/NAME.json`; the recipe's page shows them. The test rows are not looked
at: `python -m benchmarks.recipes` reads them once, with the values that were chosen here.
"""

from __future__ import annotations

import argparse
import json
import re
from typing import Any

import keras
import yaml

from benchmarks._harness import CONSOLE
from benchmarks._machine import Origin, command_line
from benchmarks.document import stale_documents
from benchmarks.pages.tried_values import tried_file, tried_values
from pipelines.recipes.registry import load_recipe
from pipelines.training.data import DataRequest
from pipelines.training.experiment import Experiment


def parse_values(text: str) -> dict[str, Any]:
    """Hyperparameters of one training.

    Args:
        text: `name=value`, several with commas between them; a list stands in brackets.

    Raises:
        ValueError: If a part has no `=`.

    Example:
        >>> parse_values("learning_rate=0.001,standardize=true,dropout=[0, 0.2]")
        {'learning_rate': 0.001, 'standardize': True, 'dropout': [0, 0.2]}
    """
    pairs = [part.partition("=") for part in re.split(r",(?![^\[]*\])", text)]
    if not all(sign for _, sign, _ in pairs):
        raise ValueError(f"Values are written name=value,name=value. Got {text!r}.")
    return {name: yaml.safe_load(value) for name, _, value in pairs}


def try_values(name: str, values: dict[str, Any], *, seed: int) -> dict[str, Any]:
    """One training, validated after each epoch.

    Args:
        name: Of the recipe.
        values: What differs from its defaults.
        seed: Of the training.

    Returns:
        The values, the validation metric after each epoch, and where it comes from.
    """
    recipe, origin = load_recipe(name), Origin()
    keras.backend.clear_session()
    experiment = Experiment(recipe, values, DataRequest.of(recipe).load(), seed=seed)
    _, history = experiment.train()
    course = [float(f"{value:.5g}") for value in history[recipe.metric]]
    described = origin.to_dict(command_line("unstated"))
    origins = {key: described[key] for key in ("command", "date", "commit", "seconds")}
    return {"values": values, "seed": seed, recipe.metric: course, **origins}


def main() -> None:
    """Trains once for each argument."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipe")
    parser.add_argument("values", nargs="+", type=parse_values, metavar="NAME=VALUE,...")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    file = tried_file(options.recipe)
    file.parent.mkdir(parents=True, exist_ok=True)
    for values in options.values:
        found = try_values(options.recipe, values, seed=options.seed)
        CONSOLE.log(found)
        kept = [*tried_values(options.recipe), found]
        file.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    stale_documents(write=True)


if __name__ == "__main__":
    main()
