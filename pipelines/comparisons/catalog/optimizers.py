"""Optimizers from the same initial weights, each at a learning rate of its own.

With one learning rate for all, the comparison would be about the learning rate: a good rate of
SGD is a hundred times that of Lion. So every optimizer gets the best of five candidates around
the rate of its literature. Where the table of rates says that the best one lies at the edge of
the candidates, that optimizer may have been sold short.
"""

from __future__ import annotations

from cookbook._sources import cite
from pipelines.comparisons.comparison import Comparison, Part

_RATES = {
    "sgd": (0.01, 0.03, 0.1, 0.3, 1.0),
    "momentum": (0.003, 0.01, 0.03, 0.1, 0.3),
    "nesterov": (0.003, 0.01, 0.03, 0.1, 0.3),
    "averaged_momentum": (0.03, 0.1, 0.3, 1.0, 3.0),
    "adagrad": (0.01, 0.03, 0.1, 0.3, 1.0),
    "adadelta": (0.1, 0.3, 1.0, 3.0, 10.0),
    "rmsprop": (1e-4, 3e-4, 1e-3, 3e-3, 1e-2),
    "rmsprop_momentum": (3e-5, 1e-4, 3e-4, 1e-3, 3e-3),
    "adam": (3e-4, 1e-3, 3e-3, 1e-2, 3e-2),
    "adamw": (3e-4, 1e-3, 3e-3, 1e-2, 3e-2),
    "adamax": (3e-4, 1e-3, 3e-3, 1e-2, 3e-2),
    "nadam": (3e-4, 1e-3, 3e-3, 1e-2, 3e-2),
    "lion": (3e-5, 1e-4, 3e-4, 1e-3, 3e-3),
    "muon": (3e-4, 1e-3, 3e-3, 1e-2, 3e-2),
}

_TWO_CLASSES = {name: _RATES[name] for name in ("sgd", "rmsprop", "adam")}

COMPARISON = Comparison(
    name="compare-optimizers",
    summary="Every gradient optimizer, from the same initial weights, at its own learning rate",
    question=(
        "Which optimizer is best within 15 epochs of the digits, and 50 of two classes? Per seed "
        "all arms start from the same initial weights and see the same batches; each has the best "
        "of five learning rates of its own."
    ),
    parts=(
        Part(
            recipe="digits-mlp",
            arms={name: {"optimizer": name} for name in _RATES},
            also=("val_loss", "loss"),
            curves=("loss", "val_accuracy"),
            fixed={"schedule": "constant", "dropout": 0.0, "l2": 0.0, "epochs": 15},
            tiny={"epochs": 1, "widths": (16,)},
            learning_rates=_RATES,
            title="digits",
        ),
        Part(
            recipe="make-classification-mlp",
            arms={name: {"optimizer": name} for name in _TWO_CLASSES},
            also=("val_loss", "loss"),
            curves=("loss", "val_accuracy"),
            fixed={
                "widths": (64,),
                "loss": "binary_crossentropy",
                "schedule": "constant",
                "patience": 0,
                "epochs": 50,
            },
            tiny={"epochs": 1, "widths": (16,)},
            learning_rates=_TWO_CLASSES,
            builder="cookbook.models.dense:mlp",
            title="two classes, 64-1, 50 epochs",
        ),
    ),
    source=cite("001", "Optimizers, Q4") + "; " + cite("000", "section 4.6"),
)
