"""Everything that decides how a training goes on, as one value."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from cookbook._keras_internals import global_seed_state, rate_of
from cookbook.callbacks.archive import read_archive, write_archive
from cookbook.callbacks.packing import pack, unpack
from cookbook.diagnostics._arrays import to_array

# What a callback is attached to, not what it remembers.
_ATTACHMENTS = frozenset({"model", "_model", "params"})


def synchronise(model: keras.Model) -> None:
    """Brings a model's variables up to date while `fit` runs.

    The JAX trainer keeps the state outside of the variables during an epoch; a callback
    that reads or assigns a variable between batches must call this first. Nothing happens
    on other backends.

    Args:
        model: The model that is being fitted.
    """
    sync = getattr(model, "jax_state_sync", None)
    if sync is not None:
        sync()


@dataclass(frozen=True, kw_only=True)
class TrainingState:
    """A training between two epochs: what a later process needs to go on bit by bit.

    Rules:
        1. `restore` after `capture` puts back every variable of the model (weights and
           the states of all seed generators), of its optimizer, its learning-rate schedule
           and its metrics.
        2. The random states of Python, NumPy (global) and Keras (global) are part of it.
        3. What each callback remembers (numbers, strings, arrays and their containers, and
           Keras variables) is part of it; files and functions are not.
        4. `load(save(state))` equals the state to the last bit, and no pickle is involved.
        5. `save` replaces a file in one step: a killed process leaves the old state.

    The order of the data is not part of it: make the order a function of the epoch
    (`cookbook.callbacks.epoch_order`), then the epoch number is enough.

    Attributes:
        epoch: Number of completed epochs, which is the index of the next one.
        variables: Arrays of `"model"`, `"optimizer"`, `"schedule"`, `"metrics"` and `"seed"`.
        callbacks: Class name and remembered attributes of each callback.
        history: Metric name to its value after each epoch.
        generators: States of Python's and NumPy's global generators.
        stopped: Whether a callback had ended the training.

    Example:
        >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> state = TrainingState.capture(model, epoch=3)
        >>> before = model.get_weights()
        >>> model.set_weights([weight + 1.0 for weight in before])
        >>> state.restore(model)
        >>> all(bool((a == b).all()) for a, b in zip(before, model.get_weights()))
        True
    """

    epoch: int
    variables: Mapping[str, tuple[np.ndarray, ...]]
    callbacks: tuple[tuple[str, Mapping[str, Any]], ...]
    history: Mapping[str, list[float]]
    generators: Mapping[str, Any]
    stopped: bool = False

    @classmethod
    def capture(
        cls,
        model: keras.Model,
        *,
        epoch: int,
        callbacks: Sequence[keras.callbacks.Callback] = (),
        history: Mapping[str, list[float]] | None = None,
    ) -> TrainingState:
        """Copies the state of a training.

        Args:
            model: Built model, compiled or not.
            epoch: Number of completed epochs, at least 0.
            callbacks: Callbacks whose memory belongs to the training, in a fixed order.
            history: Metric name to its values so far.

        Returns:
            A state that shares no memory with the model.

        Raises:
            ValueError: If the model is not built or the epoch is negative.
        """
        if not model.built:
            raise ValueError(
                f"Only a built model has a state. Got the unbuilt model {model.name!r}: "
                "give it an `Input`, or call it on one batch."
            )
        if epoch < 0:
            raise ValueError(f"`epoch >= 0` must hold. Got epoch={epoch}.")
        synchronise(model)
        groups = _variables(model)
        return cls(
            epoch=epoch,
            variables={name: tuple(map(to_array, group)) for name, group in groups.items()},
            callbacks=tuple((type(c).__name__, _remembered(c)) for c in callbacks),
            history={name: list(values) for name, values in (history or {}).items()},
            generators={"python": random.getstate(), "numpy": np.random.get_state()},
            stopped=bool(getattr(model, "stop_training", False)),
        )

    def restore(
        self,
        model: keras.Model,
        *,
        callbacks: Sequence[keras.callbacks.Callback] = (),
        history: dict[str, list[float]] | None = None,
    ) -> None:
        """Puts the state back, in place.

        Args:
            model: A model of the same architecture, compiled with the same optimizer.
            callbacks: The same kinds of callbacks in the same order as captured.
            history: Emptied and filled with the captured history.

        Raises:
            ValueError: If variables or callbacks differ from the captured ones.
        """
        synchronise(model)
        groups = _variables(model)
        for name in ("model", "optimizer", "schedule"):
            _check(name, self.variables[name], groups[name])
        self.restore_callbacks(callbacks)
        for name, group in groups.items():
            values = self.variables[name]
            if name == "metrics" and len(values) != len(group):
                model.reset_metrics()  # compiled metrics get their variables with the first batch
                continue
            for variable, value in zip(group, values, strict=True):
                variable.assign(value)
        if groups["schedule"] and model.train_function and keras.backend.backend() == "jax":
            # JAX compiles a variable outside the training state as a constant.
            model.make_train_function(force=True)
        if history is not None:
            history.clear()
            history.update({name: list(values) for name, values in self.history.items()})
        model.stop_training = self.stopped
        self.restore_generators()

    def restore_generators(self) -> None:
        """Puts back the global generators of Python and NumPy."""
        random.setstate(self.generators["python"])
        np.random.set_state(self.generators["numpy"])

    def restore_callbacks(self, callbacks: Sequence[keras.callbacks.Callback]) -> None:
        """Puts back what the callbacks remembered.

        Args:
            callbacks: The same kinds of callbacks in the same order as captured.

        Raises:
            ValueError: If number, kinds or order differ.
        """
        captured = [kind for kind, _ in self.callbacks]
        given = [type(callback).__name__ for callback in callbacks]
        if captured != given:
            raise ValueError(
                "A training resumes with the callbacks it was captured with, in their order. "
                f"Captured {captured}, got {given}: pass the same ones, or remove the saved state."
            )
        for callback, (_, memory) in zip(callbacks, self.callbacks, strict=True):
            _remind(callback, memory)

    def save(self, path: str | Path) -> None:
        """Writes the state to one `.npz` file, in one step.

        Args:
            path: File to write or replace.
        """
        arrays: dict[str, np.ndarray] = {}
        fields = {
            "epoch": self.epoch,
            "variables": dict(self.variables),
            "callbacks": self.callbacks,
            "history": dict(self.history),
            "generators": dict(self.generators),
            "stopped": self.stopped,
        }
        write_archive(Path(path), pack(fields, arrays), arrays)

    @classmethod
    def load(cls, path: str | Path) -> TrainingState:
        """Reads a state that `save` wrote.

        Args:
            path: An existing file.

        Returns:
            The state, equal to the saved one.
        """
        manifest, arrays = read_archive(Path(path))
        return cls(**unpack(manifest, arrays))


def _variables(model: keras.Model) -> dict[str, list[Any]]:
    optimizer = getattr(model, "optimizer", None)
    if optimizer is not None and not optimizer.built:
        optimizer.build(model.trainable_variables)
    return {
        "model": list(model.variables),
        "optimizer": list(optimizer.variables) if optimizer is not None else [],
        "schedule": _schedule_variables(getattr(optimizer, "inner_optimizer", optimizer)),
        "metrics": list(model.metrics_variables),
        "seed": [global_seed_state()],
    }


def _schedule_variables(holder: Any) -> list[Any]:
    # Keras does not track variables of a schedule, such as the factor of a plateau.
    inside = rate_of(holder) if isinstance(holder, keras.optimizers.Optimizer) else None
    found: list[Any] = []
    waiting = [inside]
    while waiting:
        item = waiting.pop()
        if isinstance(item, keras.optimizers.schedules.LearningRateSchedule):
            attributes = vars(item).values()
            found.extend(value for value in attributes if isinstance(value, keras.Variable))
            waiting.extend(attributes)
    return found


def _check(name: str, captured: Sequence[np.ndarray], variables: Sequence[Any]) -> None:
    saved = [tuple(value.shape) for value in captured]
    found = [tuple(variable.shape) for variable in variables]
    if saved != found:
        raise ValueError(
            f"A state fits only the {name} it was captured from. Captured shapes {saved}, "
            f"got {found}: build the same {name}, or remove the saved state."
        )


def _remembered(callback: keras.callbacks.Callback) -> dict[str, Any]:
    memory: dict[str, Any] = {}
    for name, value in vars(callback).items():
        if name in _ATTACHMENTS or (name == "min_delta" and hasattr(callback, "monitor_op")):
            continue  # Keras flips the sign of min_delta when a fresh callback first acts
        if isinstance(value, keras.Variable):
            memory[name] = to_array(value)
            continue
        arrays: dict[str, np.ndarray] = {}
        try:
            memory[name] = unpack(pack(value, arrays), arrays)
        except TypeError:
            continue  # a file, a function, a model: made anew by the callback itself
    return memory


def _remind(callback: keras.callbacks.Callback, memory: Mapping[str, Any]) -> None:
    for name, value in memory.items():
        current = getattr(callback, name, None)
        if isinstance(current, keras.Variable):
            current.assign(value)
        else:
            arrays: dict[str, np.ndarray] = {}
            setattr(callback, name, unpack(pack(value, arrays), arrays))
