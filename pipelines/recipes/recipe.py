"""What a recipe is: one object that the CLI, the tests, the docs and the tuning jobs read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tuning import Space


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A model on a dataset with known-good hyperparameters and a space around them.

    Attributes:
        name: Name in the CLI; the file is the same name with underscores.
        summary: One line for listings.
        dataset: Name in the dataset registry.
        task: Name in the task registry: how data becomes batches, loss and metrics. `{task}`
            in it stands for the dataset's own task, where the user's data decides.
        builder: `"module:function"` of the model's builder.
        defaults: Hyperparameters: fields of `TrainingOptions` and arguments of the builder.
        space: What a search may change; the other defaults stay.
        metric: Validation metric that a search optimises, for example `"val_accuracy"`.
        direction: `"maximize"` or `"minimize"`.
        source: Where the experiment comes from.
        dataset_options: Passed to the dataset's loader.
        tiny: Replaces defaults in tiny mode, which takes seconds.
        tiny_rows: Training rows in tiny mode.
        fits_in: Free-text note of what a full run costs.
        behind_baseline: Why the defaults score less than the simple method, as a sentence; empty
            where they do not, and a test holds that against the record.
    """

    name: str
    summary: str
    dataset: str
    task: str
    builder: str
    defaults: Mapping[str, Any]
    space: Space
    metric: str
    direction: str
    source: str
    dataset_options: Mapping[str, Any] = field(default_factory=dict)
    tiny: Mapping[str, Any] = field(default_factory=dict)
    tiny_rows: int = 256
    fits_in: str = ""
    behind_baseline: str = ""

    @property
    def tasks(self) -> tuple[str, ...]:
        """Names of the task; both where the user's data decides."""
        names = (self.task.format(task=kind) for kind in ("classification", "regression"))
        return tuple(dict.fromkeys(names))
