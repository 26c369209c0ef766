"""Everything about the search of one study but its objective and its space."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

from pydantic import Field, field_validator, model_validator

from tuning.options import MAXIMIZE, Count, Metric, Number
from tuning.search_options import SearchOptions
from tuning.stages import Stage, check_stages
from tuning.strategies import check_options, default_pruner

_COLUMNS = frozenset({"number", "params", "state", "trial"})
_NAME_LENGTH = 200  # a folder has the name of its study, and takes 255 bytes


class SearchSettings(SearchOptions):
    """A search of one study.

    Raises:
        OptionsError: A `ValueError` with one line for each option that is wrong.

    Example:
        >>> settings = SearchSettings(study="digits", trials=20, metrics=[("loss", "minimize")],
        ...                           trial_timeout="2min", memory_limit="2GB")
        >>> settings.trial_timeout, settings.memory_limit
        (120.0, 2000000000)
        >>> SearchSettings(study="digits", trials=20, metrics=[("loss", "minimise")])
        Traceback (most recent call last):
        ...
        tuning.faults.OptionsError: No direction named 'minimise'. Did you mean 'minimize'? Known: maximize, minimize.
    """  # noqa: E501 - the message is one line

    study: str = Field(description="Name; the same name in the same store is the same study.")
    metrics: tuple[Metric, ...] = Field(
        description="Names with `maximize` or `minimize`. The first drives pruning; several of "
        "them search the Pareto front.",
    )
    budget: Count | None = Field(None, description="Most steps (epochs) of a trial, as reported.")
    stages: tuple[Stage, ...] = Field((), description="Stages of a staged search.")
    root: Path = Field(
        Path("mlruns"), description="Folder of the embedded store and of the trials' files."
    )
    checkpoints: Path | None = Field(
        None,
        description="Folder that all machines of the search see: there a trial leaves the file "
        "from which it goes on when its process dies. None: it begins anew.",
    )
    spent: Number = Field(
        0.0,
        ge=0,
        description="Seconds of `timeout` that are over when the search begins, of a job that "
        "several workers search one after the other.",
    )
    facts: dict[str, Any] | None = Field(
        None,
        description="What decides the numbers of a trial beside space and metrics, name to plain "
        "value; a study that exists is opened with the same facts only. None for those that are "
        "known here: seed, budget and constraints.",
    )

    @field_validator("study")
    @classmethod
    def _names_a_folder(cls, name: str) -> str:
        return check_study_name(name)

    @field_validator("metrics", mode="before")
    @classmethod
    def _pairs(cls, metrics: Any) -> Any:
        # A text is a sequence too, and no metric by itself.
        listed = isinstance(metrics, tuple | list)
        for metric in metrics if listed else (metrics,):
            if not isinstance(metric, tuple | list) or len(metric) != 2:
                raise ValueError(
                    "`metrics` needs pairs of a name and a direction, as in "
                    f'(("val_loss", "minimize"),). Got {metric!r}.'
                )
        if not metrics:
            raise ValueError("`metrics` needs at least one metric, each once. Got none.")
        return metrics

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.pruner is None:
            # The one place where an option depends on another one; frozen from here on.
            object.__setattr__(self, "pruner", default_pruner(len(self.metrics)))
            check_options("pruner", str(self.pruner), self.pruner_options)
        check_stages(self.stages)
        self._check_several_metrics()
        if self.trials is not None and self.stages:
            raise ValueError(
                "`trials` and `stages` exclude each other: every stage has its own trials. "
                f"Got trials={self.trials}."
            )
        if self.ends_by_time and self.timeout is None:
            raise ValueError(
                f"`trials` or `timeout` is needed: the strategy {self.strategy!r} never ends by "
                "itself."
            )
        return self

    def _check_several_metrics(self) -> None:
        names = [metric.name for metric in self.metrics]
        if len(set(names)) != len(names):
            raise ValueError(f"`metrics` needs at least one metric, each once. Got {names}.")
        if taken := _COLUMNS.intersection(names):
            raise ValueError(
                f"{', '.join(sorted(_COLUMNS))} are columns of every table of trials. Got metrics="
                f"{names}: call {', '.join(sorted(taken))} otherwise."
            )
        if len(names) > 1 and self.pruner == "hyperband":
            raise ValueError(
                "The pruner 'hyperband' compares one metric. "
                f"Got {len(names)} metrics: use 'halving', 'median' or 'none'."
            )
        confirming = [stage.name for stage in self.stages if stage.confirm is not None]
        if len(names) > 1 and confirming:
            raise ValueError(
                f"The stage {confirming[0]!r} confirms the best points of one metric. "
                f"Got {len(names)} metrics: search with one of them and bound the others by "
                "constraints, or leave the stage out."
            )

    @property
    def url(self) -> str:
        """The store's URL, the embedded one when none is given."""
        return self.storage or f"sqlite:///{self.root.resolve() / 'studies.db'}"

    @property
    def directory(self) -> Path:
        """Folder of the study's files."""
        return self.root.resolve() / "studies" / self.study

    @property
    def study_checkpoints(self) -> Path | None:
        """Folder of all files from which trainings of the study go on, or None."""
        return None if self.checkpoints is None else self.checkpoints.resolve() / self.study

    def checkpoints_of(self, trial: int) -> str | None:
        """Folder of the files from which a trial goes on, or None."""
        folder = self.study_checkpoints
        return None if folder is None else str(folder / f"{trial:05d}")

    @property
    def total(self) -> int | None:
        """Trials of all stages together, or None while unknown."""
        return sum(stage.count for stage in self.stages) if self.stages else self.trials

    @property
    def maximize(self) -> bool:
        """Whether the first metric grows to the better."""
        return self.metrics[0].direction == MAXIMIZE

    @property
    def ends_by_time(self) -> bool:
        """Whether there is no number of trials, so that `timeout` alone ends the search."""
        return self.total is None and self.strategy != "grid"

    def is_over(self, seconds: float) -> bool:
        """Whether the `timeout` is over.

        Args:
            seconds: Since the search began.

        Example:
            >>> metrics = [("loss", "minimize")]
            >>> found = SearchSettings(study="s", metrics=metrics, trials=9, timeout=60, spent=50)
            >>> found.is_over(9.0), found.is_over(11.0)
            (False, True)
        """
        return self.timeout is not None and self.spent + seconds > self.timeout

    def reaches(self, value: float | None) -> bool:
        """Whether a value of the first metric is as good as `stop_at` asks for.

        Args:
            value: The value, or None without one.

        Example:
            >>> metrics = [("loss", "minimize")]
            >>> found = SearchSettings(study="s", metrics=metrics, trials=9, stop_at=0.1)
            >>> found.reaches(0.1), found.reaches(0.2)
            (True, False)
        """
        if value is None or self.stop_at is None:
            return False
        return value >= self.stop_at if self.maximize else value <= self.stop_at

    @property
    def returned(self) -> list[str]:
        """Names that the objective must return: the metrics and those that are constrained."""
        return [metric.name for metric in self.metrics] + [c.metric for c in self.constraints]

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
        plain = self.model_dump(exclude={"storage", "facts", "checkpoints", "spent"})
        plain["root"] = str(self.root)
        for name in ("metrics", "constraints"):
            plain[name] = [list(item) for item in plain[name]]
        return {**plain, "total": self.total}


def check_study_name(name: str) -> str:
    """Refuses a name of a study that cannot also name a folder.

    Raises:
        ValueError: If it is empty, too long, or has a slash, a control character, or a dot in
            front.
    """
    if not name or "/" in name or "\\" in name or name.startswith(".") or not name.isprintable():
        raise ValueError(
            "`study` must be a name that can also name a folder: not empty, no slash, no control "
            f"character, no dot in front. Got {name[:_NAME_LENGTH]!r}."
        )
    if len(name.encode("utf-8", "replace")) > _NAME_LENGTH:
        raise ValueError(
            f"`study` must be a name of at most {_NAME_LENGTH} bytes, as it also names a folder. "
            f"Got {len(name)} characters, {name[:40]!r}..."
        )
    return name
