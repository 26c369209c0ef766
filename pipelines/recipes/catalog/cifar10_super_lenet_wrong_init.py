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
    command     cookbook train cifar10-super-lenet-wrong-init --seed 0 --json
    commit      f26721b9c3
"""

from __future__ import annotations

from cookbook._sources import cite
from pipelines.recipes.lenet_training import (
    SUPER_LENET,
    SUPER_SPACE,
    SUPER_TRAINING,
    WRONG_INITIALIZER,
)
from pipelines.recipes.recipe import Recipe

RECIPE = Recipe(
    name="cifar10-super-lenet-wrong-init",
    summary="SuperLeNet from large Gaussian weights on CIFAR-10",
    dataset="cifar10",
    task="image-classification",
    builder="cookbook.models.lenets:lenet",
    defaults={
        **SUPER_LENET,
        "initializer": WRONG_INITIALIZER,
        **SUPER_TRAINING,
    },
    space=SUPER_SPACE,
    metric="val_accuracy",
    direction="maximize",
    source=cite("003", "table 1", reports="44.47 % test accuracy"),
    tiny={"epochs": 2},
    tiny_rows=200,
)
