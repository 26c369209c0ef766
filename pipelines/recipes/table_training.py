"""The ensemble, its training and its search that the recipes of tables share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tuning import Choice, Float, Space

ENSEMBLE: Mapping[str, Any] = {
    "members": 8,
    "widths": (128, 128),
    "embedding": "both",
    "activation": "relu",
    "dropout": 0.1,
    "power": "quantile-normal",
    "optimizer": "adam",
    "learning_rate": 5e-3,
    "schedule": "cosine",
    "batch_size": 64,
    "epochs": 40,
}
"""Several networks in one behind embeddings of the numbers; docs/tables.md measures it."""

NETWORK_SPACE: Mapping[str, Any] = {
    "members": Choice([4, 8, 16]),
    "widths": Choice([(64, 64), (128, 128), (256, 256), (128, 128, 128)]),
    "embedding": Choice(["both", "piecewise", "periodic", "none"]),
    "activation": Choice(["relu", "swish"]),
    "dropout": Float(0.0, 0.5, step=0.1),
}
"""What a search may change of the network."""

POWER_SPACE: Mapping[str, Any] = {"power": Choice(["none", "quantile-normal"])}
"""What a search may change of the numbers before they come in."""

OPTIMIZER_SPACE: Mapping[str, Any] = {
    "optimizer": Choice(["adam", "adamw", "rmsprop"]),
    "learning_rate": Float(5e-4, 2e-2, log=True),
    "batch_size": Choice([32, 64, 128]),
}
"""What a search may change of the training."""

LOSS_SPACE: Mapping[str, Any] = {
    # Not "quantile": at 0.5 it is half the absolute error, a scale that Adam does not see; any
    # other quantile is not what the metric measures.
    "loss": Choice(["mean_squared_error", "mean_absolute_error", "huber"]),
}
"""What a search may change of how errors of numbers count."""

SPACE = Space({**NETWORK_SPACE, **POWER_SPACE, **OPTIMIZER_SPACE})
"""Of classifications."""

REGRESSION_SPACE = Space(
    {
        **NETWORK_SPACE,
        **POWER_SPACE,
        **LOSS_SPACE,
        "outliers": Choice(["none", "iqr", "z-score"]),
        **OPTIMIZER_SPACE,
    }
)
"""Of regressions, whose rows far away can be left out."""

TINY: Mapping[str, Any] = {"epochs": 2, "members": 2}
"""What `--tiny` runs."""
