"""Every schedule by name; importing this module imports no Keras."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cookbook._ranges import AT_LEAST_ONE, NOT_NEGATIVE, POSITIVE, PROBABILITY, UP_TO_ONE
from cookbook._registry import Entry, find, table
from cookbook._sources import cite

if TYPE_CHECKING:
    import keras

_DECAY = {"initial_learning_rate": NOT_NEGATIVE, "decay_steps": AT_LEAST_ONE}
_SGDR = "Loshchilov and Hutter 2017"

KERAS = (
    Entry(
        name="step",
        reference="keras.optimizers.schedules:ExponentialDecay",
        summary="initial * decay_rate ** floor(step / decay_steps).",
        source=cite("001"),
        defaults={"decay_rate": 0.1, "staircase": True},
        ranges={**_DECAY, "decay_rate": POSITIVE},
    ),
    Entry(
        name="piecewise",
        reference="cookbook.schedules.piecewise_constant:piecewise",
        summary="values[i] up to and including step boundaries[i].",
        source="He et al. 2016",
    ),
    Entry(
        name="exponential",
        reference="keras.optimizers.schedules:ExponentialDecay",
        summary="initial * decay_rate ** (step / decay_steps).",
        source=cite("001"),
        defaults={"decay_rate": 0.96},
        ranges={**_DECAY, "decay_rate": POSITIVE},
    ),
    Entry(
        name="inverse_time",
        reference="keras.optimizers.schedules:InverseTimeDecay",
        summary="initial / (1 + decay_rate * step / decay_steps).",
        source="Robbins and Monro 1951",
        defaults={"decay_rate": 1.0},
        ranges={**_DECAY, "decay_rate": NOT_NEGATIVE},
    ),
    Entry(
        name="polynomial",
        reference="keras.optimizers.schedules:PolynomialDecay",
        summary="From initial to end as (1 - step / decay_steps) ** power.",
        source="Keras",
        defaults={"end_learning_rate": 0.0, "power": 1.0},
        ranges={**_DECAY, "end_learning_rate": NOT_NEGATIVE, "power": POSITIVE},
    ),
    Entry(
        name="cosine",
        reference="keras.optimizers.schedules:CosineDecay",
        summary="Half a cosine from initial to alpha * initial, after an optional warm-up.",
        source=_SGDR,
        ranges={
            **_DECAY,
            "alpha": PROBABILITY,
            "warmup_target": NOT_NEGATIVE,
            "warmup_steps": NOT_NEGATIVE,
        },
    ),
    Entry(
        name="cosine_restarts",
        reference="keras.optimizers.schedules:CosineDecayRestarts",
        summary="Cosine decay that starts again, each time t_mul longer and m_mul lower.",
        source=_SGDR,
        ranges={
            "initial_learning_rate": NOT_NEGATIVE,
            "first_decay_steps": AT_LEAST_ONE,
            "t_mul": AT_LEAST_ONE,
            "m_mul": UP_TO_ONE,
            "alpha": PROBABILITY,
        },
    ),
)


def _cyclical(shape: str, summary: str) -> Entry:
    return Entry(
        name=shape,
        reference="cookbook.schedules.cyclical:Cyclical",
        summary=summary,
        source="Smith 2017",
        defaults={"shape": shape},
    )


OWN = (
    Entry(
        name="constant",
        reference="cookbook.schedules.around:Constant",
        summary="The same rate at every step.",
        source="-",
    ),
    _cyclical("triangular", "A triangle wave between minimum and maximum."),
    _cyclical("triangular2", "A triangle wave whose height halves with every cycle."),
    _cyclical("exp_range", "A triangle wave whose height shrinks by a factor per step."),
    Entry(
        name="one_cycle",
        reference="cookbook.schedules.one_cycle:OneCycle",
        summary="One rise and a long fall as half cosines; the fastai and PyTorch form.",
        source="Smith and Topin 2018",
        defaults={"form": "cosine"},
    ),
    Entry(
        name="one_cycle_linear",
        reference="cookbook.schedules.one_cycle:OneCycle",
        summary="Up, down and annihilation in lines; the form of the paper.",
        source="Smith and Topin 2018",
        defaults={"form": "linear"},
    ),
    Entry(
        name="one_cycle_momentum",
        reference="cookbook.schedules.one_cycle:OneCycleMomentum",
        summary="Momentum of 1cycle, low where the rate is high; for scheduled optimizers.",
        source="Smith 2018",
    ),
    Entry(
        name="warmup",
        reference="cookbook.schedules.around:Warmup",
        summary="A linear rise, then any schedule from its start.",
        source="Goyal et al. 2017",
    ),
    Entry(
        name="cooldown",
        reference="cookbook.schedules.around:Cooldown",
        summary="Any schedule, then a linear fall from where it stood.",
        source="Zhai et al. 2022",
    ),
    Entry(
        name="warmup_cooldown",
        reference="cookbook.schedules.around:warmup_cooldown",
        summary="A linear rise, any schedule, a linear fall to zero.",
        source="Zhai et al. 2022",
    ),
    Entry(
        name="plateau",
        reference="cookbook.schedules.plateau:Plateau",
        summary="Any schedule times a factor that the LowerOnPlateau callback lowers.",
        source=cite("001") + "; tensorflow issue 36612",
    ),
    Entry(
        name="spall_gain",
        reference="cookbook.optimizers.spsa:SpallGain",
        summary="scale / (step + 1 + stability) ** exponent, the gains of SPSA.",
        source="Spall 1998",
    ),
)

SCHEDULES = table((*KERAS, *OWN))
"""Every schedule by name."""


def make_schedule(name: str, **options: Any) -> keras.optimizers.schedules.LearningRateSchedule:
    """Makes a schedule by name; all times are optimizer steps.

    Args:
        name: A key of `SCHEDULES`.
        **options: Arguments of the schedule; they win over the defaults of its entry.

    Returns:
        A Keras learning-rate schedule.

    Raises:
        ValueError: If the name is unknown or an option is out of its range.

    Example:
        >>> rate = make_schedule("step", initial_learning_rate=1.0, decay_steps=10)
        >>> [round(float(rate(step)), 3) for step in (0, 9, 10, 20)]
        [1.0, 1.0, 0.1, 0.01]
    """
    return find("schedule", name, SCHEDULES).make(**options)
