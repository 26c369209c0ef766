"""First names, letter by letter: SimpleRNN, LSTM or GRU; writes names before and after training.

The published file repeats names, and a random split of its lines puts 12 % of the test names
into the training lines. Here every name counts once, so scores are not comparable with those
of the file as it is, which are too good. What must be beaten is counting: Kneser-Ney 5-grams
reach 2.02 nats a letter on this split, end tokens included, within a second.

Three networks whose probabilities are averaged, each trained on its own loss. Chosen on validation
rows, nats a letter of one seed, by drop rates of inputs and output:

    one LSTM        0.3, 0.4    0.2, 0.3    0.1, 0.3    0.1, 0.2    0.4, 0.5
    192 units       2.027                               1.984
    256 units       2.000       1.980       1.975
    384 units       1.969       1.960       1.959
    512 units                                                       1.973

Two trainings averaged: 192 units 1.972 (0.1, 0.2), 256 units 1.961 (0.1, 0.3), 384 units 1.945
(0.1, 0.3 and 0.1, 0.4; alone 1.959 and 1.962): few wide members gain more than many narrow ones.

Measured by `python -m benchmarks.recipes` on 2026-11-29:

    test        loss 1.934 ± 0.00088; Kneser-Ney, order 6 2.029
    test        perplexity 6.92 ± 0.0061; Kneser-Ney, order 6 7.606
    test        accuracy 0.3877 ± 0.00043
    source      R&D report on LeNet, ResNet and recurrent networks (source 003), section 6.8; the
                names of makemore, repeats removed
    seeds       0, 1, 2
    time        about 932 s each on 1 core, AMD EPYC (AVX-512)
    command     cookbook train names-char-lm --seed 0 --set precision=mixed_bfloat16 --json
    commit      7f39cd5706
"""

from __future__ import annotations

from cookbook._sources import cite
from pipelines.recipes.recipe import Recipe
from tuning import Choice, Float, Space

RECIPE = Recipe(
    name="names-char-lm",
    summary="First names letter by letter (RNN, LSTM, GRU)",
    dataset="names",
    task="language-model",
    builder="cookbook.models.language_models:language_model",
    defaults={
        "cell": "lstm",
        "members": 3,
        "embedding_dim": 32,
        "units": (384,),
        "dropout": 0.1,
        "output_dropout": 0.3,
        "unroll": True,
        "optimizer": "adam",
        "learning_rate": 4e-3,
        "schedule": "cosine",
        "warmup": 0.05,
        "clip_norm": 1.0,
        "weight_decay": 0.02,
        "ema": 0.998,
        "batch_size": 128,
        "epochs": 15,
    },
    space=Space(
        {
            "cell": Choice(["simple_rnn", "lstm", "gru"]),
            "embedding_dim": Choice([16, 32, 64]),
            "units": Choice([(128,), (192,), (384,), (128, 128)]),
            "dropout": Float(0.0, 0.4, step=0.1),
            "output_dropout": Float(0.0, 0.5, step=0.1),
            "learning_rate": Float(5e-4, 1e-2, log=True),
            "batch_size": Choice([64, 128, 256]),
        }
    ),
    metric="val_loss",
    direction="minimize",
    source=cite("003", "section 6.8") + "; the names of makemore, repeats removed",
    tiny={"epochs": 2, "units": (32,), "embedding_dim": 8, "members": 2, "unroll": False},
)
