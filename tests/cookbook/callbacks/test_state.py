"""The rules of `TrainingState`, and a resumed run against one that was never killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from cookbook.callbacks import (
    AveragedWeights,
    BitExactBackup,
    GradientMonitor,
    SeededBatches,
    StochasticWeightAveraging,
    TrainingState,
    epoch_order,
)
from cookbook.callbacks.packing import pack, unpack
from cookbook.schedules.plateau import Plateau
from tests.cookbook.callbacks.problems import everything, network, same, samples

pytestmark = [
    pytest.mark.backend,
    # Keras' Variable predates the copy argument of NumPy 2's __array__ protocol.
    pytest.mark.filterwarnings(
        "ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"
    ),
]

EPOCHS = 6
ROOT = Path(__file__).parents[3]


class StopAt(keras.callbacks.Callback):
    """Does something in the middle of an epoch."""

    def __init__(self, epoch: int, action: Callable[[], None]) -> None:
        super().__init__()
        self.at, self.action, self.now = epoch, action, -1

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.now = epoch

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if self.now == self.at and batch == 1:
            self.action()


def kill() -> None:
    """Ends this process as `kill -9` does."""
    os.kill(os.getpid(), signal.SIGKILL)


def interrupt() -> None:
    """Ends this training as Control-C does."""
    raise KeyboardInterrupt


def train(path: Path, *extra: Any) -> tuple[list[np.ndarray], dict[str, list[float]]]:
    """A training with dropout, shuffling and callbacks that remember."""
    model = network()
    data = SeededBatches(*samples(), batch_size=10, seed=3)
    others = [
        keras.callbacks.EarlyStopping("loss", patience=4, restore_best_weights=True),
        keras.callbacks.ReduceLROnPlateau("loss", patience=1, min_delta=0.5),
    ]
    backup = BitExactBackup(path, callbacks=others, data=data)
    callbacks = [*backup.chain, *extra]
    history = model.fit(data, epochs=EPOCHS, shuffle=False, verbose=0, callbacks=callbacks)
    assert history.epoch == list(range(EPOCHS))
    return everything(model), history.history


@pytest.mark.exhaustive
@pytest.mark.usefixtures("rewritten_graphs")
def test_a_killed_run_equals_one_that_was_not(tmp_path: Path) -> None:
    killed = tmp_path / "killed.npz"
    code = (
        "from tests.cookbook.callbacks.test_state import *; "
        f"train(Path({str(killed)!r}), StopAt(1, kill))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    assert TrainingState.load(killed).epoch == 1
    with pytest.raises(KeyboardInterrupt):
        train(killed, StopAt(3, interrupt))
    assert TrainingState.load(killed).epoch == 3
    resumed_state, resumed_history = train(killed)
    state, history = train(tmp_path / "whole.npz")
    assert resumed_history == history
    assert len(set(history["learning_rate"])) > 1  # the plateau has acted
    assert same(resumed_state, state)
    assert not killed.exists()


def test_rule_1_and_2_restore_puts_everything_back() -> None:
    model = network()
    model.fit(*samples(), epochs=1, verbose=0)
    before = everything(model)
    state = TrainingState.capture(model, epoch=1)
    drawn = _draws()
    model.fit(*samples(), epochs=1, verbose=0)
    assert not same(before, everything(model))
    state.restore(model)
    assert same(before, everything(model))
    assert _draws() == drawn


def _draws() -> tuple[float, ...]:
    python = random.random()  # noqa: S311  # the generator under test
    return python, np.random.rand(), float(keras.random.uniform(()))


def test_rule_1_covers_a_schedule_with_state() -> None:
    schedule = Plateau(0.1)
    model = network(keras.optimizers.SGD(schedule))
    state = TrainingState.capture(model, epoch=0)
    schedule.lower(0.5)
    state.restore(model)
    assert schedule.factor == 1.0


def test_rule_3_callbacks_go_on_counting() -> None:
    model, stop = network(), keras.callbacks.EarlyStopping("loss", restore_best_weights=True)
    model.fit(*samples(), epochs=2, verbose=0, callbacks=[stop])
    state = TrainingState.capture(model, epoch=2, callbacks=[stop])
    fresh = keras.callbacks.EarlyStopping("loss", restore_best_weights=True)
    state.restore(model, callbacks=[fresh])
    assert (fresh.best, fresh.wait, fresh.best_epoch) == (stop.best, stop.wait, stop.best_epoch)
    assert same(fresh.best_weights, stop.best_weights)


def test_rule_3_training_data_are_no_state(tmp_path: Path) -> None:
    x, y = samples(20_000)
    model = network(keras.optimizers.SGD(0.01, use_ema=True))
    callbacks = [
        AveragedWeights(lambda: [x]),
        StochasticWeightAveraging(x, start=0),
        GradientMonitor(x, y),
    ]
    model.fit(x[:40], y[:40], verbose=0, callbacks=callbacks)
    TrainingState.capture(model, epoch=1, callbacks=callbacks).save(tmp_path / "state.npz")
    assert (tmp_path / "state.npz").stat().st_size < x.nbytes / 4


def test_rule_4_and_5_files_keep_every_bit(tmp_path: Path) -> None:
    model = network()
    state = TrainingState.capture(model, epoch=4, history={"loss": [0.1, float("nan")]})
    for _ in range(2):  # the second replaces the first
        state.save(tmp_path / "deep" / "state.npz")
    loaded = TrainingState.load(tmp_path / "deep" / "state.npz")
    for name, arrays in state.variables.items():
        assert same(list(arrays), list(loaded.variables[name]))
    assert loaded.history["loss"][0] == 0.1 and np.isnan(loaded.history["loss"][1])
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["state.npz"]


def test_low_precision_weights_survive_a_file(tmp_path: Path) -> None:
    layer = keras.layers.Dense(2, dtype="bfloat16")
    model = keras.Sequential([keras.Input((3,)), layer])
    TrainingState.capture(model, epoch=0).save(tmp_path / "state.npz")
    [kernel, _] = TrainingState.load(tmp_path / "state.npz").variables["model"]
    assert kernel.dtype.name == "bfloat16"
    assert kernel.tobytes() == np.array(keras.ops.convert_to_numpy(layer.kernel)).tobytes()


@pytest.mark.parametrize(
    "value", [None, True, 3, 1.5, "text", [1, (2, {"a": [None]})], np.arange(3), np.float32(0.1)]
)
def test_packing_returns_the_value(value: Any) -> None:
    arrays: dict[str, np.ndarray] = {}
    found = unpack(pack(value, arrays), arrays)
    assert type(found) is type(value)
    assert np.array_equal(found, value) if isinstance(value, np.ndarray) else found == value


def test_packing_refuses_objects() -> None:
    with pytest.raises(TypeError, match="Only numbers, strings, arrays"):
        pack(object(), {})


def test_order_depends_on_seed_and_epoch_alone() -> None:
    orders = [epoch_order(50, seed=s, epoch=e).tolist() for s in (0, 1) for e in (0, 1)]
    assert len({tuple(order) for order in orders}) == 4
    assert all(sorted(order) == list(range(50)) for order in orders)
    data = SeededBatches(np.arange(50), batch_size=7, seed=1)
    data.epoch = 1
    served = np.concatenate([data[i][0] for i in range(len(data))])
    assert served.tolist() == orders[3]


def test_errors_say_what_to_do() -> None:
    model = network()
    state = TrainingState.capture(model, epoch=0)
    with pytest.raises(ValueError, match="resumes with the callbacks it was captured with"):
        state.restore(model, callbacks=[keras.callbacks.TerminateOnNaN()])
    other = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    other.compile("adam", "mse")
    with pytest.raises(ValueError, match="fits only the model it was captured from"):
        state.restore(other)
    with pytest.raises(ValueError, match="Only a built model"):
        TrainingState.capture(keras.Sequential([keras.layers.Dense(1)]), epoch=0)
    with pytest.raises(ValueError, match="`epoch >= 0` must hold"):
        TrainingState.capture(model, epoch=-1)
    with pytest.raises(ValueError, match="`batch_size >= 1` must hold"):
        SeededBatches(np.ones(3), batch_size=0, seed=0)
    with pytest.raises(ValueError, match=r"`len\(x\) == len\(y\)` must hold"):
        SeededBatches(np.ones(3), np.ones(2), batch_size=1, seed=0)
    with pytest.raises(ValueError, match="`size >= 1`, `seed >= 0`"):
        epoch_order(0, seed=0, epoch=0)
