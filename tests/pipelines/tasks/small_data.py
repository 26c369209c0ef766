"""One small dataset and recipe for every task, which a few epochs are enough for."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
import pandas as pd

from pipelines.datasets.containers import Dataset, SealedSplit, Split
from pipelines.recipes.recipe import Recipe
from pipelines.training.experiment import Experiment
from tuning import Space

ROWS = 192
WORDS = (("awful", "great", "dull"), ("film", "story", "actor"))


def _recipe(task, builder, **defaults):
    return Recipe(
        name=f"small-{task}",
        summary="",
        dataset="small",
        task=task,
        builder=builder,
        defaults={"learning_rate": 0.03, "batch_size": 8, "epochs": 5, **defaults},
        space=Space({}),
        metric="val_loss",
        direction="minimize",
        source="",
    )


def _split(x, y, rows):
    taken = x.iloc[rows].reset_index(drop=True) if hasattr(x, "iloc") else [x[row] for row in rows]
    taken = np.stack(taken) if isinstance(taken, list) and isinstance(x, np.ndarray) else taken
    return Split(taken, y[rows] if isinstance(y, np.ndarray) else [y[row] for row in rows])


def _dataset(modality, task, x, y, **more):
    order = np.random.default_rng(1).permutation(len(x))
    train, validation, test = np.split(order, [len(x) // 2, 3 * len(x) // 4])
    return Dataset(
        name="small",
        modality=modality,
        task=task,
        train=_split(x, y, train),
        validation=_split(x, y, validation),
        test=SealedSplit(_split(x, y, test)),
        fingerprint="0" * 64,
        **more,
    )


def _blobs(classes):
    generator = np.random.default_rng(0)
    y = np.arange(ROWS) % classes
    return generator.normal(size=(ROWS, 4)) + 3 * np.eye(4)[y], y


def table_classes(classes):
    x, y = _blobs(classes)
    frame = pd.DataFrame(x, columns=list("abcd"))
    names = tuple("uvw"[:classes])
    return _dataset("tabular", "classification", frame, y, classes=names)


def table_numbers():
    generator = np.random.default_rng(0)
    x = generator.normal(size=(ROWS, 3))
    y = np.exp(0.5 * x[:, 0] - 0.3 * x[:, 1] + 3).astype(np.float32)
    return _dataset("tabular", "regression", pd.DataFrame(x, columns=list("abc")), y)


def images():
    x, y = _blobs(3)
    pixels = np.clip(x.reshape(ROWS, 2, 2, 1) * 45 + 60, 0, 255).astype(np.uint8)
    return _dataset("image", "classification", pixels, y, classes=("u", "v", "w"), scale=1 / 255)


def masks():
    """Bright squares on dark ground."""
    generator = np.random.default_rng(0)
    y = np.zeros((ROWS, 4, 4), np.uint8)
    for mask, (row, column) in zip(y, generator.integers(0, 3, (ROWS, 2)), strict=True):
        mask[row : row + 2, column : column + 2] = 1
    x = np.clip(60 + 120 * y[..., np.newaxis] + generator.normal(0, 9, (ROWS, 4, 4, 1)), 0, 255)
    return _dataset(
        "image", "segmentation", x.astype(np.uint8), y, classes=("u", "v"), scale=1 / 255
    )


def texts():
    generator = np.random.default_rng(0)
    y = np.arange(ROWS) % 3
    found = [f"{generator.choice(WORDS[1])} {WORDS[0][label]}" for label in y]
    return _dataset("text", "classification", found, y, classes=("bad", "good", "dull"))


def pairs():
    generator = np.random.default_rng(0)
    numbers = generator.integers(0, 4, size=(ROWS, 2))
    sources = [" ".join("abcd"[n] for n in row) for row in numbers]
    return _dataset("pairs", "translation", sources, [text.upper() for text in sources])


def text():
    return Dataset(
        name="small",
        modality="language-model",
        task="language-model",
        train=Split("abc" * 80, None),
        validation=Split("abc" * 20, None),
        test=SealedSplit(Split("abc" * 20, None)),
        fingerprint="0" * 64,
        options={"unit": "stream"},
    )


def series():
    steps = np.arange(ROWS + 8)
    values = np.sin(steps * 2 * np.pi / 7) + np.random.default_rng(0).normal(size=len(steps)) * 0.1
    x = np.stack([values[n : n + 7] for n in range(ROWS)]).astype(np.float32)
    y = values[7 : 7 + ROWS, np.newaxis].astype(np.float32)
    return _dataset("series", "forecast", x, y, options={"season": 7, "horizon": 1})


_MLP = "cookbook.models.dense:mlp"
# Task: recipe and dataset.
SMALL = {
    "forecast": (
        _recipe("forecast", "cookbook.models.forecasting:forecaster", cell="dense", units=(8,)),
        series,
    ),
    "image-classification": (_recipe("image-classification", _MLP, widths=(8,)), images),
    "image-generation": (_recipe("image-generation", "cookbook.models.gan:image_gan"), images),
    "language-model": (
        _recipe(
            "language-model",
            "cookbook.models.language_models:language_model",
            embedding_dim=4,
            units=(8,),
            window=8,
            batch_size=4,
        ),
        text,
    ),
    "segmentation": (
        _recipe("segmentation", "cookbook.models.unets:unet", widths=(4,), learning_rate=0.1),
        masks,
    ),
    "table-classification": (
        _recipe("table-classification", _MLP, widths=(8,)),
        functools.partial(table_classes, 3),
    ),
    "table-regression": (_recipe("table-regression", _MLP, widths=(8,)), table_numbers),
    "text-bag-classification": (
        _recipe("text-bag-classification", "cookbook.models.ngram_bags:ngram_bag"),
        texts,
    ),
    "text-classification": (
        _recipe(
            "text-classification",
            "cookbook.models.recurrent_classifiers:text_classifier",
            embedding_dim=8,
            units=(8,),
            cell="gru",
        ),
        texts,
    ),
    "translation": (
        _recipe(
            "translation",
            "cookbook.models.seq2seq:encoder_decoder",
            embedding_dim=8,
            units=16,
            attention=None,
        ),
        pairs,
    ),
}

_shared = functools.cache(lambda make: make())


def small_experiment(task, *, data=None, **params):
    """An experiment of a task on its small dataset, or on another one."""
    recipe, make = SMALL[task]
    # Copied: its test split can be opened once.
    dataset = dataclasses.replace(_shared(make) if data is None else data)
    return Experiment(recipe, params, dataset, seed=0)
