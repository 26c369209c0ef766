"""Jobs: everything about a search as one YAML file, checked before anything heavy is imported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from pipelines.jobs.faults import explain
from pipelines.jobs.fields import (
    Bytes,
    Constraint,
    Count,
    Direction,
    Metric,
    Part,
    Register,
    Seconds,
    WarmStart,
)
from pipelines.jobs.rules import check_together
from pipelines.jobs.yaml_lines import Document, read_document
from tuning._names import unknown_name
from tuning.errors import JobError
from tuning.settings import SearchSettings
from tuning.space.forms import dimension_from
from tuning.space.space import Space
from tuning.stages import Stage, read_stages, staged
from tuning.strategies import PRUNERS, STRATEGIES, check_options, default_pruner


class Job(Part):
    """Everything about one search.

    Either `recipe` or `function` says what is searched; a recipe brings its own space, metric
    and number of epochs, which the job may override.

    Example:
        >>> job = Job(recipe="digits-cnn", trials=12, trial_timeout="2min")
        >>> job.trial_timeout, job.strategy
        (120.0, 'hybrid')
    """

    recipe: str | None = Field(None, description="Name of a recipe of the cookbook.")
    function: str | None = Field(
        None, description='Any objective as "module:attribute".', pattern=r"^[\w.]+:[\w.]+$"
    )
    data: dict[str, Any] | str | None = Field(
        None, description="Data of the recipe, when they are not its own."
    )
    set: dict[str, Any] = Field(
        default_factory=dict, description="Parameters that are fixed instead of searched."
    )
    space: dict[str, Any] = Field(
        default_factory=dict,
        description="Space of the function, or overrides of the recipe's: name to "
        "{int: [low, high]}, {float: [low, high]}, {choice: [...]} or {fixed: value}, with "
        "`step`, `log`, `default` and `when`.",
    )
    study: str | None = Field(None, description="Name of the study; the same name resumes it.")
    storage: str | None = Field(None, description="URL of the store of studies.")
    tracking: str | bool | None = Field(
        None, description="URL of the MLflow server; false for no tracking."
    )
    strategy: str = Field("hybrid", description=f"One of {', '.join(STRATEGIES)}.")
    strategy_options: dict[str, Any] = Field(default_factory=dict)
    pruner: str | None = Field(
        None,
        description=f"One of {', '.join(PRUNERS)}; by default {default_pruner(1)}, with several "
        f"metrics {default_pruner(2)}.",
    )
    pruner_options: dict[str, Any] = Field(default_factory=dict)
    stages: Literal["auto"] | list[dict[str, Any]] = Field(
        default_factory=list, description='"auto", or the stages of a staged search.'
    )
    trials: Count | None = Field(None, description="Trials of the study in the end.")
    epochs: Count | None = Field(None, description="Most epochs of a trial; same as `budget`.")
    budget: Count | None = Field(None, description="Most steps of a trial, as reported.")
    trial_timeout: Seconds | None = Field(None, description="Time limit of a trial.")
    timeout: Seconds | None = Field(None, description="Time limit of the search.")
    workers: Count | None = Field(None, description="Worker processes; one per core by default.")
    threads: Count = Field(1, description="Threads of each worker.")
    memory_limit: Bytes | None = Field(None, description="Memory limit of a trial, as 2GB.")
    recycle_after: Count = Field(200, description="Trials after which a worker is replaced.")
    recycle_growth: Bytes = Field(
        250 * 10**6, description="Growth at which a worker is replaced, as 250MB."
    )
    retries: int = Field(1, ge=0, description="How often a lost trial is started again.")
    seed: int = Field(0, ge=0, lt=2**32, description="Seed of everything; 0 is a seed.")
    seeds: Count = Field(
        1,
        description="Seeds with which the winner and the defaults are refitted and tested, and "
        "with which `stages: auto` confirms its best points.",
    )
    metric: str | None = Field(None, description="The metric, as the objective returns it.")
    direction: Direction | None = Field(None, description="What is better.")
    metrics: list[Metric] = Field(default_factory=list, description="Several metrics (Pareto).")
    winner: Literal["first", "knee"] = Field(
        "first",
        description="Trial of the Pareto front that is refitted: the best in the first metric, "
        "or the one nearest to the best of every metric.",
    )
    constraints: list[Constraint] = Field(default_factory=list)
    patience: Count | None = Field(
        None, description="Ends the search when nothing improved in so many trials."
    )
    warm_start: WarmStart | None = None
    folds: Annotated[int, Field(ge=2)] | None = Field(
        None, description="Folds of cross-validation in each trial."
    )
    register_as: Register | None = Field(None, alias="register")

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

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
            read_stages(stages)
        return stages

    @model_validator(mode="after")
    def _consistent(self) -> Job:
        check_together(self)
        check_options("strategy", self.strategy, self.strategy_options)
        pruner = self.pruner or default_pruner(len(self.metrics))
        check_options("pruner", pruner, self.pruner_options)
        if self.stages == "auto":
            self._stages()
        return self

    def _stages(self) -> tuple[Stage, ...]:
        if self.stages != "auto":
            return read_stages(self.stages)
        return staged(self.trials or 0, repeats=max(2, self.seeds))

    @property
    def registration(self) -> dict[str, Any]:
        """`register` and `alias` of the winner's model, or nothing."""
        where = self.register_as
        return {} if where is None else {"register": where.name, "alias": where.alias}

    def search_space(self, base: Space | None = None) -> Space:
        """The space that is searched.

        Args:
            base: Space of a `build(hp)` function; None for another one, whose space is the job's.

        Raises:
            ValueError: If an override or a fixed parameter is not in the space.
        """
        space = Space(self.space) if base is None else base.override(self.space)
        return space.override({name: {"fixed": value} for name, value in self.set.items()})

    def search_settings(
        self,
        *,
        study: str | None = None,
        metrics: Sequence[tuple[str, str]] = (),
        budget: int | None = None,
        root: str | Path = "mlruns",
        storage: str | None = None,
    ) -> SearchSettings:
        """The settings of the search.

        Args:
            study: Name of the study when the job has none.
            metrics: Metrics of the recipe, when the job has none.
            budget: Most epochs of the recipe, when the job has none.
            root: Folder of the embedded store.
            storage: Store when the job has none.

        Raises:
            ValueError: If a law of `SearchSettings` is broken.
        """
        warm = self.warm_start or WarmStart()
        stages = self._stages()
        chosen: Sequence[tuple[str, str]] = metrics
        if self.metrics:
            chosen = [(metric.name, metric.direction) for metric in self.metrics]
        elif self.metric is not None and self.direction is not None:
            chosen = [(self.metric, self.direction)]
        return SearchSettings(
            study=self.study or study or self.recipe or str(self.function).replace(":", "."),
            storage=self.storage or storage,
            root=root,
            trials=None if stages else self.trials,
            strategy=self.strategy,
            strategy_options=self.strategy_options,
            pruner=self.pruner,
            pruner_options=self.pruner_options,
            metrics=chosen,
            seed=self.seed,
            # The folds are the steps that a pruner sees; epochs are inside of them.
            budget=self.folds or self.epochs or self.budget or budget,
            workers=self.workers,
            threads_per_worker=self.threads,
            trial_timeout=self.trial_timeout,
            timeout=self.timeout,
            memory_limit=self.memory_limit,
            recycle_after=self.recycle_after,
            recycle_growth=self.recycle_growth,
            retries=self.retries,
            patience=self.patience,
            constraints=[constraint.triple for constraint in self.constraints],
            points=warm.points,
            source_study=warm.study,
            source_points=warm.best,
            stages=[stage.to_dict() for stage in stages],
            winner=self.winner,
        )


def load_job(path: str | Path, *, overrides: Mapping[str, Any] | None = None) -> Job:
    """Reads and checks a job.

    Args:
        path: A YAML file.
        overrides: Keys that replace the file's, for example from the command line.

    Returns:
        The job; a job without `study` is named after its file.

    Raises:
        JobError: If the file is broken; every message begins with `file:line:`.
    """
    document = read_document(path)
    content = {**document.content, **(overrides or {})}
    content.setdefault("study", Path(path).stem)
    return check_job(content, document)


def check_job(content: Mapping[str, Any], document: Document | None = None) -> Job:
    """Checks the keys and values of a job.

    Args:
        content: Keys to values.
        document: Where they stand, for messages.

    Raises:
        JobError: If something is wrong; one line for each fault.
    """
    try:
        return Job.model_validate(dict(content))
    except ValidationError as error:
        raise JobError(explain(error, document, _keys_at)) from None


def _keys_at(place: tuple[int | str, ...]) -> list[str]:
    parts: dict[str, type[BaseModel]] = {
        "metrics": Metric,
        "constraints": Constraint,
        "warm_start": WarmStart,
        "register": Register,
    }
    model = parts.get(str(place[0]), Job) if place else Job
    return [field.alias or name for name, field in model.model_fields.items()]


def job_schema() -> dict[str, Any]:
    """The JSON schema of a job, for completion in editors."""
    schema = Job.model_json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "Keras Cookbook tuning job",
    }
