"""Your own sentence pairs: a text file with source and target, tab separated.

Long sentences are cut to 40 tokens; batches hold sentences of like length.

Measured: each run scores a simple method on your data beside it.

    source      The user's own data
"""

from __future__ import annotations

from pipelines.recipes.recipe import Recipe
from tuning import Choice, Float, Space

RECIPE = Recipe(
    name="translation",
    summary="Your own sentence pairs with an attentive encoder-decoder",
    dataset="pair-file",
    task="translation",
    builder="cookbook.models.seq2seq:encoder_decoder",
    defaults={
        "cell": "gru",
        "attention": "multiplicative",
        "bidirectional": True,
        "units": 256,
        "embedding_dim": 128,
        "dropout": 0.3,
        "label_smoothing": 0.0,
        "token_kind": "word",
        "max_vocabulary": 20000,
        "min_frequency": 2,
        "max_length": 40,
        "optimizer": "adam",
        "learning_rate": 2e-3,
        "schedule": "cosine",
        "clip_norm": 1.0,
        "batch_size": 64,
        "epochs": 10,
    },
    space=Space(
        {
            "cell": Choice(["gru", "lstm"]),
            "attention": Choice(["additive", "multiplicative"]),
            "units": Choice([128, 256, 384]),
            "token_kind": Choice(["word", "subword"]),
            "dropout": Float(0.0, 0.6, step=0.1),
            "label_smoothing": Choice([0.0, 0.1]),
            "learning_rate": Float(3e-4, 1e-2, log=True),
            "batch_size": Choice([32, 64, 128]),
        }
    ),
    metric="val_accuracy",
    direction="maximize",
    source="The user's own data",
    tiny={"epochs": 2, "units": 32, "embedding_dim": 16},
    tiny_rows=300,
    fits_in="minutes for thousands of pairs",
)
