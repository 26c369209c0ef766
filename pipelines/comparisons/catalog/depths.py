"""How many hidden layers: a training for each depth against a network that grows.

Growth trains one layer at a time on top of the frozen earlier ones, so each stage is cheap; what
it loses is that early layers never learn what later ones would need.
"""

from __future__ import annotations

from cookbook._sources import cite
from pipelines.comparisons.comparison import Comparison, Part

COMPARISON = Comparison(
    name="compare-depths",
    summary="Depth by search (a training each) and by progressive growth, 1 to 6 layers",
    question=(
        "Does growing a network layer by layer find as good a depth as training every depth as a "
        "whole? Equal epochs for each depth; the seconds are those of all depths together."
    ),
    parts=(
        Part(
            recipe="digits-mlp",
            arms={"search": {"way": "search"}, "growth": {"way": "growth"}},
            also=("val_loss", "depth"),
            curves=("val_accuracy", "val_loss"),
            x="hidden layers",
            fixed={
                "schedule": "constant",
                "largest_depth": 6,
                "width": 32,
                "dropout": 0.0,
                "l2": 0.0,
                "epochs": 15,
            },
            tiny={"largest_depth": 2, "width": 8, "epochs": 1},
            own=frozenset({"way", "largest_depth", "width"}),
            measure="pipelines.comparisons.depths:train_depths",
        ),
    ),
    source=cite("004", "number of hidden layers") + "; Fahlman and Lebiere 1990",
)
