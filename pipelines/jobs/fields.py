"""The parts of a job that are mappings of their own, and the kinds of its numbers."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from tuning.units import parse_bytes, parse_seconds

Seconds = Annotated[float, BeforeValidator(parse_seconds), Field(gt=0)]
Bytes = Annotated[int, BeforeValidator(parse_bytes), Field(gt=0)]
Count = Annotated[int, Field(ge=1)]
Direction = Literal["maximize", "minimize"]


class Part(BaseModel):
    """A part of a job: unknown keys are faults, and nothing changes later."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class Metric(Part):
    """One metric of several."""

    name: str = Field(description="Name of the metric, as the objective returns it.")
    direction: Direction = Field(description="What is better.")


class Constraint(Part):
    """A bound on a metric, for example on the number of parameters."""

    metric: str = Field(
        description="Name of the metric, as the objective returns it; of a recipe also "
        "`parameters`, `best_epoch` and `latency_ms`."
    )
    at_most: float | None = Field(None, description="Largest value that is allowed.")
    at_least: float | None = Field(None, description="Smallest value that is allowed.")

    @model_validator(mode="after")
    def _one_bound(self) -> Constraint:
        if (self.at_most is None) == (self.at_least is None):
            raise ValueError("a constraint needs either `at_most` or `at_least`.")
        return self

    @property
    def triple(self) -> tuple[str, str, float]:
        """The constraint as `SearchSettings` has it."""
        if self.at_most is not None:
            return (self.metric, "<=", self.at_most)
        return (self.metric, ">=", float(self.at_least or 0.0))


class WarmStart(Part):
    """What is known before the search."""

    study: str | None = Field(None, description="Study whose best points are tried first.")
    best: Count = Field(5, description="How many of them.")
    points: list[dict[str, Any]] = Field(
        default_factory=list, description="Known points that are tried first."
    )


class Register(Part):
    """Where the winner is registered."""

    name: str = Field(description="Name of the registered model.")
    alias: str | None = Field(None, description="Alias that points at this version.")
