"""Your own text: learn to continue it, by characters, words or subwords.

Give the dataset's option `unit=line` where each line is an item of its own, such as a name;
otherwise the text is one stream. Kneser-Ney counts of the same text are the baseline: on less
than some hundred thousand characters they are hard to beat.

Measured: each run scores a simple method on your data beside it.

    source      R&D report on LeNet, ResNet and recurrent networks (source 003), sections 6.8 to
                6.10, on any text
"""

from __future__ import annotations

from cookbook._sources import cite
from pipelines.recipes.recipe import Recipe
from tuning import Choice, Float, Space

RECIPE = Recipe(
    name="language-model",
    summary="Your text, continued",
    dataset="plain-text",
    task="language-model",
    builder="cookbook.models.language_models:language_model",
    defaults={
        "token_kind": "character",
        "window": 64,
        "stateful": False,
        "cell": "lstm",
        "embedding_dim": 64,
        "units": (192,),
        "dropout": 0.1,
        "output_dropout": 0.2,
        "optimizer": "adam",
        "learning_rate": 3e-3,
        "schedule": "cosine",
        "clip_norm": 1.0,
        "batch_size": 32,
        "epochs": 15,
        "patience": 3,
    },
    space=Space(
        {
            "cell": Choice(["simple_rnn", "lstm", "gru"]),
            "embedding_dim": Choice([16, 32, 64, 128]),
            "units": Choice([(64,), (128,), (192,), (128, 128)]),
            "dropout": Float(0.0, 0.5, step=0.1),
            "output_dropout": Float(0.0, 0.5, step=0.1),
            "learning_rate": Float(5e-4, 1e-2, log=True),
            "batch_size": Choice([16, 32, 64]),
        }
    ),
    metric="val_loss",
    direction="minimize",
    source=cite("003", "sections 6.8 to 6.10") + ", on any text",
    tiny={"epochs": 2, "units": (32,), "embedding_dim": 16, "window": 16},
)
