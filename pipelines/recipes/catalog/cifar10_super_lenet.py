"""SuperLeNet on CIFAR-10: 60,000 images, 10 classes.

The graph is the report's best LeNet; the training adds what the report does not use: flips and
crops, Nesterov momentum with warm-up and cosine decay, label smoothing, averaged weights.

The report's dropout of 0.2 holds the network back here, whose train accuracy is below that on
validation rows: without it, the variant `nodropout` of the record, validation accuracy was 74.4
instead of 73.6 % on JPEG copies of the images. It stays the default, for it is part of the report's
graph, and the row from wrong weights has it too.

The variant `long` also takes the largest of four pixels, as the report's text says, and 240 epochs:
validation accuracy is 77.0 %; on JPEG copies it was 74.6 %, and 74.4 % after 100 epochs: the graph
is at its end. What else was tried on validation rows of the copies: flips without crops (70 % after
25 epochs, the train rows 80 %), no label smoothing, and a teacher of 79 % (`cifar10-cnn` with flips
and crops), which gave 73 %.

Measured by `python -m benchmarks.recipes` on 2026-12-01:

    test        accuracy 0.7516; linear discriminant analysis 0.4147
    test        crossentropy 0.7325; linear discriminant analysis 1.725
    test        balanced_accuracy 0.7516; linear discriminant analysis 0.4147
    source      R&D report on LeNet, ResNet and recurrent networks (source 003), table 1: 66.00 %
                test accuracy
    seeds       0
    time        about 927 s on 1 core, AMD EPYC (AVX-512)
    data        cifar-10-batches-bin
    command     cookbook train cifar10-super-lenet --seed 0 --json
    commit      9aecf99df1
"""

from __future__ import annotations

from cookbook._sources import cite
from pipelines.recipes.recipe import Recipe
from tuning import Choice, Float, Space

RECIPE = Recipe(
    name="cifar10-super-lenet",
    summary="LeNet with leaky ReLU, batch normalisation, dropout and He weights on CIFAR-10",
    dataset="cifar10",
    task="image-classification",
    builder="cookbook.models.lenets:lenet",
    defaults={
        "batch_norm": True,
        "activation": "leaky_relu",
        "order": "source",
        "dropout": (0.0, 0.0, 0.2, 0.0),
        "initializer": "he_normal",
        "standardize": True,
        "augment": "flip-crop",
        "optimizer": "nesterov",
        "learning_rate": 0.1,
        "schedule": "cosine",
        "warmup": 0.05,
        "label_smoothing": 0.05,
        "ema": 0.998,
        "batch_size": 128,
        "epochs": 100,
    },
    space=Space(
        {
            "learning_rate": Float(1e-3, 0.3, log=True),
            "batch_size": Choice([64, 128, 256]),
            "activation": Choice(["tanh", "relu", "leaky_relu", "swish"]),
            "order": Choice(["source", "standard"]),
            "augment": Choice(["none", "flip", "flip-crop"]),
        }
    ),
    metric="val_accuracy",
    direction="maximize",
    source=cite("003", "table 1", reports="66.00 % test accuracy"),
    tiny={"epochs": 2},
    tiny_rows=200,
)
