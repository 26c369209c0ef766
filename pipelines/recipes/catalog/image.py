"""Your own images: a folder, tar or zip with one folder per class, or idx files.

Images of any size are brought to 64x64 pixels; `image_size` of the dataset changes that. Folders
that do not fit into memory stay on disk and are decoded while the model trains.

Measured: each run scores a simple method on your data beside it.

    source      Generic recipe
"""

from __future__ import annotations

from pipelines.recipes.recipe import Recipe
from tuning import Choice, Float, Space

RECIPE = Recipe(
    name="image",
    summary="Your own images, a folder per class, with a CNN",
    dataset="image-folder",
    task="image-classification",
    builder="cookbook.models.convnets:convnet",
    dataset_options={"image_size": (64, 64)},
    defaults={
        "widths": (32, 64, 128),
        "dense": 0,
        "dropout": 0.2,
        "batch_norm": True,
        "optimizer": "adam",
        "learning_rate": 1e-3,
        "schedule": "cosine",
        "augment": "flip-crop",
        "standardize": True,
        "batch_size": 32,
        "epochs": 20,
    },
    space=Space(
        {
            "widths": Choice([(16, 32, 64), (32, 64, 128), (32, 64, 128, 128)]),
            "dense": Choice([0, 64, 128]),
            "dropout": Float(0.0, 0.5, step=0.1),
            "optimizer": Choice(["adam", "adamw", "nesterov"]),
            "learning_rate": Float(1e-4, 3e-2, log=True),
            "augment": Choice(["none", "flip", "flip-crop", "flip-crop-jitter"]),
            "batch_size": Choice([16, 32, 64]),
        }
    ),
    metric="val_accuracy",
    direction="maximize",
    source="Generic recipe",
    tiny={"epochs": 2, "widths": (8, 16, 16)},
)
