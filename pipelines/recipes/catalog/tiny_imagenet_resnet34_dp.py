"""ResNet-34 with spatial dropout on Tiny ImageNet: 64x64 pixels, 200 classes.

The report names no drop rate; 0.1 is the usual one for whole maps. The training is that of
the plain ResNet-34.

Measured by `python -m benchmarks.recipes` on 2026-11-27:

    test        accuracy 0.0152; linear discriminant analysis 0.0526
    test        crossentropy 5.168; linear discriminant analysis 5.999
    source      R&D report on LeNet, ResNet and recurrent networks (source 003), table 4: 35.66 %
                validation accuracy
    seeds       0
    time        about 578 s on 1 core, Intel(R) Xeon(R) Processor (AVX-512)
    command     cookbook train tiny-imagenet-resnet34-dp --seed 0 --epochs 1 --set
                precision=mixed_bfloat16 --set image_size=32 --json
    commit      2ae7abbb88
"""

from __future__ import annotations

from cookbook._sources import cite
from pipelines.recipes.recipe import Recipe
from tuning import Choice, Float, Space

RECIPE = Recipe(
    name="tiny-imagenet-resnet34-dp",
    summary="ResNet-34 with spatial dropout on Tiny ImageNet",
    dataset="tiny-imagenet",
    task="image-classification",
    builder="cookbook.models.resnets:resnet",
    defaults={
        "depth": 34,
        "variant": "source",
        "spatial_dropout": 0.1,
        "standardize": True,
        "augment": "flip-crop",
        "optimizer": "nesterov",
        "learning_rate": 0.1,
        "schedule": "cosine",
        "warmup": 0.05,
        "weight_decay": 5e-4,
        "batch_size": 128,
        "epochs": 200,
    },
    space=Space(
        {
            "depth": Choice([8, 18, 34]),
            "learning_rate": Float(1e-4, 0.3, log=True),
            "batch_size": Choice([64, 128, 256]),
            "spatial_dropout": Float(0.0, 0.3, step=0.1),
            "augment": Choice(["flip-crop", "flip-crop-jitter", "flip-crop-cutmix"]),
        }
    ),
    metric="val_accuracy",
    direction="maximize",
    source=cite("003", "table 4", reports="35.66 % validation accuracy"),
    tiny={"epochs": 1, "depth": 8, "batch_size": 32, "image_size": 32},
    tiny_rows=600,  # three images of each class
    fits_in="made for a GPU: 21 million parameters take days on two cores",
    behind_baseline="one epoch of its 200 was run, half an hour of one core; the record's command "
    "says so.",
)
