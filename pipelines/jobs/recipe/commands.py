"""The command that trains with the hyperparameters of a winner."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import yaml

from pipelines.recipes.registry import load_recipe
from pipelines.yaml_numbers import NumberLoader

if TYPE_CHECKING:
    from pipelines.jobs.candidates import Candidate
    from pipelines.jobs.recipe.target import RecipeTarget


_FLAGS = {"path": "--data", "target": "--target", "sample_weight": "--sample-weights"}


def winner_command(target: RecipeTarget, winner: Candidate, *, seed: int) -> str:
    """The command that trains with all that a search fixed or found, on its data and splits.

    Args:
        target: What was searched.
        winner: What was found.
        seed: The job's.
    """
    own, data = load_recipe(target.recipe.name).defaults, target.data
    # What the job fixed is no part of the point that was found.
    fixed = {
        name: value
        for name, value in target.recipe.defaults.items()
        if name not in target.space and (name, value) not in own.items()
    }
    options = json.loads(data.options) | ({"split_seed": data.seed} if data.seed else {})
    whole = replace(winner, params={**fixed, **winner.params})
    return train_command(target.recipe.name, whole, options, seed=seed, tiny=data.rows is not None)


def train_command(
    recipe: str,
    candidate: Candidate,
    options: Mapping[str, Any],
    *,
    seed: int = 0,
    tiny: bool = False,
) -> str:
    r"""Writes the command.

    Args:
        recipe: Name of the recipe.
        candidate: Hyperparameters and epochs.
        options: Options of the dataset's loader that the job gave.
        seed: Of the training; 0 is not said.
        tiny: Whether it is trained on a few rows.

    Example:
        >>> from pipelines.jobs.candidates import Candidate
        >>> found = Candidate(params={"widths": [64, 32], "optimizer": "adam"}, epochs=7)
        >>> train_command("tabular", found, {"path": "my wine.csv", "target": "grower"})
        "cookbook train tabular --data 'my wine.csv' --target grower --set 'widths=[64, 32]' ..."
        >>> train_command("text", Candidate(params={}, epochs=1), {"text": "2020"})
        'cookbook train text --data-option \'text="2020"\' --epochs 1'
    """
    words = ["cookbook", "train", recipe]
    for name, value in options.items():
        flag = _FLAGS.get(name)
        words += ["--data-option", _pair(name, value)] if flag is None else [flag, str(value)]
    for name, value in candidate.params.items():
        if name != "epochs":
            words += ["--set", _pair(name, value)]
    words += ["--epochs", str(candidate.epochs)]
    words += ["--seed", str(seed)] if seed else []
    return shlex.join([*words, "--tiny"] if tiny else words)


def _pair(name: str, value: Any) -> str:
    bare = isinstance(value, str) and _is_read_as_text(value)
    return f"{name}={value if bare else json.dumps(value, default=str)}"


def _is_read_as_text(text: str) -> bool:
    """Whether the command line takes it for itself; 2020, true and [a] it does not."""
    try:
        return bool(yaml.load(text, Loader=NumberLoader) == text)  # noqa: S506 - it is a safe one
    except yaml.YAMLError:
        return False
