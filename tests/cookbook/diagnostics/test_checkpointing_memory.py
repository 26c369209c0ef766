"""What gradient checkpointing is for: the peak memory of a training step."""

from __future__ import annotations

import subprocess
import sys

import pytest

STEP = """
import sys
import keras, numpy as np
from cookbook.diagnostics import checkpointed


def peak():
    # Not `ru_maxrss`, which begins with the size of the process that started this one.
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))


image = keras.Input((64, 64, 16))
x = image
for _ in range(24):
    x = keras.layers.Conv2D(16, 3, padding="same", use_bias=False)(x)
    x = keras.layers.Activation("relu")(keras.layers.BatchNormalization()(x))
model = keras.Model(image, keras.layers.Dense(1)(keras.layers.GlobalAveragePooling2D()(x)))
trained = checkpointed(model) if sys.argv[1] == "on" else model
trained.compile("sgd", "mse")
rows = np.ones((32, 64, 64, 16), "float32"), np.ones((32, 1), "float32")
before = peak()
for _ in range(2):
    trained.train_on_batch(*rows)
print((peak() - before) / 1024)
"""


def _peak_mb(mode: str) -> float:
    done = subprocess.run(
        [sys.executable, "-c", STEP, mode], capture_output=True, text=True, check=True, timeout=300
    )
    return float(done.stdout.split()[-1])


@pytest.mark.slow
def test_a_step_takes_less_than_two_thirds_of_the_memory() -> None:
    plain, saving = _peak_mb("off"), _peak_mb("on")
    print(f"peak of a step: {plain:.0f} MB, checkpointed {saving:.0f} MB")
    assert saving < plain * 2 / 3
