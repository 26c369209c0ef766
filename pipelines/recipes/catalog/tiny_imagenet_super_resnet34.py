"""SuperResNet-34 on Tiny ImageNet: 64x64 pixels, 200 classes.

The report's best row: spatial dropout, weight decay and He weights. It trains with Adam, flips,
crops and colour jitter on a GPU; here the rows share the training of the CIFAR-10 rows, which a
processor can finish, on images of 16 pixels at first and 32 at the end
(`pipelines.recipes.resnet_training`).

The record's training stopped after 18 epochs and went on with the next version of the code, whose
averaged weights have batch-norm statistics of their own: validation accuracy was 9 % at epoch 18
without them, and 26 % at epoch 19.

Measured by `python -m benchmarks.recipes` on 2026-11-29:

    test        accuracy 0.2706; linear discriminant analysis 0.0526
    test        crossentropy 3.249; linear discriminant analysis 5.999
    test        balanced_accuracy 0.2706; linear discriminant analysis 0.0526
    source      R&D report on LeNet, ResNet and recurrent networks (source 003), table 4: 40.11 %
                validation accuracy
    seeds       0
    time        about 6360 s on 1 core, AMD EPYC (AVX-512)
    data        tiny-imagenet-200-subset.tar.gz
    command     cookbook train tiny-imagenet-super-resnet34 --seed 0 --set precision=mixed_bfloat16
                --json
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
    fits_in="two hours of one core that multiplies bfloat16, with precision=mixed_bfloat16",
)
