"""How a schedule of the learning rate spans a whole training, and what of it can be set."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cookbook._ranges import (
    AT_LEAST_ONE,
    INSIDE_ONE,
    NOT_NEGATIVE,
    POSITIVE,
    PROBABILITY,
    UP_TO_ONE,
    Range,
)
from cookbook.schedules.registry import make_schedule
from pipelines.hyperparameters import spans

if TYPE_CHECKING:
    import keras

# Peak rate, number of steps and the parameters to the arguments of the schedule.
Span = Callable[[float, int, Mapping[str, Any]], Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class SpannedSchedule:
    """A schedule that a training can follow.

    Attributes:
        makes: Name in `cookbook.schedules`.
        span: What the schedule is made with.
        parameters: What can be set as `schedule.<name>`, with the values that apply otherwise.
            Rates are shares of the peak rate, times are shares of the training or epochs.
        ranges: Ranges of these values.
    """

    makes: str
    span: Span
    parameters: Mapping[str, Any] = field(default_factory=dict)
    ranges: Mapping[str, Range] = field(default_factory=dict)


_CYCLE_RANGES = {"minimum": PROBABILITY, "cycles": POSITIVE}
_ONE_CYCLE = {"rise": 0.3, "start": 1 / 25.0, "final": 1 / 250_000.0}
_ONE_CYCLE_RANGES = {"rise": INSIDE_ONE, "start": UP_TO_ONE, "final": UP_TO_ONE}
_PLATEAU = {"factor": 0.1, "patience": 10, "min_delta": 1e-4, "cooldown": 0, "minimum": 0.0}

SPANNED: Mapping[str, SpannedSchedule] = {
    "step": SpannedSchedule(
        makes="piecewise",
        span=spans.drops,
        parameters={"factor": 0.1, "places": (1 / 3, 2 / 3)},
        ranges={"factor": INSIDE_ONE},
    ),
    # He et al. 2016: a tenth after the half, a hundredth after three quarters.
    "piecewise": SpannedSchedule(
        makes="piecewise",
        span=spans.drops,
        parameters={"factor": 0.1, "places": (0.5, 0.75)},
        ranges={"factor": INSIDE_ONE},
    ),
    "exponential": SpannedSchedule(
        makes="exponential",
        span=lambda rate, steps, given: {**spans.decay(rate, steps), "decay_rate": given["final"]},
        parameters={"final": 0.01},
        ranges={"final": UP_TO_ONE},
    ),
    "inverse_time": SpannedSchedule(
        makes="inverse_time",
        span=lambda rate, steps, given: {
            **spans.decay(rate, steps),
            "decay_rate": 1 / given["final"] - 1,
        },
        parameters={"final": 1 / 11},
        ranges={"final": UP_TO_ONE},
    ),
    "polynomial": SpannedSchedule(
        makes="polynomial",
        span=lambda rate, steps, given: {
            **spans.decay(rate, steps),
            "end_learning_rate": rate * given["final"],
            "power": float(given["power"]),
        },
        parameters={"final": 0.0, "power": 1.0},
        ranges={"final": PROBABILITY, "power": POSITIVE},
    ),
    "cosine": SpannedSchedule(
        makes="cosine",
        span=lambda rate, steps, given: {
            **spans.decay(rate, steps),
            "alpha": float(given["final"]),
        },
        parameters={"final": 0.0},
        ranges={"final": PROBABILITY},
    ),
    # Two restarts: 1 + 2 + 4 parts fill the training.
    "cosine_restarts": SpannedSchedule(
        makes="cosine_restarts",
        span=spans.restarts,
        parameters={"restarts": 2, "lengthen": 2.0, "lower": 1.0, "final": 0.0},
        ranges={
            "restarts": NOT_NEGATIVE,
            "lengthen": AT_LEAST_ONE,
            "lower": UP_TO_ONE,
            "final": PROBABILITY,
        },
    ),
    "triangular": SpannedSchedule(
        makes="triangular",
        span=spans.cycles,
        parameters={"minimum": 0.1, "cycles": 4},
        ranges=_CYCLE_RANGES,
    ),
    "triangular2": SpannedSchedule(
        makes="triangular2",
        span=spans.cycles,
        parameters={"minimum": 0.1, "cycles": 4},
        ranges=_CYCLE_RANGES,
    ),
    "exp_range": SpannedSchedule(
        makes="exp_range",
        span=spans.shrinking_cycles,
        parameters={"minimum": 0.1, "cycles": 4, "final": 0.01},
        ranges={**_CYCLE_RANGES, "final": UP_TO_ONE},
    ),
    "one_cycle": SpannedSchedule(
        makes="one_cycle", span=spans.one_cycle, parameters=_ONE_CYCLE, ranges=_ONE_CYCLE_RANGES
    ),
    "one_cycle_linear": SpannedSchedule(
        makes="one_cycle_linear",
        span=spans.one_cycle_linear,
        parameters={**_ONE_CYCLE, "rise": 0.45},
        ranges={**_ONE_CYCLE_RANGES, "rise": Range(low=0.0, high=0.5, low_open=True)},
    ),
    # The last fifth falls to zero.
    "cooldown": SpannedSchedule(
        makes="cooldown",
        span=lambda rate, steps, given: {
            "schedule": rate,
            "steps": max(1, int(steps * given["share"])),
            "total_steps": steps,
        },
        parameters={"share": 0.2},
        ranges={"share": INSIDE_ONE},
    ),
    "spall_gain": SpannedSchedule(
        makes="spall_gain",
        span=spans.spall,
        parameters={"exponent": 0.602, "stability": 0.1},
        ranges={"exponent": POSITIVE, "stability": NOT_NEGATIVE},
    ),
    # The training adds the callback that lowers it: see `pipelines.training.experiment`.
    "plateau": SpannedSchedule(
        makes="plateau",
        span=lambda rate, _, __: {"schedule": rate},
        parameters=_PLATEAU,
        ranges={
            "factor": INSIDE_ONE,
            "patience": AT_LEAST_ONE,
            "min_delta": NOT_NEGATIVE,
            "cooldown": NOT_NEGATIVE,
            "minimum": PROBABILITY,
        },
    ),
    # The rate of `one_cycle`; the momentum goes the other way between `low` and `high`.
    "one_cycle_momentum": SpannedSchedule(
        makes="one_cycle",
        span=spans.one_cycle,
        parameters={**_ONE_CYCLE, "low": 0.85, "high": 0.95},
        ranges=_ONE_CYCLE_RANGES,
    ),
}

NOT_SPANNED: Mapping[str, str] = {
    "warmup": "the option `warmup` puts it before any schedule",
    "warmup_cooldown": "`cooldown` with the option `warmup`",
}
"""Schedules of the registry that no training option names, and why."""

SCHEDULE_NAMES = ("constant", *SPANNED)


def spanned_schedule(
    name: str, rate: float, steps: int, parameters: Mapping[str, Any]
) -> float | keras.optimizers.schedules.LearningRateSchedule:
    """The learning rate of a training that takes `steps` steps.

    Args:
        name: One of `SCHEDULE_NAMES`.
        rate: Its highest rate, > 0.
        steps: Optimizer steps, at least 1.
        parameters: Values of the schedule's own parameters that are not the usual ones.

    Returns:
        A number or a Keras schedule.

    Example:
        >>> rate = spanned_schedule("cosine", 0.1, 100, {"final": 0.5})
        >>> round(float(rate(100)), 3)
        0.05
    """
    if name == "constant":
        return rate
    row = SPANNED[name]
    return make_schedule(row.makes, **row.span(rate, steps, {**row.parameters, **parameters}))


def momentum_schedule(steps: int, parameters: Mapping[str, Any]) -> Any:
    """The momentum beside the rate of `one_cycle_momentum`."""
    row = SPANNED["one_cycle_momentum"]
    given = {**row.parameters, **parameters}
    fraction = row.span(1.0, steps, given)["warmup_fraction"]
    return make_schedule(
        "one_cycle_momentum",
        low=float(given["low"]),
        high=float(given["high"]),
        total_steps=steps,
        warmup_fraction=fraction,
    )


def parameter_names(name: str) -> Sequence[str]:
    """What can be set of a schedule.

    Example:
        >>> parameter_names("piecewise")
        ['factor', 'places']
    """
    return list(SPANNED[name].parameters) if name in SPANNED else []
