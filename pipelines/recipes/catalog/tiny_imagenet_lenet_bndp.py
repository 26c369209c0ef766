"""LeNet with batch normalisation and dropout on Tiny ImageNet: 64x64 pixels, 200 classes.

Dropout stands before a normalisation here, as in the report, and shifts the variance that it
learned (Li et al. 2019); `order=standard` keeps only the dropout behind the last one.

Images are halved to 32x32 pixels, the size that the report's parameter count belongs to.

Measured by `python -m benchmarks.recipes` on 2026-11-30:

    test        accuracy 0.0906 ± 0.0014; linear discriminant analysis 0.0526
    test        crossentropy 4.603 ± 0.021; linear discriminant analysis 5.999
    test        balanced_accuracy 0.0906 ± 0.0014; linear discriminant analysis 0.0526
    source      R&D report on LeNet, ResNet and recurrent networks (source 003), table 2: 5.42 %
                validation accuracy
    seeds       0, 1, 2
    time        about 281 s each on 1 core, AMD EPYC (AVX-512)
    data        tiny-imagenet-200-subset.tar.gz
    command     cookbook train tiny-imagenet-lenet-bndp --seed 0 --json
    commit      74f38c5b47
"""

from __future__ import annotations

from cookbook._sources import cite
from pipelines.recipes.recipe import Recipe
from tuning import Choice, Float, Space

RECIPE = Recipe(
    name="tiny-imagenet-lenet-bndp",
    summary="LeNet with batch normalisation and dropout on Tiny ImageNet",
    dataset="tiny-imagenet",
    task="image-classification",
    builder="cookbook.models.lenets:lenet",
    defaults={
        "hidden": (),
        "batch_norm": True,
        "activation": "tanh",
        "order": "source",
        "dropout": (0.2, 0.5, 0.5, 0.2),
        # The report's 83,072 parameters are those of a network for 32x32 pixels.
        "image_size": 32,
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
    source=cite("003", "table 2", reports="5.42 % validation accuracy"),
    tiny={"epochs": 2},
    tiny_rows=600,  # three images of each class
)
