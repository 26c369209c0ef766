"""ResNet-34 with spatial dropout on Tiny ImageNet: 64x64 pixels, 200 classes.

The training is that of the plain ResNet-34 (`pipelines.recipes.resnet_training`); the report names
no drop rate. The record rests on half of the default epochs.

Measured by `python -m benchmarks.recipes` on 2026-11-29:

    test        accuracy 0.1536; linear discriminant analysis 0.0526
    test        crossentropy 3.98; linear discriminant analysis 5.999
    test        balanced_accuracy 0.1536; linear discriminant analysis 0.0526
    source      R&D report on LeNet, ResNet and recurrent networks (source 003), table 4: 35.66 %
                validation accuracy
    seeds       0
    time        about 2372 s on 1 core, AMD EPYC (AVX-512)
    data        tiny-imagenet-200-subset.tar.gz
    command     cookbook train tiny-imagenet-resnet34-dp --seed 0 --set epochs=10 --set
                precision=mixed_bfloat16 --json
    commit      d96ef77590
"""

from __future__ import annotations

from cookbook._sources import cite
from pipelines.recipes.recipe import Recipe
from pipelines.recipes.resnet_training import SPACE, SPATIAL_DROPOUT, TINY, TRAINING

RECIPE = Recipe(
    name="tiny-imagenet-resnet34-dp",
    summary="ResNet-34 with spatial dropout on Tiny ImageNet",
    dataset="tiny-imagenet",
    task="image-classification",
    builder="cookbook.models.resnets:resnet",
    defaults={
        "depth": 34,
        "variant": "source",
        "spatial_dropout": SPATIAL_DROPOUT,
        "image_size": 32,
        "epochs": 20,
        **TRAINING,
    },
    space=SPACE,
    metric="val_accuracy",
    direction="maximize",
    source=cite("003", "table 4", reports="35.66 % validation accuracy"),
    tiny=dict(TINY),
    tiny_rows=600,  # three images of each class
    fits_in="two hours of one core that multiplies bfloat16, with precision=mixed_bfloat16",
)
