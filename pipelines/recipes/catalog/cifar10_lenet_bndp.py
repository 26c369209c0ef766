"""LeNet with batch normalisation and dropout on CIFAR-10: 60,000 images, 10 classes.

Dropout stands before a normalisation here, as in the report, and shifts the variance that it
learned (Li et al. 2019); `order=standard` keeps only the dropout behind the last one.

Measured by `python -m benchmarks.recipes` on 2026-11-30:

    test        accuracy 0.5664 ± 0.0081; linear discriminant analysis 0.4168
    test        crossentropy 1.227 ± 0.021; linear discriminant analysis 1.728
    test        balanced_accuracy 0.5664 ± 0.0081; linear discriminant analysis 0.4168
    source      R&D report on LeNet, ResNet and recurrent networks (source 003), table 1: 54.23 %
                test accuracy
    seeds       0, 1, 2
    time        about 1150 s each on 1 core, AMD EPYC
    data        cifar10-jpeg.tar.gz
    command     cookbook train cifar10-lenet-bndp --seed 0 --json
    commit      ba75737b9e
"""

from __future__ import annotations

from cookbook._sources import cite
from pipelines.recipes.recipe import Recipe
from tuning import Choice, Float, Space

RECIPE = Recipe(
    name="cifar10-lenet-bndp",
    summary="LeNet with batch normalisation and dropout on CIFAR-10",
    dataset="cifar10",
    task="image-classification",
    builder="cookbook.models.lenets:lenet",
    defaults={
        "batch_norm": True,
        "activation": "tanh",
        "order": "source",
        "dropout": (0.2, 0.5, 0.5, 0.2),
        "augment": "none",
        "optimizer": "adam",
        # The report trains with Adam (section 2.8.1) and prints neither rate nor batch size.
        "learning_rate": 1e-3,
        "batch_size": 128,
        "epochs": 50,
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
    source=cite("003", "table 1", reports="54.23 % test accuracy"),
    tiny={"epochs": 2},
    tiny_rows=200,
)
