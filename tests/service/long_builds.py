"""A search over a small Keras model whose trainings can be held: run as a program of its own."""

from __future__ import annotations

import hashlib
import os
import sys
import time
from pathlib import Path

import numpy as np

MARKS = "TEST_MARKS"
EPOCHS, BATCH = 8, 32
STEPS = {"trial": 2, "refit": 3}  # of an epoch: the refit has the validation rows too
HELD_FROM = 9  # steps


def build(hp):
    import keras

    @keras.saving.register_keras_serializable("tests")
    class Model(keras.Sequential):
        first_epoch = 0  # its steps tell a trial from a refit

        def reset_metrics(self):
            """Called around each epoch: says how far it is, and waits where it is to be killed."""
            super().reset_metrics()
            folder, done = os.environ.get(MARKS), int(self.optimizer.iterations)
            if folder is None:
                return
            (Path(folder) / f"{os.getpid()}-{done}").touch()
            self.first_epoch = self.first_epoch or done
            hold = Path(folder) / f"hold-{self.first_epoch}"
            while done >= HELD_FROM and hold.exists():
                time.sleep(0.02)

    hidden = keras.layers.Dense(hp.Int("units", 4, 8), "tanh")
    model = Model([keras.Input((3,)), hidden, keras.layers.Dropout(0.1), keras.layers.Dense(1)])
    model.compile(loss="mse", optimizer=keras.optimizers.Adam(3e-3))
    return model


def main(root):
    from pipelines import tune

    x = np.random.default_rng(0).normal(size=(3 * BATCH, 3)).astype("float32")
    y = x @ np.float32([[1.0], [-2.0], [0.5]])
    train, validation = slice(2 * BATCH), slice(2 * BATCH, None)
    result = tune(
        build,
        (x[train], y[train]),
        validation_data=(x[validation], y[validation]),
        study="s",
        trials=1,
        workers=1,
        epochs=EPOCHS,
        strategy="random",
        pruner="none",
        root=root,
        tracking=False,
    )
    weights = b"".join(weight.tobytes() for weight in result.model().get_weights())
    print(result.final["epochs"], hashlib.sha256(weights).hexdigest())


if __name__ == "__main__":
    main(sys.argv[1])
