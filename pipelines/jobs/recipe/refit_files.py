"""What a refit says of the test rows, as files: the comparison beside it waits for them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tuning.files import whole_file

_PREDICTIONS = "predictions.npy"
_TICK = 0.02


def keep_predictions(predictions: np.ndarray, folder: Path) -> None:
    """Writes predictions as a file that appears only when it is complete."""
    with whole_file(folder / _PREDICTIONS) as partial, partial.open("wb") as file:
        np.save(file, predictions)


def wait_for_predictions(folders: Sequence[Path]) -> list[np.ndarray]:
    """What refits predict, as soon as they have; a refit that fails ends this process as well."""
    files = [folder / _PREDICTIONS for folder in folders]
    while not all(file.exists() for file in files):
        time.sleep(_TICK)
    return [np.load(file, allow_pickle=False) for file in files]
