"""What is kept of a winner: a file with the whole model, or its weights beside the code."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.jobs.keras_tuner.structures import Structure, from_named, take_rows, to_named
from pipelines.serving.files import MODEL_FILE

WEIGHTS_FILE, INPUTS_FILE = "model.weights.h5", "model.inputs.npz"


def save_winner(model: Any, folder: Path, x: Structure) -> None:
    """Saves a trained model, or its weights alone where Keras cannot save it.

    A model of a class of the user's own without `get_config` can be made again by its code only:
    `built_winner` does so.

    Args:
        model: The model.
        folder: Where the files go.
        x: Inputs, of which a row is kept beside the weights.
    """
    path = folder / MODEL_FILE
    try:
        model.save(path)
    except (NotImplementedError, TypeError, ValueError):
        path.unlink(missing_ok=True)
    else:
        return
    model.save_weights(folder / WEIGHTS_FILE)
    inputs: dict[str, Any] = to_named("x", take_rows(x, slice(1)))
    np.savez(folder / INPUTS_FILE, **inputs)


def move_winner(source: Path, folder: Path, *, kind: str) -> dict[str, Any]:
    """Moves what `save_winner` wrote; files of an earlier winner go.

    Args:
        source: Where it is.
        folder: Where it belongs.
        kind: Name of the model's class.

    Returns:
        `model_path`; or `weights_path` and, as `model_note`, why there is no whole model.
    """
    for name in (MODEL_FILE, WEIGHTS_FILE, INPUTS_FILE):
        (folder / name).unlink(missing_ok=True)
        if (source / name).exists():
            (source / name).replace(folder / name)
    if (folder / MODEL_FILE).exists():
        return {"model_path": str(folder / MODEL_FILE)}
    weights = folder / WEIGHTS_FILE
    return {
        "weights_path": str(weights),
        "model_note": (
            f"no model file: Keras cannot save a {kind} without `get_config`. Its weights are in "
            f"{weights}, and result.model(build) makes it again"
        ),
    }


def built_winner(hypermodel: Any, params: Mapping[str, Any], folder: Path) -> Any:
    """Builds a winner again and gives it the weights that `save_winner` kept.

    Args:
        hypermodel: The `build(hp)` function or `HyperModel` of the search.
        params: Hyperparameters of the winner.
        folder: Folder of the study.

    Raises:
        ValueError: If the weights are those of other code.
    """
    with np.load(folder / INPUTS_FILE, allow_pickle=False) as stored:
        x = from_named(dict(stored))["x"]
    return _built(hypermodel, params, x, weights=folder / WEIGHTS_FILE)


def loaded_winner(hypermodel: Any, params: Mapping[str, Any], x: Structure, *, file: Path) -> Any:
    """Loads a whole model; one with classes of the user's own is built again by its code.

    Args:
        hypermodel: The `build(hp)` function or `HyperModel` of the search.
        params: Hyperparameters of the winner.
        x: A row or more of its inputs.
        file: The `.keras` file.
    """
    from pipelines.serving.keras_models import load_model_file

    try:
        return load_model_file(file)
    except (TypeError, ValueError):
        return _built(hypermodel, params, x, weights=file)


def _built(hypermodel: Any, params: Mapping[str, Any], x: Structure, *, weights: Path) -> Any:
    import tensorflow as tf

    from tuning.keras_tuner.hyperparameters import build_model

    model, _ = build_model(hypermodel, params)
    # Called once, as such a model makes its weights when it sees inputs.
    model(tf.nest.map_structure(tf.convert_to_tensor, x))
    optimizer = getattr(model, "optimizer", None)
    if optimizer is not None:  # its variables are in the file, too
        optimizer.build(model.trainable_variables)
    model.load_weights(weights)
    return model
