"""What a search tells while it runs and when it is over."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tuning.results.confirmation import Confirmation
from tuning.results.shortfall import shortfall
from tuning.storage import records
from tuning.storage.records import TrialRecord

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class Progress:
    """A snapshot of a running search.

    Attributes:
        study: Name of the study.
        total: Trials the study will have, or None while unknown.
        complete: Trials that were finished in full.
        pruned: Trials that were given up early.
        failed: Trials that failed.
        running: Trials that run now, in every search on the study.
        waiting: Trials that wait to be run.
        best_value: First metric of the best trial, or None.
        best_params: Its parameters, or None.
        best_trial: Its number, or None.
        elapsed: Seconds since this search began.
        remaining_seconds: Estimated seconds to go, or None.
        last: The trial that finished last in this search, or None.
        stage: Name of the running stage, or None.
        message: Something the user should know, or None.
    """

    study: str
    total: int | None
    complete: int = 0
    pruned: int = 0
    failed: int = 0
    running: int = 0
    waiting: int = 0
    best_value: float | None = None
    best_params: Mapping[str, Any] | None = None
    best_trial: int | None = None
    elapsed: float = 0.0
    remaining_seconds: float | None = None
    last: TrialRecord | None = None
    stage: str | None = None
    message: str | None = None

    @property
    def finished(self) -> int:
        """Trials that are over: complete, pruned and failed."""
        return self.complete + self.pruned + self.failed


@dataclass(frozen=True, kw_only=True)
class SearchResult:
    """What a search found.

    Attributes:
        study: Name of the study.
        storage: URL of its store.
        stopped_because: `"trials"`, `"exhausted"`, `"timeout"`, `"patience"`, `"target"` or
            `"interrupted"`.
        records: Every trial of the study.
        metrics: The study's metrics and directions.
        best: The best trial, or None when none is complete and feasible.
        pareto: Numbers of the trials that no other trial beats in every metric.
        confirmed: Points that a confirming stage ran again, the best mean first; when there are
            any, `best` is the trial that found the first of them.
        stages: What each stage of a staged search did, see `tuning.results.stages`.
        winner: How `best` is chosen from a Pareto front, see `tuning.search_options.WINNERS`.
    """

    study: str
    storage: str
    stopped_because: str
    records: Sequence[TrialRecord]
    metrics: Sequence[tuple[str, str]]
    best: TrialRecord | None
    pareto: Sequence[int] = field(default_factory=list)
    confirmed: Sequence[Confirmation] = ()
    stages: Sequence[Mapping[str, Any]] = ()
    winner: str = "first"

    @property
    def best_params(self) -> dict[str, Any] | None:
        """Parameters of the best trial, fixed ones included."""
        return None if self.best is None else dict(self.best.params)

    @property
    def best_value(self) -> float | None:
        """First metric of the best trial."""
        return None if self.best is None else self.best.value

    @property
    def best_trial(self) -> int | None:
        """Number of the best trial."""
        return None if self.best is None else self.best.number

    @property
    def shortfall(self) -> str | None:
        """Why there is no best trial, and what helps; None when there is one."""
        return shortfall(self.records)

    @property
    def best_step(self) -> int | None:
        """Step (epoch) at which the best trial's first metric was best, from 1; None unreported."""
        if self.best is None:
            return None
        name, direction = self.metrics[0]
        values = self.best.history.get(name)
        if not values:
            return self.best.steps or None
        pick = max if direction == "maximize" else min
        known = [i for i, value in enumerate(values) if value == value]  # NaN is not itself
        if not known:
            return None
        return int(self.best.history["step"][pick(known, key=lambda i: values[i])])

    @property
    def n_trials(self) -> int:
        """Number of trials of the study."""
        return len(self.records)

    @property
    def front(self) -> list[dict[str, Any]]:
        """The Pareto front: `trial`, `values` by metric and `params`, the best first metric first.

        Empty for a search with one metric.
        """
        if len(self.metrics) == 1:
            return []
        names, numbers = [name for name, _ in self.metrics], set(self.pareto)
        on_front = [record for record in self.records if record.number in numbers]
        sign = -1.0 if self.metrics[0][1] == "maximize" else 1.0
        on_front.sort(key=lambda record: (sign * record.values[0], record.number))
        return [
            {
                "trial": record.number,
                "values": dict(zip(names, record.values, strict=True)),
                "params": dict(record.params),
            }
            for record in on_front
        ]

    @property
    def choice(self) -> dict[str, Any]:
        """How `best` was chosen, as plain values: `pareto`, `stages`, `confirmed`, where any."""
        facts = {
            "pareto": self.front,
            "stages": [dict(row) for row in self.stages],
            "confirmed": [one.to_dict() for one in self.confirmed],
        }
        return {name: rows for name, rows in facts.items() if rows}

    @property
    def states(self) -> dict[str, int]:
        """State to number of trials, only states that occur."""
        found = [record.state for record in self.records]
        return {state: found.count(state) for state in records.STATES if state in found}

    @property
    def trials(self) -> pd.DataFrame:
        """One row per trial: number, state, metrics, `param_*`, seconds, seed, reason, stage."""
        return trials_frame(self.records)


def trials_frame(found: Sequence[TrialRecord]) -> pd.DataFrame:
    """Lays trials out as a table.

    Args:
        found: The trials.

    Returns:
        One row per trial, indexed by its number.
    """
    import pandas as pd

    rows = []
    for record in found:
        row: dict[str, Any] = {
            "number": record.number,
            "state": record.state,
            "value": record.value,
        }
        row |= dict(record.metrics)
        row |= {f"param_{name}": value for name, value in record.params.items()}
        row |= {"seconds": record.duration, "steps": record.steps, "seed": record.seed}
        row |= {"attempts": record.attempts, "reason": record.reason, "stage": record.stage}
        rows.append(row | dict(record.metrics))  # a metric may be called `seconds` or `steps`
    columns = None if rows else ["number", "state", "value"]
    return pd.DataFrame(rows, columns=columns).set_index("number")


def pareto_front(found: Sequence[TrialRecord], directions: Sequence[str]) -> list[int]:
    """Finds the trials that no other trial beats in one metric and equals in the rest.

    Args:
        found: The trials; only complete and feasible ones with finite values count.
        directions: `"maximize"` or `"minimize"` per metric.

    Returns:
        Their numbers, in order.

    Example:
        >>> trials = [TrialRecord(number=i, state="complete", values=v)
        ...           for i, v in enumerate([(1.0, 5.0), (2.0, 2.0), (3.0, 4.0)])]
        >>> pareto_front(trials, ["minimize", "minimize"])
        [0, 1]
    """
    signs = [-1.0 if direction == "maximize" else 1.0 for direction in directions]
    points = {
        record.number: [sign * value for sign, value in zip(signs, record.values, strict=True)]
        for record in found
        if record.state == records.COMPLETE
        and record.feasible
        and all(map(math.isfinite, record.values))
    }
    return [
        number
        for number, point in points.items()
        if not any(
            other != point and all(a <= b for a, b in zip(other, point, strict=True))
            for other in points.values()
        )
    ]
