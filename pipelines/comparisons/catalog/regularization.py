"""Dropout, batch normalisation, both, neither and penalties, on too few rows.

A wide network on 200 rows overfits, so that there is something to regularise. With batch
normalisation dropout acts behind the last one only (`cookbook.models.mlp`).
"""

from __future__ import annotations

from cookbook._sources import cite
from pipelines.comparisons.comparison import Comparison, Part

COMPARISON = Comparison(
    name="compare-regularization",
    summary="Dropout, batch norm, both, none, L2, weight decay, label smoothing on 200 digits",
    question=(
        "What helps a wide network on 200 training rows? The gap is the training accuracy of the "
        "trained model minus its validation accuracy."
    ),
    parts=(
        Part(
            recipe="digits-mlp",
            rows=200,
            arms={
                "none": {},
                "dropout": {"dropout": 0.5},
                "batch norm": {"batch_norm": True},
                "both": {"batch_norm": True, "dropout": 0.5},
                "l2": {"l2": 1e-3},
                "weight decay": {"optimizer": "adamw", "weight_decay": 0.05},
                "label smoothing": {"label_smoothing": 0.1},
            },
            # Penalties and smoothing are part of the loss: cross-entropies can be compared.
            also=("val_crossentropy", "gap"),
            curves=("accuracy", "val_accuracy"),
            fixed={
                "schedule": "constant",
                "widths": (256, 256),
                "dropout": 0.0,
                "l2": 0.0,
                "epochs": 40,
            },
            tiny={"epochs": 1, "widths": (16,)},
        ),
    ),
    source=cite("003", "section 2.4") + "; " + cite("002", "dropout"),
)
