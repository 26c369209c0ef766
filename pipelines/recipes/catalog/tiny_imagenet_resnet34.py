"""ResNet-34 on Tiny ImageNet: 64x64 pixels, 200 classes.

The report's graph by the training that the four rows share (`pipelines.recipes.resnet_training`),
here without dropout and without weight decay.

Measured by `python -m benchmarks.recipes` on 2026-11-26:

    test        accuracy 0.0216; linear discriminant analysis 0.0526
    test        crossentropy 5.04; linear discriminant analysis 5.999
    source      R&D report on LeNet, ResNet and recurrent networks (source 003), table 4: 33.89 %
                validation accuracy
    seeds       0
    time        about 941 s on 1 core, Intel(R) Xeon(R) Processor (AVX-512)
    command     cookbook train tiny-imagenet-resnet34 --seed 0 --epochs 1 --set
                precision=mixed_bfloat16 --set image_size=32 --json
    commit      10c969649f
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
    behind_baseline="one epoch of its 200 was run, half an hour of one core; the record's command "
    "says so.",
)
