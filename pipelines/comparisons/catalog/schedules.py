"""Every learning-rate schedule that can span a training, each with its best peak rate."""

from __future__ import annotations

from cookbook._sources import cite
from pipelines.comparisons.comparison import Comparison, Part

_SCHEDULES = (
    "constant",
    "step",
    "piecewise",
    "exponential",
    "inverse_time",
    "polynomial",
    "cosine",
    "cosine_restarts",
    "triangular",
    "triangular2",
    "exp_range",
    "one_cycle",
    "one_cycle_linear",
    "one_cycle_momentum",
    "cooldown",
    "spall_gain",
)
_ARMS = {
    **{name: {"schedule": name, "warmup": 0.0} for name in _SCHEDULES},
    # The usual patience of 10 epochs would outlast most of the training.
    "plateau": {"schedule": "plateau", "schedule.patience": 3, "warmup": 0.0},
    "warmup + constant": {"schedule": "constant", "warmup": 0.1},
    "warmup + cosine": {"schedule": "cosine", "warmup": 0.1},
}

COMPARISON = Comparison(
    name="compare-schedules",
    summary="Every learning-rate schedule on digits, each with its best peak rate",
    question=(
        "Does the shape of the learning rate matter within 15 epochs? SGD with momentum, so that "
        "nothing else adapts the steps; each schedule has the best of three peak rates."
    ),
    parts=(
        Part(
            recipe="digits-mlp",
            arms=_ARMS,
            curves=("loss", "val_accuracy"),
            fixed={"optimizer": "momentum", "dropout": 0.0, "l2": 0.0, "epochs": 15},
            tiny={"epochs": 2, "widths": (16,)},
            learning_rates=dict.fromkeys(_ARMS, (0.02, 0.06, 0.2)),
        ),
    ),
    source=cite("000", "section 4.4") + "; " + cite("001", "Optimizers, Q5"),
)
