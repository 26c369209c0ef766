"""What an objective sees of the search that runs it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from tuning._names import unknown_name
from tuning.errors import JobError, Pruned
from tuning.workers.plain import plain_number, plain_step, plain_text, plain_value

RESUMED = "resumed_after"  # note: steps that another process of the trial had finished
Decide = Callable[[int, float], bool]


class Context:
    """One trial's seed, budget, files and reports.

    `report` only remembers; the search is asked whether to go on at the few steps at which its
    pruner decides, and the history is stored once, with the trial's end.

    Args:
        seed: The trial's own seed, derived from the job's; 0 is a seed.
        trial: Number of the trial in its study, from 0.
        budget: Most steps (epochs) worth training for, or None.
        directory: Where the trial may write files; made when first used. None without a place.
        checkpoints: Folder for files from which the trial goes on when its process dies; other
            machines see it, and it is removed when the trial ends by itself. None without one.
        metric: Name of the metric that drives pruning, or None for no pruning.
        decide: Called with a step and the metric at that step; True prunes.
        decision_steps: The steps at which `decide` is called; None for every reported one.
        fold: Index of the cross-validation fold, or None.

    Attributes:
        point: What the objective asked for, see `tell_point`; None where it did not say.
        ranges: Dimensions of what it was not given.

    Example:
        >>> context = Context(seed=0, budget=3)
        >>> for epoch in range(1, 4):
        ...     context.report(epoch, {"val_loss": 1 / epoch})
        >>> context.history["val_loss"][-1] == 1 / 3, context.history["step"]
        (True, [1, 2, 3])
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        trial: int = 0,
        budget: int | None = None,
        directory: str | Path | None = None,
        checkpoints: str | Path | None = None,
        metric: str | None = None,
        decide: Decide | None = None,
        decision_steps: Iterable[int] | None = None,
        fold: int | None = None,
    ) -> None:
        self.seed = seed
        self.trial = trial
        self.budget = budget
        self.fold = fold
        self.notes: dict[str, Any] = {}
        self.point: dict[str, Any] | None = None
        self.ranges: dict[str, Any] = {}
        self.history: dict[str, list[float]] = {}
        self.checkpoints = None if checkpoints is None else Path(checkpoints)
        self._reported = 0  # the last step that was reported here and not restored
        self._directory = None if directory is None else Path(directory)
        self._metric = metric
        self._decide = decide
        self._decision_steps = None if decision_steps is None else sorted(decision_steps)

    @property
    def has_directory(self) -> bool:
        """Whether the trial has a place for files."""
        return self._directory is not None

    @property
    def directory(self) -> Path:
        """Folder for the trial's files, made when first asked for."""
        if self._directory is None:
            raise JobError("This trial has no directory: give the Context one.")
        self._directory.mkdir(parents=True, exist_ok=True)
        return self._directory

    def report(self, step: int, metrics: Mapping[str, float]) -> None:
        """Reports the metrics after a step.

        Args:
            step: Steps (epochs) finished, from 1 to 2**31 - 1, larger than at the last report.
            metrics: Name to number; NaN and infinite ones are allowed, and beyond 1e300 a number
                is infinite.

        Raises:
            Pruned: When the search gives the trial up; let it pass through.
            ValueError: If the step does not grow or a value is no number.
        """
        decides = self.should_report(step)
        values = self._keep(step, metrics)
        self._reported = int(self.history["step"][-1])
        if not decides or self._decide is None or self._metric is None:
            return
        if self._metric not in values:
            reported = unknown_name("reported metric", self._metric, values)
            raise JobError(f"Pruning needs the metric of the search in every report. {reported}")
        if self._decide(step, values[self._metric]):
            raise Pruned(f"given up after step {step}")

    def restore(self, step: int, metrics: Mapping[str, float]) -> None:
        """Takes up a step that an earlier process of this trial reported.

        The pruner decides about it at the next report, with the value that it had.

        Args:
            step: As for `report`; a step that is known already is passed over.
            metrics: Name to number.
        """
        steps = self.history.get("step") or [0]
        if step > steps[-1]:
            self._keep(step, metrics)
            self.annotate(RESUMED, step)

    def should_report(self, step: int) -> bool:
        """Whether the pruner decides at this step, so that a validation is worth its time.

        Args:
            step: Steps finished; the answer is also True when a decision was passed over since
                the last report.
        """
        if self._decide is None:
            return False
        if self._decision_steps is None:
            return step > self._reported
        return any(self._reported < decision <= step for decision in self._decision_steps)

    def annotate(self, key: str, value: Any) -> None:
        """Keeps a fact about the trial, for example the number of parameters.

        Args:
            key: Name.
            value: Text, numbers, None, and lists and mappings of these; NumPy's scalars and arrays
                are converted.

        Raises:
            ValueError: If it is anything else.
        """
        self.notes[plain_text(str(key))] = plain_value(value, f"The note {key!r}")

    def tell_point(self, point: Mapping[str, Any], ranges: Mapping[str, Any] | None = None) -> None:
        """Says what an objective asked for where its parameters are learnt while trials run.

        Args:
            point: Name to value, in the order of the questions: this is the trial's point. What
                the trial was given beside it had no effect.
            ranges: Name to the plain form of the dimension of what the trial was not given; the
                space of the study grows by it.
        """
        values = plain_value(dict(point), "A hyperparameter")
        self.point = {plain_text(name): value for name, value in values.items()}
        self.ranges = plain_value(dict(ranges or {}), "The range of a hyperparameter")

    def _keep(self, step: int, metrics: Mapping[str, float]) -> dict[str, float]:
        steps = self.history.setdefault("step", [])
        step = plain_step(step, int(steps[-1]) if steps else 0)
        # Everything is checked before anything is kept.
        values = {
            plain_text(str(name)): plain_number(value, f"The reported {name!r}")
            for name, value in metrics.items()
        }
        for name in values:
            self.history.setdefault(name, [float("nan")] * len(steps))
        steps.append(step)
        for name, known in self.history.items():
            if name != "step":
                known.append(values.get(name, float("nan")))
        return values
