"""What a refit says of the test rows, as files: the comparison beside it waits for them."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

_PREDICTIONS = "predictions.npy"
_SCORES_APART = "scores_apart.json"
_TICK = 0.02


def keep_test_outputs(
    folder: Path, predictions: np.ndarray, *, scores_apart: Mapping[str, float]
) -> None:
    """Writes predictions as a file that appears only when everything is complete.

    Args:
        folder: Of the refit.
        predictions: `[rows, ...]`.
        scores_apart: Of the model used in another way, see `Task.scores_apart`.
    """
    (folder / _SCORES_APART).write_text(json.dumps(dict(scores_apart)), encoding="utf-8")
    partial = folder / f"partial-{_PREDICTIONS}"
    np.save(partial, predictions)
    partial.replace(folder / _PREDICTIONS)


def wait_for_predictions(folders: Sequence[Path]) -> list[np.ndarray]:
    """What refits predict, as soon as they have; a refit that fails ends this process as well."""
    files = [folder / _PREDICTIONS for folder in folders]
    while not all(file.exists() for file in files):
        time.sleep(_TICK)
    return [np.load(file, allow_pickle=False) for file in files]


def scores_apart(folder: Path) -> dict[str, float]:
    """Those that a refit kept; its predictions must be there."""
    return dict(json.loads((folder / _SCORES_APART).read_text(encoding="utf-8")))
