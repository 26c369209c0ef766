"""The conformance table: one row per entry of the catalogue, and what its tests need."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from cookbook.models.catalog import MODELS
from cookbook.models.entry import ModelEntry

ALL = list(MODELS.values())

# Models whose `fit` is their own rule: they have no loss to fall.
OWN_RULE = {"cookbook.models.perceptrons:perceptron"}

# Averages of probabilities, which are not fitted to targets that no probabilities give.
NORMALISED = {"character-lstm-members"}

# Models that begin as a closed form, whatever the seed.
WITHOUT_CHANCE = {"cookbook.models.ngram_bags:ngram_bag"}

# The first entry of each builder stands for its family in the quick tests.
FAMILIES = list({entry.builder: entry for entry in reversed(ALL)}.values())

# Entries may shrink to the same small model: one of them is enough.
DISTINCT = [
    *FAMILIES,
    *{
        repr((entry.builder, sorted({**entry.reference, **entry.small}.items()))): entry
        for entry in ALL
        if entry not in FAMILIES
    }.values(),
]

# One row per distinct small model; those that repeat a family's code are slow tests.
SMALL = [
    pytest.param(entry, id=entry.name, marks=[] if entry in FAMILIES else [pytest.mark.slow])
    for entry in DISTINCT
]

# Their steps take twice to three times as long to trace as those of the others.
LONG_TO_TRACE = {
    *("cifar10-cnn", "compact-blueprint", "forecast-gru", "resnet8", "tabular-ensemble"),
    *("translation-gru", "unet", "wide-and-deep"),
}
TRAINED = [
    pytest.param(*row.values, id=row.id, marks=[*row.marks, pytest.mark.exhaustive])
    if row.id in LONG_TO_TRACE
    else row
    for row in SMALL
    if row.values[0].builder not in OWN_RULE and row.id not in NORMALISED
]

# Millions of initial weights take seconds to draw.
LARGE = 5_000_000
COUNTED = [
    pytest.param(
        entry, id=entry.name, marks=[pytest.mark.exhaustive] if entry.total > LARGE else []
    )
    for entry in ALL
]


def name_of(entry: ModelEntry) -> str:
    return entry.name


def small(entry: ModelEntry, **overrides: Any) -> keras.Model:
    return entry.build(**{**entry.small, **overrides})


def draw_inputs(model: keras.Model, batch: int = 4, steps: int = 6, seed: int = 0) -> Any:
    """Random arrays in the structure of the model's inputs: reals, or integers in [0, 5)."""
    random = np.random.default_rng(seed)

    def draw(tensor: keras.KerasTensor) -> np.ndarray:
        shape = [batch, *(size or steps for size in tensor.shape[1:])]
        if "int" in tensor.dtype:
            return random.integers(0, 5, shape).astype(tensor.dtype)
        return random.normal(size=shape).astype("float32")

    return keras.tree.map_structure(draw, model.input)


def outputs_of(model: keras.Model, inputs: Any) -> list[np.ndarray]:
    outputs = keras.tree.flatten(model(inputs, training=False))
    return [keras.ops.convert_to_numpy(keras.ops.cast(value, "float32")) for value in outputs]


def trainable_count(model: keras.Model) -> int:
    return sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
