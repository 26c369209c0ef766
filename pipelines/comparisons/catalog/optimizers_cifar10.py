"""The assignments' network on CIFAR-10 under their four optimizers, at the rates that they print.

`compare-optimizers` asks which optimizer is best, each at a rate of its own; this one asks what the
assignments' experiment shows. Its rates are the customary ones, so an optimizer may lose by its
rate alone: Adagrad divides it by all squared gradients so far and soon takes small steps.
"""

from __future__ import annotations

from cookbook._sources import cite
from pipelines.comparisons.comparison import Comparison, Part

COMPARISON = Comparison(
    name="compare-optimizers-cifar10",
    summary="SGD with momentum, Adam, RMSprop and Adagrad on CIFAR-10, at the source's rates",
    question=(
        "How do the source's four optimizers train its network in 10 epochs? Per seed all start "
        "from the same initial weights and see the same batches of 64."
    ),
    parts=(
        Part(
            recipe="cifar10-cnn",
            arms={
                "SGD": {"optimizer": "momentum", "learning_rate": 0.01},
                "Adam": {"optimizer": "adam", "learning_rate": 0.001},
                "RMSprop": {"optimizer": "rmsprop", "learning_rate": 0.001},
                "Adagrad": {"optimizer": "adagrad", "learning_rate": 0.01},
            },
            also=("accuracy", "val_loss", "loss"),
            curves=("accuracy", "val_accuracy", "loss", "val_loss"),
            fixed={"schedule": "constant"},
            tiny={"epochs": 1},
        ),
    ),
    source=cite("001", "Optimizers, Q4"),
    fits_in="about 32 minutes with 3 seeds on one core",
)
