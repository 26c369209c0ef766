"""The stages of a staged search: explore, exploit, refine, confirm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from tuning._names import unknown_name
from tuning.strategies import STRATEGIES, check_options


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One stage of a search.

    Attributes:
        name: What reports call it.
        strategy: Strategy of the stage; a confirming stage has none.
        options: The strategy's options.
        trials: Trials of the stage; a confirming stage counts its own.
        narrow: Number of best trials around which the space is narrowed first, or None for the
            whole space.
        margin: How far the narrowed space goes beyond them, as part of the old range.
        confirm: Number of best points that are run again, or None for a searching stage.
        repeats: How often each of them is run again, each time with another seed.

    Raises:
        ValueError: If a law is broken.

    Example:
        >>> Stage(name="confirm", confirm=3, repeats=2).count
        6
    """

    name: str
    strategy: str = "hybrid"
    options: Mapping[str, Any] = field(default_factory=dict)
    trials: int | None = None
    narrow: int | None = None
    margin: float = 0.25
    confirm: int | None = None
    repeats: int = 2

    def __post_init__(self) -> None:
        if not self.name or not isinstance(self.name, str):
            raise ValueError(f"A stage needs a name. Got {self.name!r}.")
        if self.strategy not in STRATEGIES:
            raise ValueError(unknown_name("strategy", self.strategy, STRATEGIES))
        check_options("strategy", self.strategy, self.options)
        if (self.trials is None) == (self.confirm is None):
            raise ValueError(
                f"The stage {self.name!r} needs either `trials` or `confirm`. "
                f"Got trials={self.trials}, confirm={self.confirm}."
            )
        for name in ("trials", "narrow", "confirm", "repeats"):
            value = getattr(self, name)
            if value is not None and (not isinstance(value, int) or value < 1):
                raise ValueError(f"`{name} >= 1` must hold in stage {self.name!r}. Got {value!r}.")
        if not 0 <= self.margin <= 1:
            raise ValueError(
                f"`0 <= margin <= 1` must hold in stage {self.name!r}. Got {self.margin}."
            )

    @property
    def count(self) -> int:
        """Trials of the stage."""
        return self.trials if self.trials is not None else (self.confirm or 0) * self.repeats

    def to_dict(self) -> dict[str, Any]:
        """Writes the stage in its plain form."""
        return asdict(self)

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Stage:
        """Reads a stage from its plain form.

        Raises:
            ValueError: If a key is unknown or a law is broken.
        """
        known = [one.name for one in fields(cls)]
        for key in plain:
            if key not in known:
                raise ValueError(unknown_name("key of a stage", key, known))
        if "name" not in plain:
            raise ValueError(f"A stage needs a name. Got {dict(plain)}.")
        return cls(**plain)


def read_stages(plain: Sequence[Mapping[str, Any] | Stage]) -> tuple[Stage, ...]:
    """Reads the stages of a search.

    Args:
        plain: Stages, or their plain forms.

    Raises:
        ValueError: If a stage is broken or two have one name.
    """
    stages = tuple(one if isinstance(one, Stage) else Stage.from_dict(one) for one in plain)
    names = [stage.name for stage in stages]
    if len(set(names)) != len(names):
        raise ValueError(f"Every stage needs its own name. Got {names}.")
    if stages and stages[0].confirm is not None:
        raise ValueError("The first stage must search: there is nothing to confirm yet.")
    return stages


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
