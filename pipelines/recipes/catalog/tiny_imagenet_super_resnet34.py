"""SuperResNet-34 on Tiny ImageNet: 64x64 pixels, 200 classes.

The report's best row: spatial dropout, weight decay and He weights. It trains with Adam, flips,
crops and colour jitter on a GPU; here the rows share the training of the CIFAR-10 rows, which a
processor can finish, on images of 16 pixels at first and 32 at the end
(`pipelines.recipes.resnet_training`).

Measured by `python -m benchmarks.recipes` on 2026-11-26:

    test        accuracy 0.0264; linear discriminant analysis 0.0526
    test        crossentropy 4.989; linear discriminant analysis 5.999
    source      R&D report on LeNet, ResNet and recurrent networks (source 003), table 4: 40.11 %
                validation accuracy
    seeds       0
    time        about 1074 s on 1 core, Intel(R) Xeon(R) Processor (AVX-512)
    command     cookbook train tiny-imagenet-super-resnet34 --seed 0 --epochs 1 --set
                precision=mixed_bfloat16 --set image_size=32 --json
    commit      3cb81f6c21
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
    name="tiny-imagenet-super-resnet34",
    summary="ResNet-34 with spatial dropout, weight decay and He weights on Tiny ImageNet",
    dataset="tiny-imagenet",
    task="image-classification",
    builder="cookbook.models.resnets:resnet",
    defaults={
        "depth": 34,
        "variant": "source",
        "spatial_dropout": SPATIAL_DROPOUT,
        "weight_decay": WEIGHT_DECAY,
        "image_size": 32,
        "epochs": 20,
        **TRAINING,
    },
    space=SPACE,
    metric="val_accuracy",
    direction="maximize",
    source=cite("003", "table 4", reports="40.11 % validation accuracy"),
    tiny=dict(TINY),
    tiny_rows=600,  # three images of each class
    fits_in="80 minutes of one core that multiplies bfloat16, with precision=mixed_bfloat16",
)
