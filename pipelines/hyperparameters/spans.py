"""The arguments with which a schedule spans a training of a known number of steps.

Each function takes the peak rate, the optimizer steps and the values that a user may set.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from cookbook._ranges import INSIDE_ONE, check_range


def drops(rate: float, steps: int, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The rate times `factor` at each of the `places`, which are shares of the training."""
    # The last step at the old rate. Rounded up, here and below: the last step of all must not
    # begin another part.
    distinct = sorted(
        {max(0, math.ceil(steps * place) - 1) for place in checked_places(given["places"])}
    )
    return {
        "boundaries": distinct,
        "values": [rate * given["factor"] ** power for power in range(len(distinct) + 1)],
    }


def checked_places(places: Any) -> list[float]:
    """Shares of the training, in ascending order.

    Raises:
        ValueError: If one is not inside (0, 1), or they do not increase.
    """
    found = [places] if isinstance(places, int | float) else list(places)
    for place in found:
        check_range("schedule.places", place, INSIDE_ONE)
    if sorted(set(found)) != found or not found:
        raise ValueError(
            "`schedule.places` must increase strictly, in shares of the training. "
            f"Got {tuple(found)}: write for example [0.5, 0.75]."
        )
    return found


def cycles(rate: float, steps: int, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Triangles between a share of the peak and the peak."""
    return {
        "minimum": rate * given["minimum"],
        "maximum": rate,
        "half_cycle_steps": max(1, int(steps / (2 * given["cycles"]))),
    }


def shrinking_cycles(rate: float, steps: int, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same, whose height shrinks to `final`; the first triangle reaches the peak."""
    plain = cycles(rate, steps, given)
    factor = given["final"] ** (1 / steps)
    height = (rate - plain["minimum"]) / factor ** plain["half_cycle_steps"]
    return {**plain, "maximum": plain["minimum"] + height, "decay": factor}


def restarts(rate: float, steps: int, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """So many restarts, each part `lengthen` times as long and `lower` times as high."""
    parts = sum(given["lengthen"] ** power for power in range(given["restarts"] + 1))
    return {
        "initial_learning_rate": rate,
        "first_decay_steps": max(1, math.ceil(steps / parts)),
        "t_mul": float(given["lengthen"]),
        "m_mul": float(given["lower"]),
        "alpha": float(given["final"]),
    }


def one_cycle(rate: float, steps: int, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """A rise to the peak, then a cosine down to `final`."""
    # The rise and what follows need a step each in short trainings too.
    steps = max(2, steps)
    least = 1 / steps
    return {
        "maximum": rate,
        "total_steps": steps,
        "warmup_fraction": min(max(given["rise"], least), 1 - least),
        "start_divisor": 1 / given["start"],
        "final_divisor": 1 / given["final"],
    }


def one_cycle_linear(rate: float, steps: int, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """A linear rise, a fall of the same length, and a last part down to `final`."""
    # Rise, fall and a last step need room in short trainings too.
    steps = max(3, steps)
    rise = min(given["rise"], max(1, (steps - 1) // 2) / steps)
    return {**one_cycle(rate, steps, given), "warmup_fraction": rise}


def spall(rate: float, steps: int, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Spall's advice: a stability constant of a tenth of the steps; the first rate is the peak."""
    stability, exponent = steps * given["stability"], given["exponent"]
    return {
        "scale": rate * (1 + stability) ** exponent,
        "exponent": exponent,
        "stability": stability,
    }


def decay(rate: float, steps: int) -> dict[str, Any]:
    """A decay from the first step to the last one."""
    return {"initial_learning_rate": rate, "decay_steps": steps}
