"""The options of a search whose target is given beside them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from pipelines.jobs.objectives import OBJECTIVE_SCHEMA, read_objective
from pipelines.jobs.old_keys import with_new_keys
from tuning.options import Count, Metric, OptionsModel
from tuning.search_options import SearchOptions
from tuning.settings import SearchSettings, check_study_name
from tuning.space.forms import dimension_from
from tuning.stages import Stage, check_stages, staged
from tuning.tracking.locations import check_tracking_uri

Objective = Annotated[
    tuple[Metric, ...], BeforeValidator(read_objective), WithJsonSchema(OBJECTIVE_SCHEMA)
]


# The form decides which of the two is meant, so that a fault is about that one alone.
Stages = Annotated[
    Annotated[Literal["auto"], Tag("one word")] | Annotated[tuple[Stage, ...], Tag("the stages")],
    Discriminator(lambda value: "one word" if isinstance(value, str) else "the stages"),
]


class Register(OptionsModel):
    """Where the winner is registered."""

    name: str = Field(min_length=1, description="Name of the registered model.")
    alias: str | None = Field(None, description="Alias that points at this version.")


class JobOptions(SearchOptions):
    """How a target is searched, and how its winner is refitted."""

    params: dict[str, Any] = Field(
        default_factory=dict,
        description="Hyperparameters that are fixed instead of searched.",
    )
    space: dict[str, Any] = Field(
        default_factory=dict,
        description="Space of the function, or overrides of the recipe's: name to "
        "{int: [low, high]}, {float: [low, high]}, {choice: [...]} or {fixed: value}, with "
        "`step`, `log`, `default` and `when`.",
    )
    objective: Objective = Field(
        (),
        description="Metric that is improved, as the objective returns it: a name, a pair of "
        "name and `maximize` or `minimize`, or a list of them (Pareto).",
    )
    epochs: Count | None = Field(
        None,
        description="Most epochs of a trial; of a function the most steps that it reports.",
    )
    stages: Stages = Field((), description='"auto", or the stages of a staged search.')
    seeds: Count = Field(
        1,
        description="Seeds with which the winner and the defaults are refitted and tested, and "
        "with which `stages: auto` confirms its best points.",
    )
    average: Count = Field(
        1,
        description="How many of the best trials of a recipe are refitted and averaged into the "
        "model that is kept; the best alone is partly luck.",
    )
    folds: Annotated[Count, Field(ge=2)] | None = Field(
        None, description="Folds of cross-validation in each trial."
    )
    study: str | None = Field(None, description="Name of the study; the same name resumes it.")
    tracking: str | bool | None = Field(
        None, description="URL of the MLflow server; false for no tracking."
    )
    register_as: Register | None = Field(
        None, alias="register", description="Name and alias under which the winner is registered."
    )

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _old_keys(cls, content: Any) -> Any:
        return with_new_keys(content)

    @field_validator("study")
    @classmethod
    def _names_a_folder(cls, name: str | None) -> str | None:
        return None if name is None else check_study_name(name)

    @field_validator("tracking")
    @classmethod
    def _known_scheme(cls, tracking: Any) -> Any:
        if isinstance(tracking, str):
            check_tracking_uri(tracking)
        return tracking

    @field_validator("space")
    @classmethod
    def _readable_space(cls, space: dict[str, Any]) -> dict[str, Any]:
        for name, plain in space.items():
            dimension_from(name, plain)
        return space

    @field_validator("stages")
    @classmethod
    def _readable_stages(cls, stages: Any) -> Any:
        if stages != "auto":
            check_stages(stages)
        return stages

    @model_validator(mode="after")
    def _one_metric_for_an_average(self) -> Self:
        if self.average > 1 and len(self.objective) > 1:
            raise ValueError(
                "`average` is of the trials that are best by one metric. Got "
                f"average={self.average} and {len(self.objective)} objectives: leave one of them."
            )
        return self

    @model_validator(mode="after")
    def _enough_for_stages(self) -> Self:
        self._stages()
        return self

    def _stages(self) -> tuple[Stage, ...]:
        if self.stages != "auto":
            self._check_sum()
            return self.stages
        if self.trials is None:
            raise ValueError(
                "`stages: auto` divides a number of trials, also where `timeout` may end them "
                "earlier. Got no `trials`: give them."
            )
        return staged(self.trials, repeats=max(2, self.seeds))

    def _check_sum(self) -> None:
        total = sum(stage.count for stage in self.stages if isinstance(stage, Stage))
        if self.stages and self.trials not in (None, total):
            raise ValueError(
                "`trials` and a list of `stages` exclude each other: every stage has its own "
                f"trials. Got trials={self.trials} and stages of {total} in all: change theirs, or "
                "write `stages: auto`, which divides `trials`."
            )

    @property
    def registration(self) -> dict[str, Any]:
        """`register` and `alias` of the winner's model, or nothing."""
        where = self.register_as
        return {} if where is None else {"register": where.name, "alias": where.alias}

    def settings(
        self,
        *,
        study: str,
        metrics: Sequence[tuple[str, str]] = (),
        budget: int | None = None,
        root: str | Path = "mlruns",
    ) -> SearchSettings:
        """The settings of the search: the job's own, and of the target what the job leaves open.

        Args:
            study: Name of the study.
            metrics: What is improved.
            budget: Most epochs of a trial.
            root: Folder of the embedded store.

        Raises:
            OptionsError: If options exclude each other.
        """
        shared = {name: getattr(self, name) for name in SearchOptions.model_fields}
        stages = self._stages()
        return SearchSettings(
            **shared | {"trials": None if stages else self.trials},
            study=self.study or study,
            metrics=self.objective or tuple(metrics),
            # The folds are the steps that a pruner sees; epochs are inside of them.
            budget=self.folds or self.epochs or budget,
            stages=stages,
            root=Path(root),
        )
