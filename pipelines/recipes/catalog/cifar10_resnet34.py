"""ResNet-34 on CIFAR-10: 60,000 images, 10 classes.

The report's graph with the training that is usual for it: Nesterov momentum, weight decay of
the kernels, cosine decay, flips and crops.

Measured by `python -m benchmarks.recipes` on 2026-11-26:

    test        accuracy 0.2816; linear discriminant analysis 0.4168
    test        crossentropy 1.845; linear discriminant analysis 1.728
    source      R&D report on LeNet, ResNet and recurrent networks (source 003), table 3: 86.10 %
                test accuracy
    seeds       0
    time        about 2523 s on 1 core, Intel(R) Xeon(R) Processor (AVX-512)
    command     cookbook train cifar10-resnet34 --seed 0 --epochs 1 --set precision=mixed_bfloat16
                --json
    commit      10c969649f
"""

from __future__ import annotations

from cookbook._sources import cite
from pipelines.recipes.recipe import Recipe
from tuning import Choice, Float, Space

RECIPE = Recipe(
    name="cifar10-resnet34",
    summary="ResNet-34 on CIFAR-10",
    dataset="cifar10",
    task="image-classification",
    builder="cookbook.models.resnets:resnet",
    defaults={
        "depth": 34,
        "variant": "source",
        "spatial_dropout": 0.0,
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
    source=cite("003", "table 3", reports="86.10 % test accuracy"),
    tiny={"epochs": 1, "depth": 8, "batch_size": 32, "image_size": 32},
    tiny_rows=200,
    fits_in="made for a GPU: 21 million parameters take days on two cores",
    behind_baseline="one epoch of its 200 was run, half an hour of one core; the record's command "
    "says so.",
)
