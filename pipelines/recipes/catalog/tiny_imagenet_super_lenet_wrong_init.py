"""SuperLeNet from large Gaussian weights on Tiny ImageNet: 64x64 pixels, 200 classes.

Shows what initialisation is worth: everything else is as in the row with He weights. The report
also starts biases at 0.1; here they start at 0.

Images are halved to 32x32 pixels, the size that the report's parameter count belongs to.

Measured by `python -m benchmarks.recipes` on 2026-11-29:

    test        accuracy 0.0036; linear discriminant analysis 0.0526
    test        crossentropy 5.299; linear discriminant analysis 5.999
    test        balanced_accuracy 0.0036; linear discriminant analysis 0.0526
    source      R&D report on LeNet, ResNet and recurrent networks (source 003), table 2: 8.36 %
                validation accuracy
    seeds       0
    time        about 293 s on 1 core, AMD EPYC (AVX-512)
    command     cookbook train tiny-imagenet-super-lenet-wrong-init --seed 0 --json
    commit      f26721b9c3
"""

from __future__ import annotations

from cookbook._sources import cite
from pipelines.recipes.lenet_training import (
    SUPER_LENET,
    SUPER_SPACE,
    SUPER_TRAINING,
    TINY_IMAGENET,
    WRONG_INITIALIZER,
)
from pipelines.recipes.recipe import Recipe

RECIPE = Recipe(
    name="tiny-imagenet-super-lenet-wrong-init",
    summary="SuperLeNet from large Gaussian weights on Tiny ImageNet",
    dataset="tiny-imagenet",
    task="image-classification",
    builder="cookbook.models.lenets:lenet",
    defaults={
        **TINY_IMAGENET,
        **SUPER_LENET,
        "initializer": WRONG_INITIALIZER,
        **SUPER_TRAINING,
    },
    space=SUPER_SPACE,
    metric="val_accuracy",
    direction="maximize",
    source=cite("003", "table 2", reports="8.36 % validation accuracy"),
    tiny={"epochs": 2},
    tiny_rows=600,  # three images of each class
    behind_baseline="its large weights are the point: the report shows by it what a wrong "
    "initialisation costs.",
)
