"""SuperResNet-34 from large Gaussian weights on CIFAR-10: 60,000 images, 10 classes.

Shows what initialisation is worth: everything else is as in the row with He weights. The
record is of the training before images grew: one epoch of Adam with a penalty of 0.005.

Measured by `python -m benchmarks.recipes` on 2026-11-27:

    test        accuracy 0.1436; linear discriminant analysis 0.4168
    test        crossentropy 3.843; linear discriminant analysis 1.728
    source      R&D report on LeNet, ResNet and recurrent networks (source 003), table 3: 9.83 %
                test accuracy
    seeds       0
    time        about 1346 s on 1 core, Intel(R) Xeon(R) Processor (AVX-512)
    data        cifar10-jpeg.tar.gz
    command     cookbook train cifar10-super-resnet34-wrong-init --seed 0 --epochs 1 --set
                precision=mixed_bfloat16 --json
    commit      2ae7abbb88
"""

from __future__ import annotations

from cookbook._sources import cite
from pipelines.recipes.recipe import Recipe
from pipelines.recipes.resnet_training import (
    SPACE,
    SPATIAL_DROPOUT,
    TINY,
    TRAINING,
    WEIGHT_DECAY,
)

RECIPE = Recipe(
    name="cifar10-super-resnet34-wrong-init",
    summary="SuperResNet-34 from large Gaussian weights on CIFAR-10",
    dataset="cifar10",
    task="image-classification",
    builder="cookbook.models.resnets:resnet",
    defaults={
        "depth": 34,
        "variant": "source",
        "spatial_dropout": SPATIAL_DROPOUT,
        # Large Gaussian numbers; the report prints no scale.
        "initializer": {"class_name": "RandomNormal", "config": {"stddev": 1.0}},
        "weight_decay": WEIGHT_DECAY,
        "epochs": 14,
        **TRAINING,
    },
    space=SPACE,
    metric="val_accuracy",
    direction="maximize",
    source=cite("003", "table 3", reports="9.83 % test accuracy"),
    tiny=dict(TINY),
    tiny_rows=200,
    fits_in="two hours of one core that multiplies bfloat16, with precision=mixed_bfloat16",
    behind_baseline="its large weights are the point: the report shows by it what a wrong "
    "initialisation costs.",
)
