"""Measured results of a recipe, as the file of its measurement holds them."""

from __future__ import annotations

import json
import shlex
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

RECORDS = Path(__file__).parent / "records"


@dataclass(frozen=True, kw_only=True)
class Record:
    """Trainings of one recipe with several seeds; `python -m benchmarks.recipes` writes it.

    Attributes:
        recipe: Name of the recipe.
        command: The command of the first seed; the others differ by their seed.
        commit: The commit that ran the first seed.
        seeds: One training each.
        seconds: Wall time of the epochs, for each seed.
        test_metrics: Test metrics by name, one number for each seed.
        baseline: Name of the simple method on the same split.
        baseline_metrics: Its test metrics, one number for each seed.
        cores: Processor cores.
        cpu: Name of the processor.
        busy: Whether other programs were running, which makes the seconds unreliable, nothing else.
        date: Day of the measurement.
        history: Of each seed what every epoch reported, of the training and of the validation
            rows; empty in records of before it was kept.
        texts: What the model of the first seed wrote, by file name.
        class_scores: Precision, recall and F1 on the test rows by class, one number for each seed;
            empty with more than ten classes, and in records of before they were kept.
        data: File or folder, within that of the dataset, that the data were read from: a dataset
            comes in several forms, some of them copies with losses. Empty where it has one form.
    """

    recipe: str
    command: str
    commit: str
    seeds: Sequence[int]
    seconds: Sequence[float]
    test_metrics: Mapping[str, Sequence[float]]
    baseline: str
    baseline_metrics: Mapping[str, Sequence[float]]
    cores: int
    cpu: str
    busy: bool
    date: str
    history: Sequence[Mapping[str, Sequence[float]]] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    class_scores: Mapping[str, Mapping[str, Sequence[float]]] = field(default_factory=dict)
    data: str = ""

    def line(self, metric: str) -> str:
        """One line about one metric.

        Args:
            metric: Name of a test metric, or of the validation metric of the same name; one
                that was not tested gives way to the task's first one.
        """
        return f"test {self.result(self.tested(metric))} ({self.effort()})"

    def tested(self, metric: str) -> str:
        """The test metric that stands for a metric.

        Args:
            metric: As in `line`.
        """
        name = metric.removeprefix("val_")
        return name if name in self.test_metrics else next(iter(self.test_metrics))

    def effort(self) -> str:
        """How many trainings, with which settings beside the defaults, and what one costs."""
        with_changes = f" with {self.changes()}" if self.changes() else ""
        return f"{_count(len(self.seeds), 'seed')}{with_changes}, {self.cost()}"

    def result(self, metric: str) -> str:
        """One test metric with its spread, beside that of the simple method.

        Args:
            metric: Name of a test metric.
        """
        ours, theirs = self.pair(metric)
        return f"{metric} {ours}; {self.baseline} {theirs}" if theirs else f"{metric} {ours}"

    def pair(self, metric: str) -> tuple[str, str]:
        """The same as two texts, ours first.

        Args:
            metric: Name of a test metric.
        """
        # A simple method need not have every metric: a nearest sentence has no loss.
        theirs = self.baseline_metrics.get(metric, ())
        # One without chance has no spread; "± 0" would say that it was measured.
        theirs = theirs[:1] if len(set(theirs)) == 1 else theirs
        return with_spread(self.test_metrics[metric]), with_spread(theirs) if theirs else ""

    def is_behind(self, metric: str, direction: str) -> bool:
        """Whether the simple method scores better.

        Args:
            metric: Name of a test metric that both have.
            direction: `"maximize"` or `"minimize"`.
        """
        found = (self.test_metrics[metric], self.baseline_metrics[metric])
        ours, theirs = map(statistics.fmean, found)
        return ours < theirs if direction == "maximize" else ours > theirs

    def last_epoch(self, metric: str) -> list[float]:
        """What the last epoch of each seed reported.

        Args:
            metric: Its name, `val_` before that of the validation rows.
        """
        return [epochs[metric][-1] for epochs in self.history]

    def cost(self) -> str:
        """Wall time of a training and the cores that it had."""
        about = "about " if self.busy else ""
        seconds = statistics.median(self.seconds)
        each = " each" if len(self.seconds) > 1 else ""
        return f"{about}{seconds:.0f} s{each} on {_count(self.cores, 'core')}"

    def changes(self) -> str:
        """What the command asked for beside the recipe's defaults; empty for nothing."""
        # cookbook train NAME --seed 0 ... --json
        return shlex.join(shlex.split(self.command)[5:-1])


def record_of(recipe: str) -> Record | None:
    """The measured results of a recipe, or None when nothing was measured.

    Args:
        recipe: Name of the recipe.
    """
    path = record_file(recipe)
    return read_record(path) if path.exists() else None


def variants_of(recipe: str) -> dict[str, Record]:
    """The measured results of a recipe with other settings than its defaults, by variant.

    Args:
        recipe: Name of the recipe.

    Example:
        >>> variants_of("wine-mlp")
        {}
    """
    return {
        path.name.split(".")[1]: read_record(path)
        for path in sorted(RECORDS.glob(f"{recipe}.*.json"))
    }


def record_file(recipe: str, variant: str = "") -> Path:
    """Where the measured results of a recipe, or of a variant of it, are kept.

    Args:
        recipe: Name of the recipe.
        variant: What its other settings are called; empty for the defaults.

    Example:
        >>> record_file("wine-mlp", "wide").name
        'wine-mlp.wide.json'
    """
    return RECORDS / f"{'.'.join(filter(None, (recipe, variant)))}.json"


def read_record(path: Path) -> Record:
    """Reads the file of a measurement.

    Args:
        path: What `record_file` gives.
    """
    return Record(**json.loads(path.read_text(encoding="utf-8")))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def with_spread(values: Sequence[float]) -> str:
    """Mean and standard deviation over the seeds; of a single seed its value.

    Args:
        values: A metric, one number for each seed.

    Example:
        >>> with_spread([0.5, 0.7]), with_spread([0.5])
        ('0.6 ± 0.14', '0.5')
    """
    mean = statistics.fmean(values)
    if len(values) == 1:
        return f"{mean:.4g}"
    return f"{mean:.4g} ± {statistics.stdev(values):.2g}"
