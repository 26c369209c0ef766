"""What gradient checkpointing is for: the peak memory of a training step."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[3]

STEP = """
import sys
import keras, numpy as np
from cookbook.diagnostics import checkpointed
from tests.peak_memory import peak_kb

image = keras.Input((64, 64, 16))
x = image
for _ in range(24):
    x = keras.layers.Conv2D(16, 3, padding="same", use_bias=False)(x)
    x = keras.layers.Activation("relu")(keras.layers.BatchNormalization()(x))
model = keras.Model(image, keras.layers.Dense(1)(keras.layers.GlobalAveragePooling2D()(x)))
trained = checkpointed(model) if sys.argv[1] == "on" else model
trained.compile("sgd", "mse")
rows = np.ones((32, 64, 64, 16), "float32"), np.ones((32, 1), "float32")
before = peak_kb()
for _ in range(2):
    trained.train_on_batch(*rows)
print((peak_kb() - before) / 1024)
"""


def _peak_mb(mode: str) -> float:
    done = subprocess.run(
        [sys.executable, "-c", STEP, mode],
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    return float(done.stdout.split()[-1])


@pytest.mark.slow
def test_a_step_takes_less_than_two_thirds_of_the_memory() -> None:
    plain, saving = _peak_mb("off"), _peak_mb("on")
    print(f"peak of a step: {plain:.0f} MB, checkpointed {saving:.0f} MB")
    assert saving < plain * 2 / 3
