"""The CIFAR-10 network of source 001: 60,000 colour images of 32x32 pixels, 10 classes.

Three unpadded convolutions of 32, 64 and 64 maps, then 64 units: 122,570 parameters. The source
trains it with Adam for 10 epochs; the search space adds augmentation and other optimizers.
"""

from __future__ import annotations

from pipelines.recipes.recipe import Recipe
from tuning import Choice, Float, Space

RECIPE = Recipe(
    name="cifar10-cnn",
    summary="Plain CNN of 32, 64 and 64 maps on CIFAR-10",
    dataset="cifar10",
    task="image-classification",
    builder="cookbook.models.convnet:cifar10_cnn",
    defaults={
        "activation": "relu",
        "initializer": "glorot_uniform",
        "augment": "none",
        "optimizer": "adam",
        "learning_rate": 1e-3,
        "batch_size": 64,
        "epochs": 10,
    },
    space=Space(
        {
            "activation": Choice(["relu", "elu", "swish", "leaky_relu"]),
            "initializer": Choice(["glorot_uniform", "he_normal"]),
            "optimizer": Choice(["adam", "rmsprop", "nesterov"]),
            "learning_rate": Float(1e-4, 3e-2, log=True),
            "batch_size": Choice([32, 64, 128]),
            "augment": Choice(["none", "flip", "flip-crop"]),
        }
    ),
    metric="val_accuracy",
    direction="maximize",
    source="Source 001, CNN on CIFAR-10",
    tiny={"epochs": 2},
    tiny_rows=400,
)
