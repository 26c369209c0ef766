"""LeNet with batch normalisation on CIFAR-10: 60,000 images, 10 classes.

The normalisation stands behind the activations, as the report prints it; `order=standard`
puts it before them.

Below the report, which prints neither its rate nor its batch size: trained as the plain LeNet, it
fits the training rows better. On validation rows its three seeds are best after 27 to 31 of 40
epochs, with 56.6 to 57.7 %.

The report's text has max pooling where its printed network averages: with it, the variant `maxpool`
of the record, the seeds are best with 59.9 to 60.6 % of the validation rows (the report: 60.42),
and have 58.3 to 59.9 % where they have the report's 75.8 % of the training rows.

Measured by `python -m benchmarks.recipes` on 2026-12-01:

    test        accuracy 0.564 ± 0.0093; linear discriminant analysis 0.4147
    test        crossentropy 1.384 ± 0.014; linear discriminant analysis 1.725
    test        balanced_accuracy 0.564 ± 0.0093; linear discriminant analysis 0.4147
    source      R&D report on LeNet, ResNet and recurrent networks (source 003), table 1: 60.77 %
                test accuracy
    seeds       0, 1, 2
    time        about 296 s each on 1 core, AMD EPYC (AVX-512)
    data        cifar-10-batches-bin
    command     cookbook train cifar10-lenet-bn --seed 0 --json
    commit      9aecf99df1
"""

from __future__ import annotations

from cookbook._sources import cite
from pipelines.recipes.recipe import Recipe
from tuning import Choice, Float, Space

RECIPE = Recipe(
    name="cifar10-lenet-bn",
    summary="LeNet with batch normalisation on CIFAR-10",
    dataset="cifar10",
    task="image-classification",
    builder="cookbook.models.lenets:lenet",
    defaults={
        "batch_norm": True,
        "activation": "tanh",
        "order": "source",
        "augment": "none",
        "optimizer": "adam",
        # The report trains with Adam (section 2.8.1) and prints no rate, batch size or scale of the
        # pixels. Validation rows chose these for the plain LeNet: docs/recipes/cifar10-lenet.md.
        "learning_rate": 3e-4,
        "batch_size": 128,
        "standardize": True,
        "epochs": 40,
    },
    space=Space(
        {
            "learning_rate": Float(1e-4, 0.01, log=True),
            "batch_size": Choice([64, 128, 256]),
            "activation": Choice(["tanh", "relu", "leaky_relu", "swish"]),
            "order": Choice(["source", "standard"]),
            "augment": Choice(["none", "flip", "flip-crop"]),
        }
    ),
    metric="val_accuracy",
    direction="maximize",
    source=cite("003", "table 1", reports="60.77 % test accuracy"),
    tiny={"epochs": 2},
    tiny_rows=200,
)
