"""French to English with an attentive encoder-decoder, on all pairs of at most 12 words.

Measured: not yet.

    source      R&D report on LeNet, ResNet and recurrent networks (source 003), section 6.13
"""

from __future__ import annotations

from cookbook._sources import cite
from pipelines.recipes.recipe import Recipe
from tuning import Choice, Float, Space

RECIPE = Recipe(
    name="eng-fra-sentences",
    summary="French to English on all pairs of at most 12 words",
    dataset="eng-fra",
    dataset_options={"max_words": 12, "reverse": True},
    task="translation",
    builder="cookbook.models.seq2seq:encoder_decoder",
    defaults={
        "cell": "gru",
        "attention": "multiplicative",
        "bidirectional": True,
        "units": 512,
        "embedding_dim": 256,
        "dropout": 0.3,
        "label_smoothing": 0.1,
        "token_kind": "subword",
        "max_vocabulary": 8000,
        "beam_width": 4,
        "optimizer": "adam",
        "learning_rate": 2e-3,
        "schedule": "cosine",
        "warmup": 0.05,
        "clip_norm": 1.0,
        "ema": 0.999,
        "batch_size": 128,
        "epochs": 10,
    },
    space=Space(
        {
            "cell": Choice(["gru", "lstm"]),
            "attention": Choice(["additive", "multiplicative"]),
            "units": Choice([256, 512]),
            "dropout": Float(0.0, 0.6, step=0.1),
            "label_smoothing": Choice([0.0, 0.1]),
            "learning_rate": Float(3e-4, 1e-2, log=True),
            "batch_size": Choice([64, 128, 256]),
        }
    ),
    metric="val_accuracy",
    direction="maximize",
    source=cite("003", "section 6.13"),
    tiny={"epochs": 2, "units": 32, "embedding_dim": 16, "max_vocabulary": 600},
    tiny_rows=300,
    fits_in="two hours of one core",
)
