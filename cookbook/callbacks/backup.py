"""A killed training that resumes as if nothing had happened."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
from typing_extensions import override

from cookbook._keras_internals import set_first_epoch
from cookbook.callbacks.order import SeededBatches
from cookbook.callbacks.state import TrainingState


class BitExactBackup(keras.callbacks.Callback):
    """Saves the whole training between epochs and goes on from there, bit by bit.

    Keras' `BackupAndRestore` keeps weights and optimizer. It forgets the seed generators
    of dropout and augmentation layers, what early stopping and plateau counted, and the
    history, so its resumed run is another run. This one keeps all of them: a process
    killed at any moment (`kill -9` too) and started again ends with the weights and the
    history of a process that was never killed.

    Rules:
        1. The state is saved at the beginning of an epoch, before anything of it has
           happened, and atomically; a resumed run repeats at most `every` epochs.
        2. Resumed weights, optimizer, callbacks and history equal the uninterrupted ones
           bit for bit, on the same machine with deterministic operations.
        3. A training that ended removes its file, unless `keep=True`.

    Rule 2 asks for an order of the data that is a function of the epoch: `SeededBatches`
    with `shuffle=False`, or arrays with `shuffle=False`. It also asks that all randomness
    comes from Keras, NumPy's or Python's global generators: a TensorFlow operation with a
    hidden state of its own (`tf.random.normal`, `Dataset.shuffle`) is not seen.
    `CSVLogger` needs `append=True` to keep its lines.

    This callback must be the first of all, because the others' state is read and put
    back before any of them acts in the epoch: pass `fit(callbacks=backup.chain)`.

    Args:
        path: File of the state, `*.npz` by custom.
        callbacks: All other callbacks of the same `fit`, in order.
        data: The data set of the same `fit`, whose epoch this callback sets.
        every: Epochs from one save to the next, at least 1.
        keep: Whether the file stays after the training has ended.

    Raises:
        ValueError: If `every` is below 1, or the saved state does not fit the model.

    Example:
        >>> others = [keras.callbacks.EarlyStopping(patience=3)]
        >>> backup = BitExactBackup("run/state.npz", callbacks=others)
        >>> [type(callback).__name__ for callback in backup.chain]
        ['BitExactBackup', 'EarlyStopping']
    """

    def __init__(
        self,
        path: str | Path,
        *,
        callbacks: Sequence[keras.callbacks.Callback] = (),
        data: SeededBatches | None = None,
        every: int = 1,
        keep: bool = False,
    ) -> None:
        super().__init__()
        if every < 1:
            raise ValueError(f"`every >= 1` must hold. Got every={every}.")
        self.path = Path(path)
        self.callbacks = tuple(callbacks)
        self.data = data
        self.every = every
        self.keep = keep
        self._resumed: TrainingState | None = None

    @property
    def chain(self) -> list[keras.callbacks.Callback]:
        """This callback and the others, in the order that `fit` needs."""
        return [self, *self.callbacks]

    @override
    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._resumed = None
        if not self.path.exists():
            return
        self._resumed = TrainingState.load(self.path)
        self._resumed.restore(self.model, callbacks=self.callbacks)
        # The only door Keras leaves open for a callback that moves the first epoch.
        set_first_epoch(self.model, self._resumed.epoch)

    @override
    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if self.data is not None:
            self.data.epoch = epoch
        history = self.model.history.history
        if self._resumed is not None:
            # Here and not earlier: `on_train_begin` of the others has reset them by now.
            self._resumed.restore(self.model, callbacks=self.callbacks, history=history)
            self.model.history.epoch = list(range(epoch))
            set_first_epoch(self.model, None)  # Keras never clears it: the next fit would skip
            self._resumed = None
        elif epoch % self.every == 0:
            TrainingState.capture(
                self.model, epoch=epoch, callbacks=self.callbacks, history=history
            ).save(self.path)

    @override
    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        set_first_epoch(self.model, None)
        if not self.keep:
            self.path.unlink(missing_ok=True)
