"""Film reviews, positive or negative, read by a recurrent network through 1,000 words.

The report's own experiment: its SentimentRNN on the 1,000 most frequent words that are no stop
words. The report has 40,000 training and 10,000 validation reviews and no others, so the 89.1125 %
that it calls test accuracy, 35,645 of 40,000, can only be that of its training reviews. Here 10,000
reviews are for the test, and of the 40,000 others 4,000 chose every number below, the GRU among
them: the means of three seeds prefer it to the record's other variants. The report's two layers of
256 units read the last state; one layer of 128 units that takes the maximum over all words needs a
ninth of the multiplications. For the report's graph: `cell=lstm units=[256,256] pooling=last`.

Measured by `python -m benchmarks.recipes` on 2026-11-29:

    test        accuracy 0.8634 ± 0.0019; bag-of-words regression 0.8949
    test        crossentropy 0.3213 ± 0.0018; bag-of-words regression 0.2573
    test        balanced_accuracy 0.8634 ± 0.0019; bag-of-words regression 0.8949
    source      R&D report on LeNet, ResNet and recurrent networks (source 003), section 6.11, table
                8: 86.2 % validation accuracy
    seeds       0, 1, 2
    time        about 222 s each on 1 core, AMD EPYC (AVX-512)
    data        aclImdb.tar.gz
    command     cookbook train imdb-sentiment-rnn --seed 0 --json
    commit      fd74e595f7
"""

from __future__ import annotations

from cookbook._sources import cite
from pipelines.recipes.recipe import Recipe
from tuning import Choice, Float, Space

RECIPE = Recipe(
    name="imdb-sentiment-rnn",
    summary="Film reviews, positive or negative, with a GRU, LSTM or SimpleRNN over 1,000 words",
    dataset="imdb",
    dataset_options={"test": 0.2, "validation": 0.08},
    task="text-classification",
    builder="cookbook.models.recurrent_classifiers:text_classifier",
    defaults={
        "lowercase": True,
        "strip_tags": True,
        "stop_words": "english",
        "max_vocabulary": 1000,
        "drop_unknown": True,
        "max_length": 300,
        "cell": "gru",
        "embedding_dim": 64,
        "units": (128,),
        "pooling": "max",
        "dropout": 0.3,
        "head_dropout": 0.3,
        "optimizer": "adam",
        "learning_rate": 2e-3,
        "schedule": "cosine",
        "clip_norm": 1.0,
        "batch_size": 64,
        "epochs": 5,
    },
    space=Space(
        {
            "cell": Choice(["simple_rnn", "lstm", "gru"]),
            "units": Choice([(64,), (128,), (256, 256)]),
            "pooling": Choice(["last", "mean", "max"]),
            "dropout": Float(0.0, 0.5, step=0.1),
            "head_dropout": Float(0.0, 0.5, step=0.1),
            "learning_rate": Float(3e-4, 1e-2, log=True),
            "batch_size": Choice([32, 64, 128]),
        }
    ),
    metric="val_accuracy",
    direction="maximize",
    source=cite("003", "section 6.11, table 8", reports="86.2 % validation accuracy"),
    tiny={"epochs": 1, "units": (16,), "embedding_dim": 16, "max_length": 60},
    behind_baseline="it reads 1,000 words, the bag 20,000 of them.",
)
