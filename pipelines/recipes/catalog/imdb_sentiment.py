"""Film reviews, positive or negative, on the published split of 25,000 and 25,000.

To beat: logistic regression on the bag of words (88.5 %, in seconds); the report's LSTM
over 1,000 words equals such a linear model. Reviews that occur in both published halves are
dropped from training. Lists of stop words hold "not" and "no", so none is used.

Measured by `python -m benchmarks.recipes` on 2026-11-25:

    test        accuracy 0.864; bag-of-words regression 0.8856
    test        crossentropy 0.3967; bag-of-words regression 0.2867
    source      R&D report on LeNet, ResNet and recurrent networks (source 003), section 6.11; Maas
                et al. 2011
    seeds       0
    time        about 305 s each on 2 cores, AMD EPYC (AVX-512)
    command     cookbook train imdb-sentiment --seed 0 --json
    commit      a79b17edf6
"""

from __future__ import annotations

from pipelines.recipes.recipe import Recipe
from pipelines.sources.documents import cite
from tuning import Choice, Float, Space

RECIPE = Recipe(
    name="imdb-sentiment",
    summary="Film reviews, positive or negative",
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
