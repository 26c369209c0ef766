"""ResNet-34 with spatial dropout on CIFAR-10: 60,000 images, 10 classes.

The training is that of the plain ResNet-34 (`pipelines.recipes.resnet_training`); the report names
no drop rate. The record rests on half of the default epochs.

Measured by `python -m benchmarks.recipes` on 2026-11-30:

    test        accuracy 0.7919; linear discriminant analysis 0.4168
    test        crossentropy 0.6929; linear discriminant analysis 1.728
    test        balanced_accuracy 0.7919; linear discriminant analysis 0.4168
    source      R&D report on LeNet, ResNet and recurrent networks (source 003), table 3: 86.27 %
                test accuracy
    seeds       0
    time        about 7609 s on 1 core, AMD EPYC (AVX-512)
    data        cifar10-jpeg.tar.gz
    command     cookbook train cifar10-resnet34-dp --seed 0 --set epochs=7 --set
                precision=mixed_bfloat16 --json
    commit      d96ef77590
"""

from __future__ import annotations

from cookbook._sources import cite
from pipelines.recipes.recipe import Recipe
from pipelines.recipes.resnet_training import SPACE, SPATIAL_DROPOUT, TINY, TRAINING

RECIPE = Recipe(
    name="cifar10-resnet34-dp",
    summary="ResNet-34 with spatial dropout on CIFAR-10",
    dataset="cifar10",
    task="image-classification",
    builder="cookbook.models.resnets:resnet",
    defaults={
        "depth": 34,
        "variant": "source",
        "spatial_dropout": SPATIAL_DROPOUT,
        "epochs": 14,
        **TRAINING,
    },
    space=SPACE,
    metric="val_accuracy",
    direction="maximize",
    source=cite("003", "table 3", reports="86.27 % test accuracy"),
    tiny=dict(TINY),
    tiny_rows=200,
    fits_in="two hours of one core that multiplies bfloat16, with precision=mixed_bfloat16",
)
