"""SuperResNet-34 from large Gaussian weights on Tiny ImageNet: 64x64 pixels, 200 classes.

Shows what initialisation is worth: everything else is as in the row with He weights. The record
rests on half of the default epochs.

Measured by `python -m benchmarks.recipes` on 2026-11-30:

    test        accuracy 0.0056; linear discriminant analysis 0.0526
    test        crossentropy 5.472; linear discriminant analysis 5.999
    test        balanced_accuracy 0.0056; linear discriminant analysis 0.0526
    source      R&D report on LeNet, ResNet and recurrent networks (source 003), table 4: 0.54 %
                validation accuracy
    seeds       0
    time        about 4228 s on 1 core, AMD EPYC (AVX-512)
    data        tiny-imagenet-200-subset.tar.gz
    command     cookbook train tiny-imagenet-super-resnet34-wrong-init --seed 0 --set epochs=10
                --set precision=mixed_bfloat16 --json
    commit      f63c15ec66
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
    name="tiny-imagenet-super-resnet34-wrong-init",
    summary="SuperResNet-34 from large Gaussian weights on Tiny ImageNet",
    dataset="tiny-imagenet",
    task="image-classification",
    builder="cookbook.models.resnets:resnet",
    defaults={
        "depth": 34,
        "variant": "source",
        "spatial_dropout": SPATIAL_DROPOUT,
        # Large Gaussian numbers; the report prints no scale.
        "initializer": {"class_name": "RandomNormal", "config": {"stddev": 1.0}},
        "weight_decay": WEIGHT_DECAY,
        "image_size": 32,
        "epochs": 20,
        **TRAINING,
    },
    space=SPACE,
    metric="val_accuracy",
    direction="maximize",
    source=cite("003", "table 4", reports="0.54 % validation accuracy"),
    tiny=dict(TINY),
    tiny_rows=600,  # three images of each class
    fits_in="two hours of one core that multiplies bfloat16, with precision=mixed_bfloat16",
    behind_baseline="its large weights are the point: the report shows by it what a wrong "
    "initialisation costs.",
)
