"""The report's seven LeNets by one training, so that they differ by what they are named for.

The report trains each with Adam and prints neither rate, batch size nor scale of the pixels; the
recipes `cifar10-lenet` and so on take what is stated and search the rest. Here is the other
reading: Adam with one cosine fall, flips and crops, averaged weights, the same for all.
"""

from __future__ import annotations

from typing import Any

from cookbook._sources import cite
from pipelines.comparisons.comparison import Comparison, Part

_SUPER: dict[str, Any] = {
    "activation": "leaky_relu",
    "batch_norm": True,
    "dropout": (0.0, 0.0, 0.2, 0.0),
}

COMPARISON = Comparison(
    name="compare-lenets",
    summary="Batch normalisation, dropout, L2 and first weights of LeNet on CIFAR-10",
    question=(
        "What are normalisation, dropout, weight penalty and first weights worth to a LeNet? All "
        "rows of the report's table 1 by one training of 30 epochs; per seed all see the same "
        "batches."
    ),
    parts=(
        Part(
            recipe="cifar10-super-lenet",
            arms={
                "LeNet": {},
                "LeNetBN": {"batch_norm": True},
                "LeNetDp": {"dropout": (0.2, 0.5, 0.5, 0.5)},
                "LeNetBNDp": {"batch_norm": True, "dropout": (0.2, 0.5, 0.5, 0.2)},
                "LeNet L2": {"l2": 0.005},
                "SuperLeNet, wrong weights": {**_SUPER, "initializer": "large_normal"},
                "SuperLeNet": {**_SUPER, "initializer": "he_normal"},
            },
            also=("accuracy", "val_loss"),
            curves=("accuracy", "val_accuracy"),
            fixed={"optimizer": "adam", "learning_rate": 0.002, "epochs": 30},
            tiny={"epochs": 1},
            builder="cookbook.models.lenets:lenet",
        ),
    ),
    source=cite("003", "table 1, figures 8 to 14"),
    fits_in="about 90 minutes with 3 seeds on one core",
)
