"""A search over a small Keras model whose last step can be held: run as a program of its own."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import numpy as np

HOLD = "TEST_HOLDS_AT_THE_TEST_ROWS"


def build(hp):
    import keras

    class Model(keras.Sequential):
        def evaluate(self, x=None, *args, **kwargs):
            # Validation while it trains is no end: the test rows are 7.
            folder = os.environ.get("TEST_MARKS")
            if folder and len(x) == 7:
                (Path(folder) / f"reads-{os.getpid()}").touch()
                while HOLD in os.environ and (Path(folder) / "hold").exists():
                    time.sleep(0.05)
            return super().evaluate(x, *args, **kwargs)

    model = Model(
        [keras.Input((3,)), keras.layers.Dense(hp.Int("units", 1, 4)), keras.layers.Dense(1)]
    )
    model.compile(loss="mse", optimizer="adam")
    return model


def main(root):
    from pipelines import tune

    rows = np.random.default_rng(0).normal(size=(40, 4)).astype("float32")
    x, y = rows[:, :3], rows[:, 3:]
    result = tune(
        build,
        (x[:20], y[:20]),
        validation_data=(x[20:33], y[20:33]),
        test_data=(x[33:], y[33:]),
        study="s",
        trials=3,
        workers=1,
        epochs=1,
        strategy="random",
        pruner="none",
        root=root,
        tracking=f"sqlite:///{root}/mlflow.db",
        register={"name": "found"},
    )
    print(result.final["test_reads"], result.final["best_trial"], result.search.n_trials)


if __name__ == "__main__":
    main(sys.argv[1])
