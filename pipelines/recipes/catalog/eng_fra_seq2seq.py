"""French to English with a recurrent encoder-decoder, on the pairs of the PyTorch tutorial.

Source 003 reports no score: its sample translations are of training sentences. Here pairs that
share a sentence stay in one split, and a translation counts against every known one.
"""

from __future__ import annotations

from pipelines.recipes.recipe import Recipe
from tuning import Choice, Float, Space

RECIPE = Recipe(
    name="eng-fra-seq2seq",
    summary="French to English, GRU or LSTM, with or without attention",
    dataset="eng-fra",
    dataset_options={"subset": "tutorial", "reverse": True},
    task="translation",
    builder="cookbook.models.seq2seq:encoder_decoder",
    defaults={
        "cell": "gru",
        "attention": "additive",
        "bidirectional": True,
        "units": 256,
        "embedding_dim": 128,
        "dropout": 0.3,
        "label_smoothing": 0.0,
        "min_frequency": 2,
        "sampling_half_life": 0,
        "optimizer": "adam",
        "learning_rate": 2e-3,
        "schedule": "cosine",
        "clip_norm": 1.0,
        "batch_size": 64,
        "epochs": 20,
    },
    space=Space(
        {
            "cell": Choice(["gru", "lstm"]),
            "attention": Choice([None, "additive", "multiplicative"]),
            "bidirectional": Choice([True, False]),
            "units": Choice([128, 256]),
            "dropout": Float(0.0, 0.6, step=0.1),
            "label_smoothing": Choice([0.0, 0.1]),
            "learning_rate": Float(3e-4, 1e-2, log=True),
            "batch_size": Choice([32, 64, 128]),
        }
    ),
    metric="val_accuracy",
    direction="maximize",
    source="Source 003, section 6.13: sequence to sequence with GRU and LSTM",
    tiny={"epochs": 2, "units": 32, "embedding_dim": 16},
    tiny_rows=300,
    fits_in="minutes on two cores",
)
