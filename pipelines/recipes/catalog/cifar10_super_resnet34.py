"""SuperResNet-34 on CIFAR-10: 60,000 images, 10 classes.

The report's best row: spatial dropout, weight decay and He weights. It trains with Adam, flips,
crops and colour jitter for 200 epochs on a GPU; here all four rows share one training that a
processor can finish, on images that grow from 16 to 32 pixels
(`pipelines.recipes.resnet_training`). On a GPU: `--set epochs=200 --set spatial_dropout=0.1 --set
progressive_sizes=[]`.

The record's training stopped after 12 epochs and went on with the next version of the code, whose
averaged weights have batch-norm statistics of their own.

Measured by `python -m benchmarks.recipes` on 2026-11-29:

    test        accuracy 0.8631; linear discriminant analysis 0.4168
    test        crossentropy 0.4611; linear discriminant analysis 1.728
    test        balanced_accuracy 0.8631; linear discriminant analysis 0.4168
    source      R&D report on LeNet, ResNet and recurrent networks (source 003), table 3: 93.03 %
                test accuracy
    seeds       0
    time        about 7712 s on 1 core, AMD EPYC (AVX-512)
    data        cifar10-jpeg.tar.gz
    command     cookbook train cifar10-super-resnet34 --seed 0 --set precision=mixed_bfloat16 --json
    commit      ec8a09a6c0
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
    name="cifar10-super-resnet34",
    summary="ResNet-34 with spatial dropout, weight decay and He weights on CIFAR-10",
    dataset="cifar10",
    task="image-classification",
    builder="cookbook.models.resnets:resnet",
    defaults={
        "depth": 34,
        "variant": "source",
        "spatial_dropout": SPATIAL_DROPOUT,
        "weight_decay": WEIGHT_DECAY,
        "epochs": 14,
        **TRAINING,
    },
    space=SPACE,
    metric="val_accuracy",
    direction="maximize",
    source=cite("003", "table 3", reports="93.03 % test accuracy"),
    tiny=dict(TINY),
    tiny_rows=200,
    fits_in="two hours of one core that multiplies bfloat16, with precision=mixed_bfloat16",
)
