"""SuperLeNet from large Gaussian weights on CIFAR-10: 60,000 images, 10 classes.

Shows what initialisation is worth: everything else is as in the row with He weights. The report
also starts biases at 0.1; here they start at 0.

Measured by `python -m benchmarks.recipes` on 2026-11-29:

    test        accuracy 0.6106; linear discriminant analysis 0.4168
    test        crossentropy 1.103; linear discriminant analysis 1.728
    test        balanced_accuracy 0.6106; linear discriminant analysis 0.4168
    source      R&D report on LeNet, ResNet and recurrent networks (source 003), table 1: 44.47 %
                test accuracy
    seeds       0
    time        about 765 s on 1 core, AMD EPYC (AVX-512)
    data        cifar10-jpeg.tar.gz
    command     cookbook train cifar10-super-lenet-wrong-init --seed 0 --json
    commit      f26721b9c3
"""

from __future__ import annotations

from cookbook._sources import cite
from pipelines.recipes.recipe import Recipe
from tuning import Choice, Float, Space

RECIPE = Recipe(
    name="cifar10-super-lenet-wrong-init",
    summary="SuperLeNet from large Gaussian weights on CIFAR-10",
    dataset="cifar10",
    task="image-classification",
    builder="cookbook.models.lenets:lenet",
    defaults={
        "batch_norm": True,
        "activation": "leaky_relu",
        "order": "source",
        "dropout": (0.0, 0.0, 0.2, 0.0),
        # Large Gaussian numbers; the report prints no scale.
        "initializer": {"class_name": "RandomNormal", "config": {"stddev": 1.0}},
        "standardize": True,
        "augment": "flip-crop",
        "optimizer": "nesterov",
        "learning_rate": 0.1,
        "schedule": "cosine",
        "warmup": 0.05,
        "label_smoothing": 0.05,
        "ema": 0.998,
        "batch_size": 128,
        "epochs": 100,
    },
    space=Space(
        {
            "learning_rate": Float(1e-3, 0.3, log=True),
            "batch_size": Choice([64, 128, 256]),
            "activation": Choice(["tanh", "relu", "leaky_relu", "swish"]),
            "order": Choice(["source", "standard"]),
            "augment": Choice(["none", "flip", "flip-crop"]),
        }
    ),
    metric="val_accuracy",
    direction="maximize",
    source=cite("003", "table 1", reports="44.47 % test accuracy"),
    tiny={"epochs": 2},
    tiny_rows=200,
)
