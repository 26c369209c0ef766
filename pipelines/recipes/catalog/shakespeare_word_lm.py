"""Tiny shakespeare, word by word, with tied embeddings.

A smaller relative of the report's WordModel1, which has three LSTM layers of 256 units and no tied
output: `units=[256, 256, 256] tied=false` gives its graph for the vocabulary at hand.

Words and punctuation marks are tokens, the end of a line is one, and words that occur once in
the training text are unknown. No published number exists for this text by words, and one is
comparable only with the same vocabulary: the Kneser-Ney counts beside it have the same.

Behind the first epoch the validation loss stands above that of later ones and of training: in two
stretches of 1,800 words the state is caught where it expects nothing but the end of a line, at 15
nats for every other word. Dropout frees it in training; later epochs have no such state.

Measured by `python -m benchmarks.recipes` on 2026-11-30:

    test        loss 4.189; Kneser-Ney, order 4 4.359
    test        perplexity 65.98; Kneser-Ney, order 4 78.22
    test        accuracy 0.2893
    source      R&D report on LeNet, ResNet and recurrent networks (source 003), section 6.10,
                WordModel1 with one layer of its three
    seeds       0
    time        about 304 s on 1 core, AMD EPYC (AVX-512)
    command     cookbook train shakespeare-word-lm --seed 0 --json
    commit      f63c15ec66
"""

from __future__ import annotations

from cookbook._sources import cite
from pipelines.recipes.recipe import Recipe
from tuning import Choice, Float, Space

RECIPE = Recipe(
    name="shakespeare-word-lm",
    summary="Tiny shakespeare word by word",
    dataset="tiny-shakespeare",
    task="language-model",
    builder="cookbook.models.language_models:language_model",
    defaults={
        "token_kind": "word",
        "lowercase": True,
        "min_frequency": 2,
        "cell": "lstm",
        "embedding_dim": 256,
        "units": (256,),
        "tied": True,
        "dropout": 0.4,
        "output_dropout": 0.5,
        "window": 35,
        "stateful": True,
        "optimizer": "adam",
        "learning_rate": 2e-3,
        "schedule": "cosine",
        "clip_norm": 1.0,
        "batch_size": 20,
        "epochs": 12,
    },
    space=Space(
        {
            "cell": Choice(["lstm", "gru"]),
            "embedding_dim": Choice([128, 256]),
            "units": Choice([(128,), (256,), (256, 256)]),
            "dropout": Float(0.2, 0.7, step=0.1),
            "output_dropout": Float(0.2, 0.7, step=0.1),
            "window": Choice([20, 35, 50]),
            "learning_rate": Float(3e-4, 1e-2, log=True),
        }
    ),
    metric="val_loss",
    direction="minimize",
    source=cite("003", "section 6.10") + ", WordModel1 with one layer of its three",
    tiny={"epochs": 2, "units": (32,), "embedding_dim": 32, "window": 10, "batch_size": 8},
    tiny_rows=1000,
)
