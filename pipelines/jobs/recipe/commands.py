"""The command that trains with the hyperparameters of a winner."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipelines.jobs.candidates import Candidate


_FLAGS = {"path": "--data", "target": "--target", "sample_weight": "--sample-weights"}


def train_command(recipe: str, candidate: Candidate, options: Mapping[str, Any]) -> str:
    """Writes the command.

    Args:
        recipe: Name of the recipe.
        candidate: Hyperparameters and epochs.
        options: Options of the dataset's loader that the job gave.

    Example:
        >>> from pipelines.jobs.candidates import Candidate
        >>> found = Candidate(params={"widths": [64, 32], "optimizer": "adam"}, epochs=7)
        >>> train_command("tabular", found, {"path": "my wine.csv", "target": "grower"})
        "cookbook train tabular --data 'my wine.csv' --target grower --set 'widths=[64, 32]' ..."
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
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return f"{name}={text}"
