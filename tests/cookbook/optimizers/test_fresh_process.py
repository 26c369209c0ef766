"""One saved model per family of the training kit comes back in a fresh process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from cookbook.initializers import LogPrior
from cookbook.losses import make_loss
from cookbook.optimizers import make_optimizer
from cookbook.schedules import OneCycle, Plateau

# Keras' Variable predates the copy argument of NumPy 2's __array__ protocol.
pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"
)

X = np.linspace(-1, 1, 8, dtype="float32").reshape(4, 2)
LABELS = np.array([0, 1, 1, 0])

RELOAD = """
import json, sys
import keras, numpy as np
from cookbook.saving import register
register()
x = np.linspace(-1, 1, 8, dtype="float32").reshape(4, 2)
found = {}
for name in sys.argv[2:]:
    model = keras.models.load_model(f"{sys.argv[1]}/{name}.keras")
    value = model.evaluate(x, np.array([0, 1, 1, 0]), verbose=0)
    found[name] = [value, type(model.optimizer).__name__, float(model.optimizer.learning_rate)]
print(json.dumps(found))
"""


def classifier(**options: Any) -> keras.Model:
    model = keras.Sequential(
        [keras.Input((2,)), keras.layers.Dense(2, bias_initializer=LogPrior((3, 1)))]
    )
    loss = make_loss("sparse_categorical_crossentropy")
    model.compile(**{"optimizer": "sgd", "loss": loss, **options})
    model.fit(X, LABELS, verbose=0)
    return model


@pytest.mark.exhaustive
def test_reload(tmp_path: Path) -> None:
    schedule = Plateau(OneCycle(0.5, 10))
    schedule.lower(0.5)
    models = {
        "initializers": classifier(),
        "losses": classifier(loss=make_loss("class_balanced", samples_per_class=(3, 1))),
        "optimizers": classifier(optimizer=make_optimizer("scheduled_adam", weight_decay=0.1)),
        "schedules": classifier(optimizer=make_optimizer("adamw", learning_rate=schedule)),
    }
    expected = {}
    for name, model in models.items():
        model.save(tmp_path / f"{name}.keras")
        expected[name] = [
            model.evaluate(X, LABELS, verbose=0),
            type(model.optimizer).__name__,
            float(model.optimizer.learning_rate),
        ]
    done = subprocess.run(
        [sys.executable, "-c", RELOAD, str(tmp_path), *models],
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    for name, (value, optimizer, rate) in expected.items():
        assert found[name][0] == pytest.approx(value, rel=1e-6), name
        assert found[name][1] == optimizer, name
        assert found[name][2] == pytest.approx(rate, rel=1e-6), name
