"""Every callback by name: it trains, it can be used again, and bad options are refused."""

from __future__ import annotations

import functools
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import pytest

import cookbook.callbacks
from cookbook.callbacks import CALLBACKS, METHODS, SeededBatches, make_callback
from cookbook.schedules.plateau import Plateau
from tests.cookbook.callbacks.problems import everything, network, same, samples

# Keras' Variable predates the copy argument of NumPy 2's __array__ protocol.
pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"
)

X, Y = samples()


def _adam() -> Any:
    return keras.optimizers.Adam(1e-2)


@dataclass(frozen=True, kw_only=True)
class Row:
    """How to use a callback in a test, and what it promises there."""

    options: Callable[[Any], dict[str, Any]] = lambda folder: {}
    optimizer: Callable[[], Any] = _adam
    neutral: bool = False  # leaves the training as it is without it
    bad: dict[str, Any] = field(default_factory=dict)
    message: str = ""


ROWS = {
    "early_stopping": Row(
        options=lambda folder: {"monitor": "loss", "patience": 9, "restore_best_weights": False},
        neutral=True,
        bad={"patience": -1},
        message="0 <= patience",
    ),
    "plateau": Row(
        options=lambda folder: {"monitor": "loss", "patience": 1},
        bad={"factor": 1.5},
        message="0 < factor < 1",
    ),
    "plateau_of_schedule": Row(
        options=lambda folder: {"monitor": "loss", "patience": 1},
        optimizer=lambda: keras.optimizers.Adam(Plateau(1e-2)),
        bad={"ratio": 2.0},
        message="0 < ratio < 1",
    ),
    "ema": Row(
        options=lambda folder: {"batches": lambda: [X]},
        optimizer=lambda: keras.optimizers.Adam(1e-2, use_ema=True),
    ),
    "swa": Row(
        options=lambda folder: {"x": X, "start": 1},
        bad={"start": -1},
        message="0 <= start",
    ),
    "learning_rate_finder": Row(
        options=lambda folder: {"steps": 5},
        bad={"low": 1.0, "high": 0.5},
        message="`high > low` and `steps >= 3` must hold",
    ),
    "gradient_monitor": Row(
        options=lambda folder: {"x": X, "y": Y},
        neutral=True,
        bad={"x": X, "y": Y, "every": 0},
        message="1 <= every",
    ),
    "shuffle_by_epoch": Row(
        options=lambda folder: {"data": SeededBatches(X, Y, batch_size=8, seed=0)}, neutral=True
    ),
    "bit_exact_backup": Row(
        options=lambda folder: {"path": folder / "state.npz"},
        neutral=True,
        bad={"path": "state.npz", "every": 0},
        message="1 <= every",
    ),
    "terminate_on_nan": Row(neutral=True),
}
EVERY_TIME = ("early_stopping", "ema", "bit_exact_backup")  # the others take turns


def test_every_callback_has_a_row() -> None:
    assert set(ROWS) == set(CALLBACKS)


def _fit(row: Row, callbacks: list[Any]) -> Any:
    model = network(row.optimizer())
    model.fit(X, Y, epochs=3, batch_size=16, shuffle=False, verbose=0, callbacks=callbacks)
    return model


@functools.cache
def _without_callback(optimizer: Callable[[], Any]) -> list[np.ndarray]:
    return everything(_fit(Row(optimizer=optimizer), []))


@pytest.mark.backend
@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=() if n in EVERY_TIME else pytest.mark.exhaustive) for n in ROWS],
)
def test_trains_twice_with_one_instance_and_changes_no_bit_if_neutral(
    name: str, tmp_path: Any
) -> None:
    row = ROWS[name]
    callback = make_callback(name, **row.options(tmp_path))
    first, second = (everything(_fit(row, [callback])) for _ in range(2))
    assert all(np.isfinite(weight).all() for weight in first)
    assert same(first, second)
    if row.neutral:
        assert same(first, _without_callback(row.optimizer))


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.bad])
def test_bad_options_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=ROWS[name].message):
        make_callback(name, **ROWS[name].bad)


def test_unknown_name_is_corrected() -> None:
    with pytest.raises(ValueError, match="Did you mean 'early_stopping'"):
        make_callback("early_stoping")


@pytest.mark.parametrize("entry", [*CALLBACKS.values(), *METHODS.values()], ids=lambda e: e.name)
def test_references_exist(entry: Any) -> None:
    assert callable(entry.load())


def test_every_public_name_loads() -> None:
    for name in dir(cookbook.callbacks):
        assert getattr(cookbook.callbacks, name) is not None


def test_listing_imports_no_keras() -> None:
    code = "import sys, cookbook.callbacks as c; c.CALLBACKS; print('keras' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
