"""SPSA beside gradient descent: what two losses a step are worth against the gradient itself.

The network has one hidden layer of 32 units, 2,410 parameters: the noise of SPSA's estimate grows
with their number, so on a network of the report's size it would say less. Each arm gets the best
of its candidate rates, on a seed of its own.
"""

from __future__ import annotations

from cookbook._sources import cite
from pipelines.comparisons.comparison import Comparison, Part

_SPSA = (0.03, 0.1, 0.3, 1.0, 3.0)
_DESCENT = (0.1, 0.3, 1.0, 3.0, 10.0)

COMPARISON = Comparison(
    name="compare-gradient-free",
    summary="SPSA, which sees no gradient, beside gradient descent on all rows and on batches",
    question=(
        "How far does SPSA come without gradients? Per seed all arms start from the same initial "
        "weights and pass 60 times over the rows. A step of SPSA costs two passes forward for each "
        "direction that it averages, one of gradient descent a pass forward and one backward; "
        "gradient descent on all rows makes one step an epoch."
    ),
    parts=(
        Part(
            recipe="digits-mlp",
            arms={
                "SPSA": {"optimizer": "spsa", "optimizer.directions": 1, "full_batch": False},
                "SPSA, 8 directions": {
                    "optimizer": "spsa",
                    "optimizer.directions": 8,
                    "full_batch": False,
                },
                "gradient descent": {"optimizer": "sgd", "full_batch": True},
                "stochastic gradient descent": {"optimizer": "sgd", "full_batch": False},
            },
            also=("val_loss", "loss"),
            curves=("loss", "val_accuracy"),
            fixed={
                "schedule": "constant",
                "dropout": 0.0,
                "l2": 0.0,
                "widths": (32,),
                "epochs": 60,
            },
            tiny={"epochs": 1, "widths": (8,)},
            learning_rates={
                "SPSA": _SPSA,
                "SPSA, 8 directions": _SPSA,
                "gradient descent": _DESCENT,
                "stochastic gradient descent": _DESCENT[:3],
            },
        ),
    ),
    source=cite("003", "section 2.7.2") + "; Spall 1992",
)
