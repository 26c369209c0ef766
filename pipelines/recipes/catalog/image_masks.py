"""Your own images with masks: `images/NAME.jpg` beside `masks/NAME.png`, by a U-Net.

Each distinct value of the masks is a class. Images of any size are brought to 64x64 pixels;
`image_size` of the dataset changes that. `cookbook predict RUN FOLDER --output MASKS` writes the
masks of new images as PNG files in their size.

Measured: each run scores a simple method on your data beside it.

    source      Generic recipe
"""

from __future__ import annotations

from pipelines.recipes.recipe import Recipe
from tuning import Choice, Float, Space

RECIPE = Recipe(
    name="image-masks",
    summary="Your own images with masks, a class for every pixel, by a U-Net",
    dataset="mask-folder",
    task="segmentation",
    builder="cookbook.models.unets:unet",
    dataset_options={"image_size": (64, 64)},
    defaults={
        "widths": (16, 32, 64, 128),
        "dropout": 0.1,
        "batch_norm": True,
        "loss": "sparse_categorical_crossentropy",
        "optimizer": "adam",
        "learning_rate": 3e-3,
        "schedule": "cosine",
        "augment": "flip-crop",
        "standardize": True,
        "batch_size": 16,
        "epochs": 20,
    },
    space=Space(
        {
            "widths": Choice([(8, 16, 32, 64), (16, 32, 64), (16, 32, 64, 128)]),
            "dropout": Float(0.0, 0.4, step=0.1),
            "loss": Choice(["sparse_categorical_crossentropy", "soft_dice", "weighted_dice"]),
            "learning_rate": Float(5e-4, 2e-2, log=True),
            "augment": Choice(["none", "flip", "flip-crop", "flip-crop-jitter"]),
            "batch_size": Choice([8, 16, 32]),
        }
    ),
    metric="val_mean_iou",
    direction="maximize",
    source="Generic recipe",
    tiny={"epochs": 2, "widths": (8, 16)},
)
