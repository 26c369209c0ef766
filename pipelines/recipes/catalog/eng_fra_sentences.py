"""French to English with an attentive encoder-decoder, on all pairs of at most 12 words.

The report trains on the 12,441 pairs of the PyTorch tutorial (`eng-fra-seq2seq`). Pairs that share
a sentence stay in one split, and a translation counts against every known one. Words are cut into
frequent pieces (8,000 a side), so that none is unknown. A phrase table of the same pairs is as good
by BLEU, and has fewer translations exactly right. The report's own networks: `--set attention=null
--set bidirectional=false --set units=256`, with `--set cell=lstm` or not.

Measured by `python -m benchmarks.recipes` on 2026-11-29:

    test        bleu 49.64; phrase table 49.43
    test        exact_match 0.2681; phrase table 0.2309
    source      R&D report on LeNet, ResNet and recurrent networks (source 003), section 6.13
    seeds       0
    time        about 4784 s on 1 core, AMD EPYC (AVX-512)
    data        eng-fra.txt
    command     cookbook train eng-fra-sentences --seed 0 --set precision=mixed_bfloat16 --json
    commit      8976efc17f
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
    fits_in="an hour and twenty minutes of one core that multiplies bfloat16, with "
    "precision=mixed_bfloat16",
)
