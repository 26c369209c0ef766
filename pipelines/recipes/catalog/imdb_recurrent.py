"""Film reviews, positive or negative, by a recurrent network that reads them in order.

The recipe `imdb-sentiment` is more accurate and several times as fast; this one is the kind of
network that the report uses. The last 400 words of a review are read: they hold the verdict.

Measured: not yet.

    source      R&D report on LeNet, ResNet and recurrent networks (source 003), section 6.11; Maas
                et al. 2011
"""

from __future__ import annotations

from pipelines.recipes.recipe import Recipe
from pipelines.sources.documents import cite
from tuning import Choice, Float, Space

RECIPE = Recipe(
    name="imdb-recurrent",
    summary="Film reviews, positive or negative, with a recurrent network",
    dataset="imdb",
    task="text-classification",
    builder="cookbook.models.recurrent_classifiers:text_classifier",
    defaults={
        "lowercase": True,
        "strip_tags": True,
        "max_vocabulary": 20000,
        "max_length": 400,
        "keep": "last",
        "cell": "lstm",
        "embedding_dim": 64,
        "units": (64,),
        "pooling": "max",
        "dropout": 0.3,
        "head_dropout": 0.3,
        "optimizer": "adam",
        "learning_rate": 2e-3,
        "schedule": "cosine",
        "clip_norm": 1.0,
        "batch_size": 64,
        "epochs": 4,
    },
    space=Space(
        {
            "cell": Choice(["lstm", "gru"]),
            "max_vocabulary": Choice([5000, 10000, 20000]),
            "max_length": Choice([200, 300, 400]),
            "embedding_dim": Choice([32, 64, 128]),
            "units": Choice([(32,), (64,), (128,)]),
            "pooling": Choice(["mean", "max"]),
            "dropout": Float(0.0, 0.5, step=0.1),
            "head_dropout": Float(0.0, 0.5, step=0.1),
            "learning_rate": Float(3e-4, 5e-3, log=True),
            "batch_size": Choice([32, 64, 128]),
        }
    ),
    metric="val_accuracy",
    direction="maximize",
    source=cite("003", "section 6.11") + "; Maas et al. 2011",
    tiny={"epochs": 1, "units": (8,), "embedding_dim": 16, "max_length": 60},
)
