"""CIFAR-10 within the 62,458 trainable parameters of the report's SuperLeNet, with a free graph.

LeNet spends three quarters of its parameters on one dense layer. A ResNet of 18 layers with 16, 16
and 32 channels, 62,202 parameters, spends them on convolutions and averages the maps instead. Its
images grow from 16 over 24 to 32 pixels, which they have for half of the training.

Multiples of 16 are what bfloat16 is fast with on a processor: 8, 15 and 30 channels, three blocks
each, took twice as long. In float32 a step takes about a fifth more.

A ResNet-8 of 14, 28 and 56 channels for 100 epochs, the default before, had 84.2 % of the test
images right on JPEG copies. The variant `shared` of the record had 84.6 % of them right: the blocks
of a stage share their convolutions, 25 of them in 62,282 parameters.

Measured by `python -m benchmarks.recipes` on 2026-12-01:

    test        accuracy 0.8847; linear discriminant analysis 0.4147
    test        crossentropy 0.3627; linear discriminant analysis 1.725
    test        balanced_accuracy 0.8847; linear discriminant analysis 0.4147
    source      R&D report on LeNet, ResNet and recurrent networks (source 003), table 1: 66.00 %
                test accuracy at this size
    seeds       0
    time        about 6064 s on 1 core, AMD EPYC (AVX-512)
    data        cifar-10-batches-bin
    command     cookbook train cifar10-small --seed 0 --set precision=mixed_bfloat16 --set
                test_flips=true --json
    commit      a0c75d6b91
"""

from __future__ import annotations

from cookbook._sources import cite
from pipelines.recipes.recipe import Recipe
from tuning import Choice, Float, Space

RECIPE = Recipe(
    name="cifar10-small",
    summary="CIFAR-10 within 62,458 parameters: a narrow ResNet-18",
    dataset="cifar10",
    task="image-classification",
    builder="cookbook.models.compact_networks:compact",
    defaults={
        "block": "residual",
        "widths": (16, 16, 32),
        "depths": (3, 3, 2),
        "activation": "relu",
        "dropout": 0.0,
        "optimizer": "nesterov",
        "learning_rate": 0.1,
        "weight_decay": 5e-4,
        "schedule": "cosine",
        "warmup": 0.05,
        "label_smoothing": 0.05,
        "ema": 0.998,
        "augment": "flip-crop",
        "standardize": True,
        "batch_size": 128,
        "progressive_sizes": (16, 24, 32, 32),
        "epochs": 148,
    },
    # Blocks, widths and depths stay: every point of the space keeps within the parameters.
    space=Space(
        {
            "activation": Choice(["relu", "swish", "leaky_relu"]),
            "learning_rate": Float(1e-2, 3e-1, log=True),
            "weight_decay": Float(1e-5, 2e-3, log=True),
            "label_smoothing": Choice([0.0, 0.05, 0.1]),
            "dropout": Float(0.0, 0.3, step=0.1),
            "augment": Choice(["flip-crop", "flip-crop-cutout", "flip-crop-mixup"]),
            "batch_size": Choice([64, 128, 256]),
        }
    ),
    metric="val_accuracy",
    direction="maximize",
    source=cite("003", "table 1", reports="66.00 % test accuracy at this size"),
    tiny={"epochs": 2},
    tiny_rows=400,
)
