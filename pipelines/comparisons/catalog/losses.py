"""Losses, on clean and on corrupted training targets.

The validation targets are always clean. Arms are compared on accuracy or absolute error;
the losses themselves have different units.
"""

from __future__ import annotations

from typing import Any

from cookbook._sources import cite
from pipelines.comparisons.comparison import Comparison, Part

_CLASSES = {
    "cross-entropy": "sparse_categorical_crossentropy",
    "smoothed cross-entropy": "smoothed_sparse_categorical_crossentropy",
    "focal": "categorical_focal_crossentropy",
    "generalized cross-entropy": "categorical_generalized_crossentropy",
    "hinge": "categorical_hinge",
    "squared error": "mean_squared_error",
    "absolute error": "mean_absolute_error",
}
_NUMBERS = {
    "squared error": "mean_squared_error",
    "absolute error": "mean_absolute_error",
    "huber": "huber",
    "log cosh": "log_cosh",
    "quantile 0.5": "quantile",
}


def _classification(title: str, wrong_labels: float) -> Part:
    return Part(
        title=title,
        recipe="digits-mlp",
        arms={arm: {"classification_loss": loss} for arm, loss in _CLASSES.items()},
        also=("val_crossentropy",),
        fixed={
            "schedule": "constant",
            "wrong_labels": wrong_labels,
            "dropout": 0.0,
            "l2": 0.0,
            "epochs": 20,
        },
        tiny={"epochs": 1, "widths": (16,)},
        own=frozenset({"classification_loss", "wrong_labels"}),
        measure="pipelines.comparisons.targets:train_with_loss",
    )


def _regression(title: str, outlier_share: float) -> Part:
    fixed: dict[str, Any] = {"dropout": 0.0, "l2": 1e-3, "epochs": 60}
    return Part(
        title=title,
        recipe="diabetes-mlp",
        arms={arm: {"loss": loss} for arm, loss in _NUMBERS.items()},
        metric="val_mae",
        direction="minimize",
        also=("val_rmse",),
        fixed={"outlier_share": outlier_share, **fixed},
        tiny={"epochs": 1, "widths": (8,)},
        own=frozenset({"outlier_share"}),
        measure="pipelines.comparisons.targets:train_with_outliers",
    )


COMPARISON = Comparison(
    name="compare-losses",
    summary="Losses for classification and regression, on clean and on corrupted targets",
    question=(
        "Which loss is best, and which is best when training targets are wrong? In the "
        "corrupted parts 20 % of the training labels are replaced by another class, and 10 % of "
        "the training targets get five standard deviations too many; validation targets are clean."
    ),
    parts=(
        _classification("digits", 0.0),
        _classification("digits, 20 % wrong labels", 0.2),
        _regression("diabetes", 0.0),
        _regression("diabetes, 10 % outliers", 0.1),
    ),
    source=cite("001", "Loss functions, Q5"),
)
