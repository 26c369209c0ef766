"""Discs, squares and triangles found in drawn images by a U-Net.

The set is drawn by code and needs no download. Colours tell nothing about the classes, so the
logistic regression of pixels beside it finds edges at best. `--set loss=weighted_dice`,
`--set loss=soft_iou` and the other losses of masks train it as well.

Measured by `python -m benchmarks.recipes` on 2026-11-28:

    test        mean_iou 0.8452 ± 0.024; logistic regression of pixels 0.1903
    test        mean_dice 0.9141 ± 0.015; logistic regression of pixels 0.2161
    test        pixel_accuracy 0.966 ± 0.0062; logistic regression of pixels 0.7612
    source      Neural network assignments (source 001), Loss functions, Q3
    seeds       0, 1, 2
    time        about 71 s each on 2 cores, Intel(R) Xeon(R) Processor (AVX-512)
    command     cookbook train segmentation --seed 0 --json
    commit      9befce1272
"""

from __future__ import annotations

from cookbook._sources import cite
from pipelines.recipes.recipe import Recipe
from tuning import Choice, Float, Space

RECIPE = Recipe(
    name="segmentation",
    summary="Drawn shapes and their masks, by a U-Net",
    dataset="shapes",
    task="segmentation",
    builder="cookbook.models.unets:unet",
    defaults={
        "widths": (16, 32, 64),
        "dropout": 0.0,
        "batch_norm": True,
        "loss": "sparse_categorical_crossentropy",
        "optimizer": "adam",
        "learning_rate": 3e-3,
        "schedule": "cosine",
        "augment": "flip",
        "batch_size": 16,
        "epochs": 20,
    },
    space=Space(
        {
            "widths": Choice([(8, 16, 32), (16, 32, 64), (16, 32, 64, 128)]),
            "dropout": Float(0.0, 0.4, step=0.1),
            "loss": Choice(["sparse_categorical_crossentropy", "soft_dice", "weighted_dice"]),
            "learning_rate": Float(5e-4, 2e-2, log=True),
            "augment": Choice(["none", "flip", "flip-crop"]),
            "batch_size": Choice([8, 16, 32]),
        }
    ),
    metric="val_mean_iou",
    direction="maximize",
    source=cite("001", "Loss functions, Q3"),
    tiny={"epochs": 2, "widths": (8, 16)},
    tiny_rows=64,
    fits_in="two minutes of processor time",
)
