"""Your own texts to classes: a folder per class, or a file per class with a text a line.

A bag of n-grams that begins as naive Bayes. It reads pairs of words and, for names, codes and
words that training texts lack, runs of up to four characters. Training takes seconds for
thousands of short texts. Where the order over more than a few words decides, try
`text-recurrent`.

Measured: each run scores a simple method on your data beside it.

    source      Wang and Manning 2012; Joulin et al. 2017, on any texts
"""

from __future__ import annotations

from pipelines.recipes.recipe import Recipe
from tuning import Choice, Float, Space

RECIPE = Recipe(
    name="text",
    summary="Your texts to classes with a naive-Bayes bag of n-grams",
    dataset="text-classes",
    task="text-bag-classification",
    builder="cookbook.models.ngram_bags:ngram_bag",
    defaults={
        "word_ngrams": 2,
        "character_ngrams": 4,
        "max_vocabulary": 200_000,
        "min_frequency": 2,
        "lowercase": True,
        "prior": 0.3,
        "dropout": 0.3,
        "optimizer": "adam",
        "learning_rate": 1e-2,
        "batch_size": 32,
        "epochs": 15,
        "patience": 3,
    },
    space=Space(
        {
            "word_ngrams": Choice([0, 1, 2, 3]),
            "character_ngrams": Choice([0, 3, 4, 5]),
            "min_frequency": Choice([1, 2, 3]),
            "prior": Float(0.1, 1.0, step=0.1),
            "dropout": Float(0.0, 0.9, step=0.1),
            "learning_rate": Float(1e-3, 5e-2, log=True),
            "batch_size": Choice([16, 32, 64]),
        }
    ),
    metric="val_accuracy",
    direction="maximize",
    source="Wang and Manning 2012; Joulin et al. 2017, on any texts",
    tiny={"epochs": 2},
)
