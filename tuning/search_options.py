"""How a search is run: the options that jobs, the command line and Python share."""

from __future__ import annotations

from typing import Any, Self

from pydantic import Field, field_validator, model_validator

from tuning._names import unknown_name
from tuning.options import Bound, Bytes, Count, Number, PoolOptions, Seconds, Seed, WarmStart
from tuning.strategies import PRUNERS, STRATEGIES, check_options, default_pruner

FIRST, KNEE = "first", "knee"
WINNERS = (FIRST, KNEE)  # which trial of a Pareto front is the best one


class SearchOptions(PoolOptions):
    """How a search is run, in the words of whoever asks for it.

    A job is this and what it is about; `tuning.SearchSettings` is this with the names of study
    and metrics.
    """

    trials: Count | None = Field(
        None,
        description="Trials the study has in the end, however many searches share it; None for "
        "`grid`, which then tries every point, and beside `timeout`, which then ends the search.",
    )
    strategy: str = Field("hybrid", description=f"One of {', '.join(STRATEGIES)}.")
    strategy_options: dict[str, Any] = Field(
        default_factory=dict, description="Options of the strategy."
    )
    pruner: str | None = Field(
        None,
        description=f"One of {', '.join(PRUNERS)}; by default {default_pruner(1)}, with several "
        f"metrics {default_pruner(2)}.",
    )
    pruner_options: dict[str, Any] = Field(
        default_factory=dict, description="Options of the pruner."
    )
    constraints: tuple[Bound, ...] = Field(
        (),
        description="Bounds on metrics that the objective returns: {metric: parameters, "
        "at_most: 62458} or at_least.",
    )
    warm_start: WarmStart = Field(WarmStart(), description="What is known before the search.")
    winner: str = Field(
        FIRST,
        description="Trial of a Pareto front that is the best one: `first`, the best in the first "
        "metric, or `knee`, the one nearest to the best of every metric.",
    )
    patience: Count | None = Field(
        None, description="Ends the search when nothing improved in so many finished trials."
    )
    stop_at: Number | None = Field(
        None,
        description="Ends the search when the first metric of a trial is as good as this; running "
        "trials end first.",
    )
    seed: Seed = Field(0, description="Seed of everything; 0 is a seed.")
    trial_timeout: Seconds | None = Field(
        None, description="Time after which a trial is ended and failed, as 90s or 2min."
    )
    timeout: Seconds | None = Field(
        None,
        description="Time after which the search ends; running trials wait for the next search.",
    )
    memory_limit: Bytes | None = Field(
        None, description="Resident memory at which a worker's trial is ended, as 2GB."
    )
    retries: int = Field(
        1, ge=0, le=1000, description="How often a trial whose worker died is started again."
    )
    store_timeout: Seconds = Field(
        600.0,
        description="Time for which a store that does not answer is waited for, as 10min; workers "
        "go on meanwhile.",
    )
    storage: str | None = Field(
        None, description="SQLAlchemy URL of the store of studies; the embedded one by default."
    )

    @field_validator("strategy")
    @classmethod
    def _known_strategy(cls, name: str) -> str:
        if name not in STRATEGIES:
            raise ValueError(unknown_name("strategy", name, STRATEGIES))
        return name

    @field_validator("pruner")
    @classmethod
    def _known_pruner(cls, name: str | None) -> str | None:
        if name is not None and name not in PRUNERS:
            raise ValueError(unknown_name("pruner", name, PRUNERS))
        return name

    @field_validator("winner")
    @classmethod
    def _known_winner(cls, name: str) -> str:
        if name not in WINNERS:
            raise ValueError(unknown_name("winner", name, WINNERS))
        return name

    @model_validator(mode="after")
    def _known_options(self) -> Self:
        check_options("strategy", self.strategy, self.strategy_options)
        if self.pruner is not None:
            check_options("pruner", self.pruner, self.pruner_options)
        return self

    def changed(self, **changes: Any) -> Self:
        """The same options with some other ones, checked anew."""
        given = {name: getattr(self, name) for name in type(self).model_fields}
        return type(self)(**{**given, **changes})
