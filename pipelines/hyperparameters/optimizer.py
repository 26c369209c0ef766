"""Optimizer and schedule of a training, from its options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras

from cookbook.optimizers.registry import NO_DECAY, OPTIMIZERS, make_optimizer
from cookbook.schedules.registry import make_schedule
from pipelines.hyperparameters.options import TrainingOptions
from pipelines.hyperparameters.schedules import SPANNED, momentum_schedule, spanned_schedule
from pipelines.hyperparameters.updates import WHOLE

# Optimizers with momentum, to those whose momentum follows a schedule and its argument there.
_SCHEDULED: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(
        ("sgd", "momentum", "nesterov", "scheduled_sgd"), ("scheduled_sgd", "momentum")
    ),
    **dict.fromkeys(("adam", "scheduled_adam"), ("scheduled_adam", "beta_1")),
}


def build_schedule(
    options: TrainingOptions, *, total_steps: int
) -> float | keras.optimizers.schedules.LearningRateSchedule:
    """The learning rate of a training that takes `total_steps` optimizer steps.

    Args:
        options: Names the schedule, its parameters, its peak and the share of warm-up.
        total_steps: Optimizer steps of the whole training, at least 1.

    Returns:
        A number or a Keras schedule.

    Example:
        >>> options = TrainingOptions(schedule="cosine", learning_rate=0.1)
        >>> rate = build_schedule(options, total_steps=100)
        >>> round(float(rate(50)), 3)
        0.05
    """
    warmup = int(options.warmup * total_steps)
    rate: Any = spanned_schedule(
        options.schedule,
        options.learning_rate,
        max(1, total_steps - warmup),
        options.of("schedule"),
    )
    if not warmup:
        return rate
    if options.schedule == "plateau":
        # The callback lowers what the optimizer follows: the whole, warm-up included.
        inner = make_schedule("warmup", schedule=options.learning_rate, steps=warmup)
        return make_schedule("plateau", schedule=inner)
    return make_schedule("warmup", schedule=rate, steps=warmup)


def _own_decays(name: str) -> list[str]:
    """Arguments by which an optimizer decays weights unless they are given."""
    entry = OPTIMIZERS[name]
    known = {**entry.parameters, **entry.defaults}
    return [argument for argument in ("weight_decay", "adam_weight_decay") if known.get(argument)]


def optimizer_arguments(
    options: TrainingOptions, *, total_steps: int
) -> tuple[str, dict[str, Any]]:
    """Name of a training's optimizer in `cookbook.optimizers`, and its arguments.

    Args:
        options: Names the optimizer and its settings.
        total_steps: Optimizer steps of the whole training.

    Raises:
        ValueError: If the momentum of an optimizer without any is to follow a schedule.
    """
    arguments: dict[str, Any] = dict(options.of("optimizer"))
    if options.weight_decay:
        arguments["weight_decay"] = options.weight_decay
    elif "weight_decay" in options.given:
        arguments = {**dict.fromkeys(_own_decays(options.optimizer), 0.0), **arguments}
    if options.clip_norm:
        arguments["global_clipnorm"] = options.clip_norm
    if options.ema:
        arguments |= {"use_ema": True, "ema_momentum": options.ema}
    name = options.optimizer
    if options.schedule == "one_cycle_momentum":
        if name not in _SCHEDULED:
            raise ValueError(
                "The schedule one_cycle_momentum moves the momentum of: "
                f"{', '.join(sorted(_SCHEDULED))}. Got optimizer={name!r}: take one of these, or "
                "the schedule one_cycle."
            )
        nesterov = {"nesterov": True} if name == "nesterov" else {}
        name, momentum = _SCHEDULED[name]
        moving = {momentum: momentum_schedule(total_steps, options.of("schedule"))}
        arguments = {**nesterov, **arguments, **moving}
    return name, {"learning_rate": build_schedule(options, total_steps=total_steps), **arguments}


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
        ValueError: If the momentum of an optimizer without any is to follow a schedule.
    """
    if options.optimizer in WHOLE:
        # The trainer finds the steps itself; a model is compiled with an optimizer nevertheless.
        return make_optimizer("sgd", learning_rate=options.learning_rate)
    name, arguments = optimizer_arguments(options, total_steps=total_steps)
    optimizer = make_optimizer(name, **arguments)
    if optimizer.weight_decay:
        optimizer.exclude_from_weight_decay(var_names=list(NO_DECAY))
    optimizer.build(model.trainable_variables)
    return optimizer


def schedule_callbacks(
    options: TrainingOptions, *, metric: str, direction: str
) -> list[keras.callbacks.Callback]:
    """What a schedule needs that follows a metric and not the steps.

    Args:
        options: Names the schedule.
        metric: The metric that is watched.
        direction: `"maximize"` or `"minimize"`.
    """
    if options.schedule != "plateau" or options.optimizer in WHOLE:
        return []
    from cookbook.schedules.plateau import LowerOnPlateau

    given = {**SPANNED["plateau"].parameters, **options.of("schedule")}
    return [
        LowerOnPlateau(
            metric,
            mode="max" if direction == "maximize" else "min",
            ratio=float(given["factor"]),
            patience=given["patience"],
            min_delta=float(given["min_delta"]),
            cooldown=given["cooldown"],
            minimum_factor=float(given["minimum"]),
        )
    ]
