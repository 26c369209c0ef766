"""Everything about a search but the objective and the space."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tuning._names import unknown_name
from tuning.stages import Stage, read_stages
from tuning.strategies import PRUNERS, STRATEGIES, check_options, default_pruner

MAXIMIZE, MINIMIZE = "maximize", "minimize"
RELATIONS = ("<=", ">=")
FIRST, KNEE = "first", "knee"
WINNERS = (FIRST, KNEE)  # which trial of a Pareto front is the best one
_POSITIVE = (
    "trials",
    "budget",
    "workers",
    "threads_per_worker",
    "trial_timeout",
    "timeout",
    "memory_limit",
    "recycle_after",
    "recycle_growth",
    "patience",
    "source_points",
)


@dataclass(frozen=True, kw_only=True)
class SearchSettings:
    """How a search is run.

    Attributes:
        study: Name of the study; the same name in the same store is the same study.
        storage: SQLAlchemy URL of the store, or None for `studies.db` under `root`.
        root: Folder of the embedded store and of the trials' files.
        trials: Trials the study has in the end, however many searches share it. None is allowed
            for `grid` only and means every point.
        strategy: Name of a strategy, see `tuning.strategies.STRATEGIES`.
        strategy_options: Options of the strategy.
        pruner: Name of a pruner, see `tuning.strategies.PRUNERS`; None for the default,
            `tuning.strategies.default_pruner`.
        pruner_options: Options of the pruner.
        metrics: `(name, "maximize" or "minimize")`, the first drives pruning; several of them
            search the Pareto front.
        seed: Seed of the job; 0 is a seed.
        budget: Most steps (epochs) of a trial, or None.
        workers: Worker processes; None for one per core.
        threads_per_worker: Threads of the numeric libraries in each worker.
        trial_timeout: Seconds after which a trial is ended and failed, or None.
        timeout: Seconds after which the search ends; running trials wait for the next search.
        memory_limit: Bytes of resident memory at which a worker's trial is ended, or None.
        recycle_after: Trials after which a worker process is replaced.
        recycle_growth: Bytes that a worker may grow after its first trial until it is replaced,
            so that objectives that leave memory behind do not fill the machine.
        retries: How often a trial whose worker died is started again.
        patience: Ends the search when nothing improved in so many finished trials, or None.
        constraints: `(metric, "<=" or ">=", limit)` on metrics that the objective returns.
        points: Known points that are evaluated first, in this order.
        source_study: Study of the same store whose best points are evaluated first.
        source_points: How many of them.
        stages: Stages of a staged search, see `tuning.stages`; empty for one stage.
        winner: Which trial of a Pareto front is the best one, see `WINNERS`.
        facts: What decides the numbers of a trial beside space and metrics, name to plain value;
            a study that exists is opened with the same facts only. None for those that are known
            here: seed, budget and constraints.

    Raises:
        ValueError: If a law is broken; the message says which.

    Example:
        >>> SearchSettings(study="digits", trials=20, metrics=(("loss", "minimise"),))
        Traceback (most recent call last):
        ...
        ValueError: No direction named 'minimise'. Did you mean 'minimize'? Known: maximize, minimize.
    """  # noqa: E501 - the message is one line

    study: str
    trials: int | None = None
    metrics: Sequence[tuple[str, str]]
    storage: str | None = None
    root: str | Path = "mlruns"
    strategy: str = "hybrid"
    strategy_options: Mapping[str, Any] = field(default_factory=dict)
    pruner: str | None = None
    pruner_options: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    budget: int | None = None
    workers: int | None = None
    threads_per_worker: int = 1
    trial_timeout: float | None = None
    timeout: float | None = None
    memory_limit: int | None = None
    recycle_after: int = 200
    recycle_growth: int = 250 * 10**6
    retries: int = 1
    patience: int | None = None
    constraints: Sequence[tuple[str, str, float]] = ()
    points: Sequence[Mapping[str, Any]] = ()
    source_study: str | None = None
    source_points: int = 5
    stages: Sequence[Mapping[str, Any] | Stage] = ()
    winner: str = "first"
    facts: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        if not self.study or "/" in self.study or "\\" in self.study or self.study.startswith("."):
            raise ValueError(
                "`study` must be a name that can also name a folder: not empty, no slash, no dot "
                f"in front. Got {self.study!r}."
            )
        if self.strategy not in STRATEGIES:
            raise ValueError(unknown_name("strategy", self.strategy, STRATEGIES))
        self._check_metrics()
        pruner = self.pruner or default_pruner(len(self.metrics))
        if pruner not in PRUNERS:
            raise ValueError(unknown_name("pruner", pruner, PRUNERS))
        if self.winner not in WINNERS:
            raise ValueError(unknown_name("winner", self.winner, WINNERS))
        check_options("strategy", self.strategy, self.strategy_options)
        check_options("pruner", pruner, self.pruner_options)
        object.__setattr__(self, "pruner", pruner)
        self._check_numbers()
        if self.trials is not None and self.stages:
            raise ValueError(
                "`trials` and `stages` exclude each other: every stage has its own trials. "
                f"Got trials={self.trials}."
            )
        if self.trials is None and self.strategy != "grid" and not self.stages:
            raise ValueError(
                f"`trials` is needed: the strategy {self.strategy!r} never ends by itself."
            )
        object.__setattr__(self, "metrics", tuple((str(n), str(d)) for n, d in self.metrics))
        object.__setattr__(self, "constraints", tuple(tuple(c) for c in self.constraints))
        object.__setattr__(self, "points", tuple(dict(point) for point in self.points))
        object.__setattr__(self, "root", Path(self.root))
        object.__setattr__(self, "stages", read_stages(self.stages))

    def _check_numbers(self) -> None:
        for name in _POSITIVE:
            value = getattr(self, name)
            if value is not None and not (isinstance(value, int | float) and value > 0):
                raise ValueError(f"`{name} > 0` must hold. Got {name}={value!r}.")
        for name in ("seed", "retries"):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool):
                raise ValueError(f"`{name}` must be a whole number. Got {value!r}.")
        if self.retries < 0:
            raise ValueError(f"`retries >= 0` must hold. Got retries={self.retries}.")

    def _check_metrics(self) -> None:
        names = []
        # A text is a sequence too, and no metric by itself.
        listed = isinstance(self.metrics, Sequence) and not isinstance(self.metrics, str)
        for metric in self.metrics if listed else (self.metrics,):
            if not isinstance(metric, tuple | list) or len(metric) != 2:
                raise ValueError(
                    "`metrics` needs pairs of a name and a direction, as in "
                    f'(("val_loss", "minimize"),). Got {metric!r}.'
                )
            if metric[1] not in (MAXIMIZE, MINIMIZE):
                raise ValueError(unknown_name("direction", metric[1], (MAXIMIZE, MINIMIZE)))
            names.append(metric[0])
        if not names or len(set(names)) != len(names):
            raise ValueError(f"`metrics` needs at least one metric, each once. Got {names}.")
        if len(names) > 1 and self.pruner == "hyperband":
            raise ValueError(
                "The pruner 'hyperband' compares one metric. "
                f"Got {len(names)} metrics: use 'halving', 'median' or 'none'."
            )
        confirming = [stage.name for stage in read_stages(self.stages) if stage.confirm is not None]
        if len(names) > 1 and confirming:
            raise ValueError(
                f"The stage {confirming[0]!r} confirms the best points of one metric. "
                f"Got {len(names)} metrics: search with one of them and bound the others by "
                "constraints, or leave the stage out."
            )
        for constraint in self.constraints:
            if len(constraint) != 3 or constraint[1] not in RELATIONS:
                raise ValueError(
                    'A constraint is a triple as in ("parameters", "<=", 62458), with '
                    f"{' or '.join(RELATIONS)}. Got {constraint!r}."
                )
            if not math.isfinite(constraint[2]):
                raise ValueError(f"A constraint's limit must be finite. Got {constraint!r}.")

    @property
    def url(self) -> str:
        """The store's URL, the embedded one when none is given."""
        return self.storage or f"sqlite:///{Path(self.root).resolve() / 'studies.db'}"

    @property
    def directory(self) -> Path:
        """Folder of the study's files."""
        return Path(self.root).resolve() / "studies" / self.study

    @property
    def worker_count(self) -> int:
        """Worker processes: as asked, else one per core this process may use."""
        if self.workers is not None:
            return self.workers
        usable = getattr(os, "sched_getaffinity", None)
        return len(usable(0)) if usable else os.cpu_count() or 1

    @property
    def total(self) -> int | None:
        """Trials of all stages together, or None while unknown."""
        if not self.stages:
            return self.trials
        return sum(stage.count for stage in read_stages(self.stages))

    @property
    def maximize(self) -> bool:
        """Whether the first metric grows to the better."""
        return self.metrics[0][1] == MAXIMIZE

    @property
    def returned(self) -> list[str]:
        """Names that the objective must return: the metrics and those that are constrained."""
        names = [name for name, _ in self.metrics]
        return names + [name for name, _, _ in self.constraints]

    @property
    def trial_facts(self) -> dict[str, Any]:
        """The facts that the study is made with."""
        if self.facts is not None:
            return dict(self.facts)
        return {
            "budget": self.budget,
            "constraints": [list(constraint) for constraint in self.constraints],
            "seed": self.seed,
        }

    def to_dict(self) -> dict[str, Any]:
        """Writes the settings as JSON can hold them; no passwords of a storage URL."""
        plain = asdict(self)
        plain["root"] = str(self.root)
        plain["metrics"] = [list(metric) for metric in self.metrics]
        plain["constraints"] = [list(constraint) for constraint in self.constraints]
        plain["points"] = [dict(point) for point in self.points]
        plain["stages"] = [stage.to_dict() for stage in read_stages(self.stages)]
        plain["total"] = self.total
        plain["strategy_options"] = dict(self.strategy_options)
        plain["pruner_options"] = dict(self.pruner_options)
        del plain["storage"]
        del plain["facts"]  # the study keeps those it was made with
        return plain
