"""Every optimizer by name; importing this module imports no Keras."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cookbook._ranges import (
    AT_LEAST_ONE,
    BELOW_ONE,
    NOT_NEGATIVE,
    POSITIVE,
    Range,
    check_ranges,
)
from cookbook._registry import Entry, find, table

if TYPE_CHECKING:
    import keras

_COMMON = {
    "learning_rate": NOT_NEGATIVE,
    "weight_decay": NOT_NEGATIVE,
    "clipnorm": POSITIVE,
    "clipvalue": POSITIVE,
    "global_clipnorm": POSITIVE,
    "ema_momentum": BELOW_ONE,
    "gradient_accumulation_steps": Range(low=2),
}
_MOMENTUM = {**_COMMON, "momentum": BELOW_ONE}
_SCALED = {**_COMMON, "epsilon": POSITIVE}
_ADAM = {**_SCALED, "beta_1": BELOW_ONE, "beta_2": BELOW_ONE}
_RHO = {**_SCALED, "rho": BELOW_ONE, "momentum": BELOW_ONE}
_CLIPPING = {"clipnorm": None, "clipvalue": None, "global_clipnorm": None}
_ADAM_BETAS = {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7}
_ADAM_PAPER = "Kingma and Ba 2015"
_RMSPROP_PAPER = "Hinton 2012, lecture 6e"

NO_DECAY = ("bias", "gamma", "beta")
"""Variable names that weight decay leaves alone: biases and normalisation scales."""

GRADIENT = (
    Entry(
        name="sgd",
        reference="keras.optimizers:SGD",
        summary="w -= lr g.",
        source="Robbins and Monro 1951",
        ranges=_MOMENTUM,
        parameters={"momentum": 0.0, "nesterov": False, **_CLIPPING},
    ),
    Entry(
        name="momentum",
        reference="keras.optimizers:SGD",
        summary="v = m v - lr g; w += v.",
        source="Polyak 1964",
        defaults={"momentum": 0.9},
        ranges=_MOMENTUM,
        parameters={"momentum": 0.9, "nesterov": False, **_CLIPPING},
    ),
    Entry(
        name="nesterov",
        reference="keras.optimizers:SGD",
        summary="Momentum with the gradient of the point ahead.",
        source="Nesterov 1983; Sutskever et al. 2013",
        defaults={"momentum": 0.9, "nesterov": True},
        ranges=_MOMENTUM,
        parameters={"momentum": 0.9, "nesterov": True, **_CLIPPING},
    ),
    Entry(
        name="averaged_momentum",
        reference="cookbook.optimizers.averaged_momentum:AveragedMomentum",
        summary="v = m v + (1 - m) g; w -= lr v: steps of one length whatever the momentum.",
        source="source 004; Dahl et al. 2023",
        defaults={"momentum": 0.9},
        ranges=_MOMENTUM,
        parameters={"momentum": 0.9, "nesterov": False, **_CLIPPING},
    ),
    Entry(
        name="adagrad",
        reference="keras.optimizers:Adagrad",
        summary="Steps divided by the root of the sum of squared gradients.",
        source="Duchi et al. 2011",
        ranges={**_SCALED, "initial_accumulator_value": NOT_NEGATIVE},
        parameters={"initial_accumulator_value": 0.1, "epsilon": 1e-7, **_CLIPPING},
    ),
    Entry(
        name="adadelta",
        reference="keras.optimizers:Adadelta",
        summary="RMS of past steps over RMS of gradients; a learning rate of 1 is the paper's.",
        source="Zeiler 2012",
        defaults={"learning_rate": 1.0},
        ranges=_RHO,
        parameters={"rho": 0.95, "epsilon": 1e-7, **_CLIPPING},
    ),
    Entry(
        name="rmsprop",
        reference="keras.optimizers:RMSprop",
        summary="Steps divided by the root of the moving mean of squared gradients.",
        source=_RMSPROP_PAPER,
        ranges=_RHO,
        parameters={"rho": 0.9, "momentum": 0.0, "epsilon": 1e-7, "centered": False, **_CLIPPING},
    ),
    Entry(
        name="rmsprop_momentum",
        reference="keras.optimizers:RMSprop",
        summary="RMSprop whose scaled steps gather momentum.",
        source=_RMSPROP_PAPER,
        defaults={"momentum": 0.9},
        ranges=_RHO,
        parameters={"rho": 0.9, "momentum": 0.9, "epsilon": 1e-7, "centered": False, **_CLIPPING},
    ),
    Entry(
        name="adam",
        reference="keras.optimizers:Adam",
        summary="Bias-corrected first moment over the root of the second.",
        source=_ADAM_PAPER,
        ranges=_ADAM,
        parameters={**_ADAM_BETAS, "amsgrad": False, **_CLIPPING},
    ),
    Entry(
        name="adamw",
        reference="keras.optimizers:AdamW",
        summary="Adam with decoupled weight decay.",
        source="Loshchilov and Hutter 2019",
        defaults={"weight_decay": 0.004},
        ranges=_ADAM,
        parameters={**_ADAM_BETAS, "amsgrad": False, **_CLIPPING},
    ),
    Entry(
        name="adamax",
        reference="keras.optimizers:Adamax",
        summary="Adam with the infinity norm as second moment.",
        source=_ADAM_PAPER,
        ranges=_ADAM,
        parameters={**_ADAM_BETAS, **_CLIPPING},
    ),
    Entry(
        name="nadam",
        reference="keras.optimizers:Nadam",
        summary="Adam with Nesterov momentum.",
        source="Dozat 2016",
        ranges=_ADAM,
        parameters={**_ADAM_BETAS, **_CLIPPING},
    ),
    Entry(
        name="lion",
        reference="keras.optimizers:Lion",
        summary="The sign of a momentum average; wants a third of Adam's learning rate.",
        source="Chen et al. 2023",
        ranges=_ADAM,
        parameters={"beta_1": 0.9, "beta_2": 0.99, **_CLIPPING},
    ),
    Entry(
        name="muon",
        reference="keras.optimizers:Muon",
        summary="Orthogonalised momentum for matrices, AdamW for the rest.",
        source="Jordan et al. 2024",
        defaults={"weight_decay": 0.004},
        ranges={
            **_SCALED,
            "adam_beta_1": BELOW_ONE,
            "adam_beta_2": BELOW_ONE,
            "adam_weight_decay": NOT_NEGATIVE,
            "momentum": BELOW_ONE,
            "ns_steps": AT_LEAST_ONE,
        },
        parameters={
            "momentum": 0.95,
            "nesterov": True,
            "ns_steps": 5,
            "rms_rate": 0.2,
            "adam_beta_1": 0.9,
            "adam_beta_2": 0.999,
            "adam_weight_decay": 0.004,
            "adam_lr_ratio": 1.0,
            "epsilon": 1e-7,
            **_CLIPPING,
        },
    ),
)

OWN = (
    Entry(
        name="scheduled_sgd",
        reference="cookbook.optimizers.scheduled_momentum:ScheduledSGD",
        summary="Momentum SGD whose momentum is a schedule or can be assigned during fit.",
        source="Smith 2018",
        ranges=_MOMENTUM,
        parameters={"momentum": 0.9, "nesterov": False, **_CLIPPING},
    ),
    Entry(
        name="scheduled_adam",
        reference="cookbook.optimizers.scheduled_momentum:ScheduledAdam",
        summary="Adam whose beta_1 is a schedule or can be assigned during fit.",
        source="Kingma and Ba 2015; Smith 2018",
        ranges=_ADAM,
        parameters={**_ADAM_BETAS, **_CLIPPING},
    ),
    Entry(
        name="spsa",
        reference="cookbook.optimizers.spsa:SPSA",
        summary="Two losses per step and no gradient; needs gradient_free(model).",
        source="Spall 1992, 1998",
        ranges={**_COMMON, "learning_rate": POSITIVE, "perturbation": POSITIVE},
        parameters={
            "perturbation": 0.1,
            "stability": 0.0,
            "alpha": 0.602,
            "gamma": 0.101,
            "directions": 1,
        },
    ),
)

OPTIMIZERS = table((*GRADIENT, *OWN))
"""Every optimizer by name."""


def make_optimizer(
    name: str,
    *,
    learning_rate: float | keras.optimizers.schedules.LearningRateSchedule | None = None,
    exclude_from_weight_decay: Sequence[str] = NO_DECAY,
    **options: Any,
) -> keras.optimizers.Optimizer:
    """Makes an optimizer by name.

    Args:
        name: A key of `OPTIMIZERS`.
        learning_rate: A number, not negative, or a schedule in optimizer steps; by default
            the optimizer's own.
        exclude_from_weight_decay: Parts of variable names that weight decay spares, if there
            is any; `()` decays everything, as Keras does by default.
        **options: Further arguments of the optimizer; they win over the defaults of its entry.

    Returns:
        A Keras optimizer.

    Raises:
        ValueError: If the name is unknown or an option is out of its range.

    Example:
        >>> make_optimizer("nesterov", learning_rate=0.1).nesterov
        True
        >>> make_optimizer("adamw").undecayed
        ('bias', 'gamma', 'beta')
    """
    if learning_rate is not None:
        # Keras refuses integers.
        is_number = isinstance(learning_rate, int | float)
        options["learning_rate"] = float(learning_rate) if is_number else learning_rate
    entry = find("optimizer", name, OPTIMIZERS)
    merged = {**entry.defaults, **options}
    check_ranges(merged, entry.ranges)
    kind = entry.load()
    decays = merged.get("weight_decay") or merged.get("adam_weight_decay")
    if decays and exclude_from_weight_decay:
        # Keras forgets the exclusion when it saves; these subclasses do not.
        from cookbook.optimizers.selective_decay import with_selective_decay

        kind = with_selective_decay(kind)
        merged["undecayed"] = tuple(exclude_from_weight_decay)
    return kind(**merged)
