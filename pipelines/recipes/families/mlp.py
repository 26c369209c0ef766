"""The search spaces that the recipes with a multi-layer perceptron share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tuning import Choice, Float, Space

_NETWORK: Mapping[str, Any] = {
    "widths": Choice([(32,), (64,), (64, 32), (128, 64)]),
    "activation": Choice(["relu", "tanh", "elu", "swish"]),
    "dropout": Float(0.0, 0.5, step=0.1),
    "l2": Float(1e-6, 1e-2, log=True),
    "optimizer": Choice(["adam", "rmsprop", "nesterov"]),
    "learning_rate": Float(1e-4, 3e-2, log=True),
}
_BATCH = {"batch_size": Choice([16, 32, 64])}

CLASSIFICATION_SPACE = Space({**_NETWORK, **_BATCH})
REGRESSION_SPACE = Space(
    {
        **_NETWORK,
        # Not "quantile": at 0.5 it is half the absolute error, the same training but for a scale
        # that Adam and RMSprop do not see, and any other quantile is not what the metric measures.
        # `compare-losses` sets it beside the others.
        "loss": Choice(["mean_squared_error", "mean_absolute_error", "huber"]),
        "outliers": Choice(["none", "iqr", "z-score"]),
        **_BATCH,
    }
)
