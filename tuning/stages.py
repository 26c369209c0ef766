"""The stages of a staged search: explore, exploit, refine, confirm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import Field, field_validator, model_validator

from tuning._names import unknown_name
from tuning.options import Count, Number, OptionsModel
from tuning.strategies import STRATEGIES, check_options


class Stage(OptionsModel):
    """One stage of a search.

    Raises:
        OptionsError: If an option is wrong.

    Example:
        >>> Stage(name="confirm", confirm=3, repeats=2).count
        6
    """

    name: str = Field(min_length=1, max_length=100, description="What reports call it.")
    strategy: str = Field("hybrid", description="Strategy of a searching stage.")
    options: dict[str, Any] = Field(default_factory=dict, description="The strategy's options.")
    trials: Count | None = Field(None, description="Trials; a confirming stage counts its own.")
    narrow: Count | None = Field(
        None,
        description="Number of best trials around which the space is narrowed first; the whole "
        "space by default.",
    )
    margin: Number = Field(
        0.25,
        ge=0,
        le=1,
        description="How far the narrowed space goes beyond them, as part of the old range.",
    )
    confirm: Count | None = Field(None, description="Number of best points that are run again.")
    repeats: Count = Field(
        2, description="How often each of them is run again, each time with another seed."
    )

    @field_validator("strategy")
    @classmethod
    def _known_strategy(cls, name: str) -> str:
        if name not in STRATEGIES:
            raise ValueError(unknown_name("strategy", name, STRATEGIES))
        return name

    @model_validator(mode="after")
    def _consistent(self) -> Stage:
        check_options("strategy", self.strategy, self.options)
        if (self.trials is None) == (self.confirm is None):
            raise ValueError(
                f"the stage {self.name!r} needs either `trials` or `confirm`. "
                f"Got trials={self.trials}, confirm={self.confirm}."
            )
        return self

    @property
    def count(self) -> int:
        """Trials of the stage."""
        return self.trials if self.trials is not None else (self.confirm or 0) * self.repeats

    def to_dict(self) -> dict[str, Any]:
        """Writes the stage in its plain form."""
        return self.model_dump()


def check_stages(stages: Sequence[Stage]) -> None:
    """Checks what no stage alone can say.

    Raises:
        ValueError: If two stages have one name, or the first one confirms.
    """
    names = [stage.name for stage in stages]
    if len(set(names)) != len(names):
        raise ValueError(f"Every stage needs its own name. Got {names}.")
    if stages and stages[0].confirm is not None:
        raise ValueError("The first stage must search: there is nothing to confirm yet.")


def staged(trials: int, *, confirm: int = 3, repeats: int = 2) -> tuple[Stage, ...]:
    """Divides a number of trials into the four stages.

    Args:
        trials: Trials of all stages together, at least `confirm * repeats + 6`.
        confirm: Best points that are run again.
        repeats: How often each.

    Returns:
        Explore with a third of the searching trials, exploit with half, refine with the rest;
        then confirm.

    Raises:
        ValueError: If there are too few trials.

    Example:
        >>> [(stage.name, stage.count) for stage in staged(30)]
        [('explore', 8), ('exploit', 12), ('refine', 4), ('confirm', 6)]
    """
    searching = trials - confirm * repeats
    if searching < 6:
        raise ValueError(
            f"A staged search needs at least {confirm * repeats + 6} trials, 6 of them to search. "
            f"Got trials={trials}: ask for more, or confirm fewer points."
        )
    explore, exploit = searching // 3, searching // 2
    return (
        Stage(name="explore", strategy="random", trials=explore),
        # The first stage is the model's start: nothing more is drawn at random.
        Stage(name="exploit", strategy="hybrid", options={"startup": 1}, trials=exploit),
        Stage(
            name="refine",
            strategy="hybrid",
            options={"startup": 1},
            trials=searching - explore - exploit,
            narrow=3,
            margin=0.1,
        ),
        Stage(name="confirm", confirm=confirm, repeats=repeats),
    )
