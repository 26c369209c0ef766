"""ResNet-34 on Tiny ImageNet: 64x64 pixels, 200 classes.

The report's graph by the training that the four rows share (`pipelines.recipes.resnet_training`),
here without dropout and without weight decay. The record rests on half of the default epochs.

Measured by `python -m benchmarks.recipes` on 2026-11-29:

    test        accuracy 0.16; linear discriminant analysis 0.0526
    test        crossentropy 3.961; linear discriminant analysis 5.999
    test        balanced_accuracy 0.16; linear discriminant analysis 0.0526
    source      R&D report on LeNet, ResNet and recurrent networks (source 003), table 4: 33.89 %
                validation accuracy
    seeds       0
    time        about 2314 s on 1 core, AMD EPYC (AVX-512)
    data        tiny-imagenet-200-subset.tar.gz
    command     cookbook train tiny-imagenet-resnet34 --seed 0 --set epochs=10 --set
                precision=mixed_bfloat16 --json
    commit      d96ef77590
"""

from __future__ import annotations

from cookbook._sources import cite
from pipelines.recipes.recipe import Recipe
from pipelines.recipes.resnet_training import SPACE, TINY, TRAINING

RECIPE = Recipe(
    name="tiny-imagenet-resnet34",
    summary="ResNet-34 on Tiny ImageNet",
    dataset="tiny-imagenet",
    task="image-classification",
    builder="cookbook.models.resnets:resnet",
    defaults={
        "depth": 34,
        "variant": "source",
        "spatial_dropout": 0.0,
        "image_size": 32,
        "epochs": 20,
        **TRAINING,
    },
    space=SPACE,
    metric="val_accuracy",
    direction="maximize",
    source=cite("003", "table 4", reports="33.89 % validation accuracy"),
    tiny=dict(TINY),
    tiny_rows=600,  # three images of each class
    fits_in="two hours of one core that multiplies bfloat16, with precision=mixed_bfloat16",
)
