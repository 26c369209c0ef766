"""How a network starts, and what the first steps are spent on: the hockey stick.

A classifier that knows nothing should say so: its loss is ln(classes), 2.303 for ten digits.
Logits that are too large cost far more, and the first steps only take that back, which makes the
loss curve look like a hockey stick. Zeros in the last kernel start at ln(classes) exactly. Equal
weights start there as well and stay in the bend: no two units of a layer ever differ.
"""

from __future__ import annotations

import math

from cookbook._sources import cite
from pipelines.comparisons.comparison import Comparison, Part


def _everywhere(name: str) -> dict[str, str]:
    return {"initializer": name, "head_initializer": name}


COMPARISON = Comparison(
    name="compare-initialization",
    summary="The hockey stick: the first 100 steps after right and wrong initialisations",
    question=(
        "What does a wrong scale of the first weights cost? Same network and order; the loss is "
        "measured on 256 training rows before each of the first 100 steps."
    ),
    parts=(
        Part(
            recipe="digits-mlp",
            arms={
                "zero head": {"initializer": "he_normal", "head_initializer": "zeros"},
                "he": _everywhere("he_normal"),
                "glorot": _everywhere("glorot_uniform"),
                "orthogonal": _everywhere("orthogonal"),
                "large head": {"initializer": "he_normal", "head_initializer": "large_normal"},
                "large everywhere": _everywhere("large_normal"),
                "constant": _everywhere("constant"),
            },
            metric="early_loss",
            direction="minimize",
            also=("initial_loss", "val_accuracy"),
            curves=("first_loss",),
            x="optimizer step",
            log_y=True,
            reference=(math.log(10), "ln 10"),
            fixed={"schedule": "constant", "widths": (64, 64, 32), "first_steps": 100, "epochs": 5},
            tiny={"first_steps": 4, "epochs": 1},
            builder="pipelines.comparisons.networks:mlp_with_head",
            own=frozenset({"first_steps"}),
            measure="pipelines.comparisons.first_steps:train_first_steps",
        ),
    ),
    source=cite("003", "section 4.5") + "; its ln 500 and 'less than': docs/errata.md",
)
