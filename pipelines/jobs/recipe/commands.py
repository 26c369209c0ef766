"""The command that trains with the hyperparameters of a winner."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import yaml

from pipelines.yaml_numbers import NumberLoader

if TYPE_CHECKING:
    from pipelines.jobs.candidates import Candidate


_FLAGS = {"path": "--data", "target": "--target", "sample_weight": "--sample-weights"}


def train_command(recipe: str, candidate: Candidate, options: Mapping[str, Any]) -> str:
    r"""Writes the command.

    Args:
        recipe: Name of the recipe.
        candidate: Hyperparameters and epochs.
        options: Options of the dataset's loader that the job gave.

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
    return shlex.join([*words, "--epochs", str(candidate.epochs)])


def _pair(name: str, value: Any) -> str:
    bare = isinstance(value, str) and _is_read_as_text(value)
    return f"{name}={value if bare else json.dumps(value, default=str)}"


def _is_read_as_text(text: str) -> bool:
    """Whether the command line takes it for itself; 2020, true and [a] it does not."""
    try:
        return bool(yaml.load(text, Loader=NumberLoader) == text)  # noqa: S506 - it is a safe one
    except yaml.YAMLError:
        return False
