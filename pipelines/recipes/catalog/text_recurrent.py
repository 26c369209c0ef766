"""Your own texts to classes by a recurrent network, where the order of the words decides.

The recipe `text` is faster and more accurate on nearly all texts; see there for the data. The
defaults are mild: they suit some thousand short texts. For long texts set `max_length`, for
names or codes `token_kind=character`.

Measured: each run scores a simple method on your data beside it.

    source      R&D report on LeNet, ResNet and recurrent networks (source 003), section 6.11, on
                any texts
"""

from __future__ import annotations

from cookbook._sources import cite
from pipelines.recipes.recipe import Recipe
from tuning import Choice, Float, Space

RECIPE = Recipe(
    name="text-recurrent",
    summary="Your texts to classes with a recurrent network",
    dataset="text-classes",
    task="text-classification",
    builder="cookbook.models.recurrent_classifiers:text_classifier",
    defaults={
        "token_kind": "word",
        "lowercase": True,
        "max_vocabulary": 20000,
        "max_length": 300,
        "cell": "gru",
        "bidirectional": False,
        "embedding_dim": 64,
        "units": (64,),
        "pooling": "max",
        "dropout": 0.2,
        "head_dropout": 0.3,
        "optimizer": "adam",
        "learning_rate": 2e-3,
        "clip_norm": 1.0,
        "batch_size": 32,
        "epochs": 10,
        "patience": 3,
    },
    space=Space(
        {
            "token_kind": Choice(["word", "character"]),
            "cell": Choice(["lstm", "gru"]),
            "embedding_dim": Choice([32, 64, 128]),
            "units": Choice([(32,), (64,), (128,)]),
            "pooling": Choice(["last", "mean", "max"]),
            "bidirectional": Choice([False, True]),
            "dropout": Float(0.0, 0.5, step=0.1),
            "head_dropout": Float(0.0, 0.5, step=0.1),
            "learning_rate": Float(3e-4, 1e-2, log=True),
            "batch_size": Choice([16, 32, 64]),
        }
    ),
    metric="val_accuracy",
    direction="maximize",
    source=cite("003", "section 6.11") + ", on any texts",
    tiny={"epochs": 2, "units": (16,), "embedding_dim": 16, "max_length": 60},
)
