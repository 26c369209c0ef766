"""Optimizer and schedule of a training, from its options."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import keras

from cookbook._names import unknown_name
from cookbook.optimizers.registry import NO_DECAY, make_optimizer
from cookbook.schedules.registry import make_schedule
from pipelines.hyperparameters.options import TrainingOptions


def _cycles(rate: float, steps: int) -> Mapping[str, Any]:
    """Four triangles between a tenth of the peak and the peak."""
    return {"minimum": rate / 10, "maximum": rate, "half_cycle_steps": max(1, steps // 8)}


def _shrinking_cycles(rate: float, steps: int) -> Mapping[str, Any]:
    """The same, whose height shrinks to a hundredth; the first triangle reaches the peak."""
    cycles = _cycles(rate, steps)
    decay = 0.01 ** (1 / steps)
    height = (rate - cycles["minimum"]) / decay ** cycles["half_cycle_steps"]
    return {**cycles, "maximum": cycles["minimum"] + height, "decay": decay}


def _spall(rate: float, steps: int) -> Mapping[str, Any]:
    """Spall's advice: a stability constant of a tenth of the steps; the first rate is the peak."""
    stability = steps / 10
    exponent = 0.602
    scale = rate * (1 + stability) ** exponent
    return {"scale": scale, "exponent": exponent, "stability": stability}


# How a schedule spans a whole training: peak rate and number of steps to its arguments.
_SPANS: Mapping[str, Callable[[float, int], Mapping[str, Any]]] = {
    "step": lambda rate, steps: {
        "initial_learning_rate": rate,
        # Rounded up, here and below: the last step must not begin another part.
        "decay_steps": -(-steps // 3),
        "decay_rate": 0.1,
    },
    "exponential": lambda rate, steps: {
        "initial_learning_rate": rate,
        "decay_steps": steps,
        "decay_rate": 0.01,
    },
    "inverse_time": lambda rate, steps: {
        "initial_learning_rate": rate,
        "decay_steps": max(1, steps // 10),
    },
    "polynomial": lambda rate, steps: {"initial_learning_rate": rate, "decay_steps": steps},
    "cosine": lambda rate, steps: {"initial_learning_rate": rate, "decay_steps": steps},
    "cosine_restarts": lambda rate, steps: {
        "initial_learning_rate": rate,
        # 1 + 2 + 4 parts fill the training.
        "first_decay_steps": -(-steps // 7),
    },
    # He et al. 2016: a tenth after the half, a hundredth after three quarters.
    "piecewise": lambda rate, steps: {
        "boundaries": (max(1, steps // 2), max(2, 3 * steps // 4)),
        "values": (rate, rate / 10, rate / 100),
    },
    "triangular": _cycles,
    "triangular2": _cycles,
    "exp_range": _shrinking_cycles,
    "one_cycle": lambda rate, steps: {"maximum": rate, "total_steps": steps},
    "one_cycle_linear": lambda rate, steps: {
        "maximum": rate,
        "total_steps": steps,
        # Rise, fall and a last step need room in short trainings too.
        "warmup_fraction": min(0.45, max(1, (steps - 1) // 2) / steps),
    },
    # The last fifth falls to zero.
    "cooldown": lambda rate, steps: {
        "schedule": rate,
        "steps": max(1, steps // 5),
        "total_steps": steps,
    },
    "spall_gain": _spall,
}

NOT_SPANNED: Mapping[str, str] = {
    "warmup": "the option `warmup` puts it before any schedule",
    "warmup_cooldown": "`cooldown` with the option `warmup`",
    "plateau": "needs the LowerOnPlateau callback: it follows a metric, not the steps",
    "one_cycle_momentum": "a schedule of the momentum, for optimizers that read one",
}
"""Schedules of the registry that no training option names, and why."""

SCHEDULE_NAMES = ("constant", *_SPANS)


def build_schedule(
    options: TrainingOptions, *, total_steps: int
) -> float | keras.optimizers.schedules.LearningRateSchedule:
    """The learning rate of a training that takes `total_steps` optimizer steps.

    Args:
        options: Names the schedule, its peak and the share of warm-up.
        total_steps: Optimizer steps of the whole training, at least 1.

    Returns:
        A number or a Keras schedule.

    Raises:
        ValueError: If the schedule is unknown.

    Example:
        >>> options = TrainingOptions(schedule="cosine", learning_rate=0.1)
        >>> rate = build_schedule(options, total_steps=100)
        >>> round(float(rate(50)), 3)
        0.05
    """
    if options.schedule not in SCHEDULE_NAMES:
        raise ValueError(unknown_name("schedule", options.schedule, SCHEDULE_NAMES))
    warmup = int(options.warmup * total_steps)
    rate: Any = options.learning_rate
    if options.schedule != "constant":
        arguments = _SPANS[options.schedule](rate, max(1, total_steps - warmup))
        rate = make_schedule(options.schedule, **arguments)
    if warmup:
        rate = make_schedule("warmup", schedule=rate, steps=warmup)
    return rate


def build_optimizer(
    options: TrainingOptions, model: keras.Model, *, total_steps: int
) -> keras.optimizers.Optimizer:
    """The optimizer of a training; biases and normalisation scales are not decayed.

    Args:
        options: Names the optimizer and its settings.
        model: The model it will train; built.
        total_steps: Optimizer steps of the whole training.

    Returns:
        An optimizer built for the model.

    Raises:
        ValueError: If the optimizer or the schedule is unknown.
    """
    arguments: dict[str, Any] = {}
    if options.weight_decay:
        arguments["weight_decay"] = options.weight_decay
    if options.clip_norm:
        arguments["global_clipnorm"] = options.clip_norm
    if options.ema:
        arguments |= {"use_ema": True, "ema_momentum": options.ema}
    optimizer = make_optimizer(
        options.optimizer,
        learning_rate=build_schedule(options, total_steps=total_steps),
        **arguments,
    )
    if optimizer.weight_decay:
        optimizer.exclude_from_weight_decay(var_names=list(NO_DECAY))
    optimizer.build(model.trainable_variables)
    return optimizer
