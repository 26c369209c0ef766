"""The assignments' network on CIFAR-10: 60,000 colour images of 32x32 pixels, 10 classes.

Three unpadded convolutions of 32, 64 and 64 maps, then 64 units: 122,570 parameters. They
train it with Adam for 10 epochs; the search space adds augmentation and other optimizers.

Measured by `python -m benchmarks.recipes` on 2026-11-30:

    test        accuracy 0.6871 ± 0.013; linear discriminant analysis 0.4168
    test        crossentropy 0.9254 ± 0.045; linear discriminant analysis 1.728
    test        balanced_accuracy 0.6871 ± 0.013; linear discriminant analysis 0.4168
    source      Neural network assignments (source 001), Optimizers, Q4
    seeds       0, 1, 2
    time        about 460 s each on 1 core, AMD EPYC
    data        cifar10-jpeg.tar.gz
    command     cookbook train cifar10-cnn --seed 0 --json
    commit      397e124227
"""

from __future__ import annotations

from cookbook._sources import cite
from pipelines.recipes.recipe import Recipe
from tuning import Choice, Float, Space

RECIPE = Recipe(
    name="cifar10-cnn",
    summary="Plain CNN of 32, 64 and 64 maps on CIFAR-10",
    dataset="cifar10",
    task="image-classification",
    builder="cookbook.models.convnets:cifar10_cnn",
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
    source=cite("001", "Optimizers, Q4"),
    tiny={"epochs": 2},
    tiny_rows=400,
)
