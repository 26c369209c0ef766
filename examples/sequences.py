"""The sequence listings of the assignments, as they are trained: numbers, tags, and one vector.

`python -m examples.sequences` trains a network of each kind (sources 000 and 003):

- many to one: the next value of a sine from 15 values, by 20 LSTM units, squared error and Adam;
- many to many: the part of speech of every word, where the same word is now noun, now verb;
- one to many: the 12 values of a wave from its phase.
"""

from __future__ import annotations

import random
from typing import Any

import keras
import numpy as np

from cookbook.models import recurrent_network

TAGS = ("DET", "NOUN", "VERB", "ADJ")
# "watch" and "light" are nouns and verbs, "light" an adjective as well: a tag needs the sentence.
WORDS = {
    "DET": ("the", "a", "every"),
    "NOUN": ("watch", "light", "dog", "child"),
    "VERB": ("watch", "light", "sees", "likes"),
    "ADJ": ("light", "old", "small"),
}
PATTERNS = (("DET", "NOUN", "VERB", "DET", "NOUN"), ("DET", "ADJ", "NOUN", "VERB", "DET", "NOUN"))
STEPS = max(map(len, PATTERNS))
VOCABULARY = sorted({word for words in WORDS.values() for word in words})


def next_values(rows: int = 400, steps: int = 15) -> tuple[np.ndarray, np.ndarray]:
    """Windows of a sine: `float32[rows, steps, 1]` and the value after each, `[rows, 1]`."""
    series = np.sin(0.3 * np.arange(rows + steps)).astype("float32")
    windows = np.lib.stride_tricks.sliding_window_view(series, steps + 1)
    return windows[:, :-1, None], windows[:, -1:]


def tagged_sentences(count: int = 600, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sentences as one-hot words `float32[n, steps, words]`, their tags, and which words count."""
    generator = random.Random(seed)  # noqa: S311 - an example, not a secret
    x = np.zeros((count, STEPS, len(VOCABULARY)), "float32")
    y = np.zeros((count, STEPS), "int32")
    for row in range(count):
        for step, tag in enumerate(generator.choice(PATTERNS)):
            x[row, step, VOCABULARY.index(generator.choice(WORDS[tag]))] = 1
            y[row, step] = TAGS.index(tag)
    return x, y, x.any(axis=2).astype("float32")


def waves(rows: int = 300, steps: int = 12) -> tuple[np.ndarray, np.ndarray]:
    """Phases `float32[rows, 2]` (sine and cosine) and the waves that they begin."""
    phases = np.linspace(0, 2 * np.pi, rows, endpoint=False)
    x = np.stack([np.sin(phases), np.cos(phases)], axis=1).astype("float32")
    return x, np.sin(phases[:, None] + 0.5 * np.arange(steps))[..., None].astype("float32")


def forecast(epochs: int = 30) -> float:
    """Trains the forecasting listing; returns its squared error on the last quarter."""
    x, y = next_values()
    model = recurrent_network((15, 1), 1, cell="lstm", units=(20,), seed=0)
    model.compile(keras.optimizers.Adam(0.01), loss="mse")
    model.fit(x[:300], y[:300], epochs=epochs, batch_size=10, verbose=0)
    return float(model.evaluate(x[300:], y[300:], verbose=0))


def tag(epochs: int = 8) -> float:
    """Trains the tagger; returns the share of right tags among the words of new sentences."""
    x, y, counts = tagged_sentences()
    model = recurrent_network(
        (STEPS, len(VOCABULARY)), len(TAGS),
        mapping="many_to_many", bidirectional=True, units=(16,), masked=True, seed=0,
    )  # fmt: skip
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.02), loss=loss)
    model.fit(x[:450], y[:450], epochs=epochs, batch_size=32, verbose=0)
    tags = model.predict(x[450:], verbose=0).argmax(axis=2)
    return float(((tags == y[450:]) * counts[450:]).sum() / counts[450:].sum())


def draw_waves(epochs: int = 60) -> float:
    """Trains one vector to many values; returns its squared error on every third wave."""
    x, y = waves()
    held_out = np.arange(len(x)) % 3 == 0
    model = recurrent_network(
        (2,), 1, mapping="one_to_many", output_steps=12, units=(32,), seed=0
    )  # fmt: skip
    model.compile(keras.optimizers.Adam(0.01), loss="mse")
    model.fit(x[~held_out], y[~held_out], epochs=epochs, batch_size=32, verbose=0)
    return float(model.evaluate(x[held_out], y[held_out], verbose=0))


def main() -> dict[str, Any]:
    """Trains all three and returns what they reach."""
    return {
        "next value of a sine, squared error": forecast(),
        "part of speech, accuracy": tag(),
        "waves from a phase, squared error": draw_waves(),
    }


if __name__ == "__main__":
    for name, value in main().items():
        print(f"{name}: {value:.4f}")
