"""ResNet-34 with spatial dropout on CIFAR-10: 60,000 images, 10 classes.

The report names no drop rate; 0.1 is the usual one for whole maps. The training is that of
the plain ResNet-34.

Measured by `python -m benchmarks.recipes` on 2026-11-27:

    test        accuracy 0.4221; linear discriminant analysis 0.4168
    test        crossentropy 1.55; linear discriminant analysis 1.728
    source      R&D report on LeNet, ResNet and recurrent networks (source 003), table 3: 86.27 %
                test accuracy
    seeds       0
    time        about 1698 s on 1 core, Intel(R) Xeon(R) Processor (AVX-512)
    command     cookbook train cifar10-resnet34-dp --seed 0 --epochs 1 --set
                precision=mixed_bfloat16 --json
    commit      2ae7abbb88
"""

from __future__ import annotations

from cookbook._sources import cite
from pipelines.recipes.recipe import Recipe
from tuning import Choice, Float, Space

RECIPE = Recipe(
    name="cifar10-resnet34-dp",
    summary="ResNet-34 with spatial dropout on CIFAR-10",
    dataset="cifar10",
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
    source=cite("003", "table 3", reports="86.27 % test accuracy"),
    tiny={"epochs": 1, "depth": 8, "batch_size": 32, "image_size": 32},
    tiny_rows=200,
    fits_in="made for a GPU: 21 million parameters take days on two cores",
)
